"""What stands under the rows, over them or between them and names a matter, a code, a kind or numbers of rows (obligations 2.1, 5.1). Each
was once passed over and what it gives up was kept, or was taken for a heading and gave up all rows below it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.row_numbers import numbers_in, own_number
from tests.catalog.markup import document, docx, word_table
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, sheets, table

THIRD = (3, "DEMO-0003", "居住情况证明", "")
NOTED = {"note_beside"}
SECOND_ALONE, ALL, NONE = [False, NOTED, False], [NOTED] * 3, [False] * 3


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("公共租赁住房申请所需证明取消", SECOND_ALONE),
        ("注:公共租赁住房申请的户籍证明取消", SECOND_ALONE),
        ("DEMO-0001取消", SECOND_ALONE),
        ("注:DEMO-0001、DEMO-0003取消", [False, NOTED, NOTED]),
        ("注:事项编码DEMO-0001的证明取消", SECOND_ALONE),
        ("注:P-HOUSEHOLD取消", SECOND_ALONE),
        ("注:DEMO-00011取消", ALL),
        ("户籍类证明取消", ALL),
        ("注:居住类、户籍类证明不再索要", ALL),
        ("注:户籍证明、户口簿取消", ALL),
        ("注:村(居)委会出具的证明一律取消", ALL),
        ("注:低保户不再要求提供", ALL),
        ("注:户籍类证明保留", NONE),
        ("二、三项取消", ALL),
        ("2.取消", SECOND_ALONE),
        ("注:(2)取消", SECOND_ALONE),
        ("注:②③取消", [False, NOTED, NOTED]),
        ("注:第2、第3取消", [False, NOTED, NOTED]),
        ("注:2号、3号取消", [False, NOTED, NOTED]),
        ("注:No.2取消", SECOND_ALONE),
        ("注:1.保留2.取消3.保留", ALL),
        ("第2,3项不再索要,第1项保留", [False, NOTED, NOTED]),
    ],
)
def test_a_note_reaches_what_it_names_and_all_where_nobody_knows_what_it_names(note: str, expected: list[Any]) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == expected


@pytest.mark.parametrize("note", ["说明:第2项取消", "说明:DEMO-0001取消", "注:户籍证明取消", "注:公共租赁住房申请所需证明取消"])
def test_a_note_speaks_of_its_rows_wherever_it_stands_and_is_no_heading(note: str) -> None:
    """Before, one over the table or at the end of a printed page gave up all rows below it, or let those that it names be kept."""
    rows = [HEADER, FIRST, SECOND, THIRD]
    for place in range(5):
        assert table(*rows[:place], (note,), *rows[place:]) == SECOND_ALONE, place
    assert table(("市中区证明事项清单",), (note,), *rows) == SECOND_ALONE
    over = f"<w:p><w:r><w:t>{note}</w:t></w:r></w:p>"
    assert sheets(document(word_table([HEADER, FIRST]), over, word_table([SECOND, THIRD]))) == [SECOND_ALONE]
    assert sheets(docx([HEADER, FIRST, SECOND, THIRD])) == [NONE]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("注:第1,2项取消", [NOTED, NOTED, False]),
        ("第1,2项取消", [NOTED, NOTED, False]),
        ("注:第1,3项取消,其余保留", [NOTED, False, NOTED]),
        ("以上第1,2,3项取消", ALL),
        ("注:户籍证明,居住情况证明取消", [False, NOTED, NOTED]),
    ],
)
def test_a_note_that_its_own_commas_took_apart_is_one(note: str, expected: list[Any]) -> None:
    lines = (HEADER, FIRST, SECOND, THIRD)
    content = "\n".join([*(",".join(map(str, line)) for line in lines), note])
    assert sheets(content.encode()) == [expected]


def test_numbers_that_begin_anew_ask_all_that_may_be_meant() -> None:
    header = ("序号", "证明名称", "事项编码")

    def two(*numbers: object, note: str) -> list[Any]:
        names = ("户籍证明", "经济困难证明")
        first, second = (
            [(n, name, code) for n, name in zip(of, names, strict=True)]
            for of, code in ((numbers[:2], "DEMO-0001"), (numbers[2:], "DEMO-0002"))
        )
        return table(header, ("公共租赁住房申请",), *first, ("法律援助申请",), *second, (note,))

    for numbers in ((1, 2, 1, 2), ("(1)", "(2)", "(1)", "(2)"), ("①", "②", "①", "②"), ("1.1", "1.2", "3.1", "3.2")):
        assert two(*numbers, note="注:第2项取消") == [False, NOTED, False, NOTED], numbers
    for numbers, note in ((("1.1", "1.2", "2.1", "2.2"), "注:1.2取消"), (("A1", "A2", "B1", "B2"), "注:A2取消")):
        assert two(*numbers, note=note) == [False, NOTED, False, False], note
    assert two(1, 2, 1, 2, note="注:第4项取消") == [NOTED] * 4


@pytest.mark.parametrize(
    "note",
    [
        "注:取消的证明事项由各部门自行公布。",
        "注:对取消的证明事项,不得以任何形式要求提供",
        "注:本表已删除已取消的证明",
        "注:已取消的证明事项已从本表删除",
        "注:2023年第一批取消的证明不再列入",
        "注:证明事项取消后,各单位应做好衔接工作。",
        "注:能够通过数据共享获取的,不再要求申请人提供。",
        "注:复印件需加盖公章,不再收取原件",
        "注:表中证明事项取消或调整的,以最新公布为准",
        "注:失信人员不适用告知承诺。",
        "取消的证明事项:无",
    ],
)
def test_what_speaks_of_proofs_given_up_elsewhere_sends_nothing_back(note: str) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == NONE


def test_a_heading_is_one_and_what_may_be_either_leaves_neither_side_in_silence() -> None:
    for heading in ("取消的证明事项", "民政类取消的证明", "不再要求群众提供的证明材料"):
        assert table(HEADER, FIRST, (heading,), SECOND) == [False, True], heading
    for kept, gone in (("户籍类证明保留", "居住类证明取消"), ("1.保留", "2.取消"), ("一、保留", "二、取消")):
        assert table(HEADER, (kept,), FIRST, SECOND, (gone,), THIRD) == [False, False, True], gone
    for either in ("户籍类证明取消", "2.取消"):
        assert table(HEADER, FIRST, SECOND, (either,), THIRD)[1:] == [NOTED, UNCLEAR], either


def test_a_title_that_names_an_application_is_heard() -> None:
    """Before, 请 in 申请 made it an instruction on how to fill in the table, and what it gives up was kept."""
    assert table(("法律援助申请取消的证明事项清单",), HEADER, FIRST) == [UNCLEAR]
    assert table(("办理公证申请的证明取消清单",), HEADER, FIRST) == [True]
    assert table(("取消的请在备注中注明",), HEADER, FIRST) == [False]


@pytest.mark.parametrize(("text", "own"), [("2", 2), ("(2)", 2), ("2、", 2), ("②", 2), ("", 7), ("二", 7), ("a-2-x", 7)])
def test_what_a_row_calls_itself(text: str, own: int) -> None:
    assert own_number(text, 7) == own
    assert numbers_in("第2项取消").has(own_number("1.2", 7)) and not numbers_in("第2项取消").has(own_number("1.3", 7))
