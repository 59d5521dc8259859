"""What a text over the table or a column's name explains before any row is read (obligations 2.1, 5.1): marks that give up the rows that
bear them, letters that stand for ways to check. Before, all rows of such lists were asked."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact
from domain.methods import Method
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, said, table
from tests.catalog.workbooks import workbook

NOTED = {"note_beside"}
THIRD = (3, "DEMO-0001", "婚姻状况证明", "")
MARKED = {
    "before the name": (2, "DEMO-0001", "*户籍证明", ""),
    "behind it": (2, "DEMO-0001", "户籍证明*", ""),
    "wide": (2, "DEMO-0001", "户籍证明＊", ""),
    "at the number": ("2*", *SECOND[1:]),
    "alone": (*SECOND[:3], "*"),
}


@pytest.mark.parametrize("where", MARKED)
@pytest.mark.parametrize(
    "over",
    ["市中区证明事项清单(带*的为本次取消)", "市中区证明事项清单(标＊的取消)", "带*的为本次取消", "注:带*的已取消。", "说明:*表示取消"],
)
def test_a_mark_gives_up_exactly_the_rows_that_bear_it(over: str, where: str) -> None:
    assert table((over,), HEADER, FIRST, MARKED[where], THIRD) == [False, True, False]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("市中区证明事项清单(带*的自2027年起取消)", [False, NOTED, False]),
        ("市中区证明事项清单(带*的保留)", [NOTED, False, NOTED]),
        ("市中区证明事项清单(带*的为新增)", [False, False, False]),
        ("市中区证明事项清单(带▲的为本次取消)", [NOTED, NOTED, NOTED]),
        ("市中区证明事项清单(带*的下放)", [False, NOTED, False]),
    ],
)
def test_what_does_not_give_up_those_alone_and_at_once_is_asked(over: str, expected: list[Any]) -> None:
    """Of a mark that no row bears nobody knows where it was lost."""
    assert table((over,), HEADER, FIRST, MARKED["behind it"], THIRD) == expected


@pytest.mark.parametrize("over", ["市中区证明事项清单(▲为本年度新增,★为本年度取消)", "注:▲为新增;★为取消。", "▲表示新增,★表示取消"])
def test_of_two_marks_each_says_what_it_is_said_to(over: str) -> None:
    """Before, no proof with ▲ or ★ before its name was known, and of such a text both marks were heard as one."""
    rows = (1, "DEMO-0002", "▲经济困难证明", ""), (2, "DEMO-0001", "★户籍证明", ""), THIRD
    assert table((over,), HEADER, *rows) == [False, True, False]
    assert table(HEADER, *rows) == [{"ask proof"}, {"ask proof"}, False], "nobody knows what they say"


def test_a_row_that_says_otherwise_and_a_mark_inside_a_text_are_asked() -> None:
    over = ("市中区证明事项清单(带*的为本次取消)",)
    own = (*HEADER, "取消或保留")
    assert table(over, own, (*FIRST, "保留"), (*MARKED["behind it"], "保留"), (*THIRD, "取消")) == [False, NOTED, True]
    assert table(over, (*HEADER, "电话"), (*FIRST, "0632*1"), (*MARKED["behind it"], ""), (*THIRD, "")) == [NOTED, True, False]
    assert table(over, HEADER, ("一、保留的证明",), MARKED["behind it"], THIRD) == [{"standing_disagrees"}, False]


CODED = ("证明名称", "事项编码", "核验方式")


def methods(*lines: tuple[Any, ...]) -> list[Any]:
    (result,) = read_list(workbook(lines), ListKind.PROOFS, sandbox())
    return [row.fact.methods if isinstance(row.fact, ProofFact) else said(row) for row in result.rows]


@pytest.mark.parametrize(
    "lines",
    [
        (("说明:A为数据共享,B为告知承诺,C为部门核验。",), CODED),
        (("填表说明:核验方式栏填写代号,A表示共享,B表示承诺,C表示由出具单位核实",), CODED),
        ((*CODED[:2], "核验方式(A数据共享 B告知承诺 C部门核验)"),),
        (("核验方式代码:A数据共享 B告知承诺 C部门核验",), CODED),
        ((*CODED[:2], "核验方式(A.数据共享;B.告知承诺;C.部门核验)"),),
    ],
)
def test_letters_stand_for_what_they_are_said_to(lines: tuple[Any, ...]) -> None:
    rows = [("户籍证明", "DEMO-0001", "A"), ("婚姻状况证明", "DEMO-0001", "A、C"), ("居住情况证明", "DEMO-0001", "b")]
    assert methods(*lines, *rows) == [(Method.DATA_SHARING,), (Method.DATA_SHARING, Method.ISSUER), (Method.COMMITMENT,)]


def test_letters_that_are_explained_under_a_short_table_are_known_too() -> None:
    note = ("注:A为数据共享,B为告知承诺。",)
    rows = [("户籍证明", "DEMO-0001", "A"), ("婚姻状况证明", "DEMO-0001", "BA")]
    assert methods(CODED, *rows, note) == [(Method.DATA_SHARING,), (Method.COMMITMENT, Method.DATA_SHARING)]


def test_a_letter_that_nothing_explains_or_that_gives_up_goes_back() -> None:
    rows = [("户籍证明", "DEMO-0001", "A"), ("婚姻状况证明", "DEMO-0001", "C"), ("居住情况证明", "DEMO-0001", "AC")]
    wrong = {"value_wrong"}
    assert methods(CODED, *rows) == [wrong] * 3
    assert methods(("说明:A为数据共享,B为告知承诺,C为取消",), CODED, *rows)[1:] == [wrong, wrong]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("注:第1项需盖章,第2项取消。", [False, NOTED, False]),
        ("注:第2项取消,第1、3项需提供原件。", [False, NOTED, False]),
        ("经济困难证明需加盖公章,户籍证明取消", [False, NOTED, False]),
        ("注:第1项须由本人签字,第2项已下放", [False, NOTED, False]),
        ("注:第1项需盖章,第3项需原件。", [False, False, False]),
        ("取消户籍证明需提供原件,婚姻状况证明取消", [False, NOTED, NOTED]),
        ("第1项需盖章,已取消", [NOTED, False, False]),
        ("第1项、第2项均需盖章,均取消", [NOTED, NOTED, False]),
    ],
)
def test_how_a_paper_must_look_is_not_what_becomes_of_it(note: str, expected: list[Any]) -> None:
    """Before, 第1项需盖章,第2项取消 asked both."""
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == expected


def test_a_column_of_what_is_done_holds_ways_to_check_and_what_becomes_of_the_row() -> None:
    header = (*HEADER, "处理方式")
    assert table(header, (*FIRST, "部门核验"), (*SECOND, "取消"), (*THIRD, "保留")) == [False, True, False]
    assert table(header, (*FIRST, "部门核验"), (*SECOND, "取消"), (*THIRD, "")) == [False, True, UNCLEAR]
    assert table(header, (*FIRST, "部门核验"), (*SECOND, "数据共享"), (*THIRD, "")) == [False, False, False]
    assert table(header, (*FIRST, "暂缓"), (*SECOND, "保留,部门核验"), (*THIRD, "现场勘查")) == [{"value_wrong"}] * 3
    assert table(header, (*FIRST, "部门核验"), (*SECOND, "不再提交"), (*THIRD, "废止")) == [False, {"value_wrong", *UNCLEAR}, True]
