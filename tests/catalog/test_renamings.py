"""更名、合并, and other columns of lists of what was altered: each was once taken in silence as it stood (obligations 2.1, 5.1)."""

from __future__ import annotations

import pytest

from catalog.columns import tells_how_long, tells_why
from catalog.list_kinds import ListKind
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, table

THIRD = (3, "DEMO-0003", "居住情况证明", "")


def rows(name: str, *says: str) -> list[bool | set[str]]:
    return table((*HEADER, name), *((*row, said) for row, said in zip((FIRST, SECOND, THIRD), says, strict=False)))


@pytest.mark.parametrize("column", ["备注", "变动情况", "调整类型", "调整内容"])
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("更名为“困难情况证明”", UNCLEAR),
        ("证明名称由“经济困难证明”调整为“困难情况证明”", UNCLEAR),
        ("拟更名", UNCLEAR),
        ("与户籍证明合并", UNCLEAR),
        ("与居住情况证明合并为一项", UNCLEAR),
        ("跟居住情况证明合成一张了", UNCLEAR),
        ("现在都叫家庭经济状况核对报告", UNCLEAR),
        ("现叫困难情况证明", UNCLEAR),
        ("现场叫号", False),
        ("合并", UNCLEAR),
        ("拆分", UNCLEAR),
        ("由“困难证明”更名为“经济困难证明”", False),
        ("由“困难证明”更名", False),
        ("名称不变", False),
        ("可与户口簿合并复印", False),
        ("无变动", False),
        ("新增", False),
    ],
)
def test_what_is_called_otherwise_or_is_one_with_another_is_asked(column: str, said: str, expected: bool | set[str]) -> None:
    header = HEADER if column == "备注" else (*HEADER, column)
    row = (*FIRST[:3], said) if column == "备注" else (*FIRST, said)
    assert table(header, row) == [expected]


@pytest.mark.parametrize("name", ["拟取消理由", "建议取消原因", "不予保留理由", "不再保留的依据", "取消理由"])
def test_a_reason_for_giving_it_up_leaves_its_row_open(name: str) -> None:
    assert rows(name, "可网上核查", "") == [UNCLEAR, False]


@pytest.mark.parametrize("heading", ["三、调整", "三、合并(2项)", "调整类", "(三)拟调整部分", "二、更名的证明事项"])
def test_a_heading_that_says_no_more_than_that_rows_are_altered(heading: str) -> None:
    assert table(HEADER, ("一、保留的证明",), FIRST, (heading,), SECOND) == [False, UNCLEAR]


@pytest.mark.parametrize("name", ["意见", "单位意见", "审核意见"])
def test_opinions_say_what_becomes_of_each_row_or_are_asked(name: str) -> None:
    """Before, under 审核意见 an empty cell beside 取消 kept the proof."""
    assert rows(name, "取消", "保留", "") == [True, False, UNCLEAR]
    assert rows(name, "取消", "", "") == [True, UNCLEAR, UNCLEAR]
    assert rows(name, "取消", "核验", "保留") == [True, UNCLEAR, False]
    assert rows(name, "同意", "同意", "同意") == [False] * 3


def test_who_says_itself_what_becomes_of_a_row_is_approved_of_in_that() -> None:
    header = (*HEADER, "单位意见", "司法局审核意见")
    assert table(header, (*FIRST, "保留", "同意"), (*SECOND, "取消", "同意取消")) == [False, True]
    assert table(header, (*FIRST, "保留", "建议取消"), (*SECOND, "取消", "同意取消")) == [{"standing_disagrees"}, True]


def test_what_is_neither_kept_nor_given_up_in_a_column_that_nobody_knows() -> None:
    assert rows("情况", "取消", "部门核验", "保留") == [UNCLEAR, UNCLEAR, False]


def test_given_up_among_the_ways_to_check() -> None:
    header = (*HEADER, "实现方式")
    assert table(header, (*FIRST, "直接取消"), (*SECOND, "部门核验")) == [True, False]
    assert table(("保留的证明事项清单",), header, (*FIRST, "直接取消")) == [{"standing_disagrees"}]


@pytest.mark.parametrize(
    "note",
    [
        "说明:1.本清单自公布之日起执行。2.未列入清单的证明事项一律不得索要。",
        "注:1.表中单位为区级部门。2.对清单之外的证明,各部门不得要求群众提供。3.法律法规修改后,清单作相应调整。",
        "填报单位负责人(签字):",
    ],
)
def test_numbered_notes_of_what_no_list_holds_say_nothing_of_its_rows(note: str) -> None:
    assert table(HEADER, FIRST, SECOND, (note,)) == [False, False]
    assert table(HEADER, FIRST, SECOND, (note, "", "审核:", "")) == [False, False]


def test_numbered_notes_of_its_rows_are_still_heard() -> None:
    note = "说明:1.未列入清单的证明事项一律不得索要。2.第1项自2027年起取消。"
    assert table(HEADER, FIRST, SECOND, (note,)) == [{"note_beside"}, False]


@pytest.mark.parametrize("column", ["更名后名称", "变更后的名称", "新名称", "现名称", "拟用名称"])
def test_a_column_of_what_rows_are_called_now(column: str) -> None:
    assert rows(column, "困难情况证明", "户籍证明", "不变") == [UNCLEAR, False, False]
    assert rows(column, "", "", "") == [False] * 3


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("注:第1项更名为困难情况证明。", [{"note_beside"}, False]),
        ("第2项改名为“居民户籍证明”", [False, {"note_beside"}]),
        ("注:本表名称由证明清单调整为证明目录。", [False, False]),
    ],
)
def test_a_note_that_rows_are_called_otherwise(note: str, expected: list[bool | set[str]]) -> None:
    assert table(HEADER, FIRST, SECOND, (note,)) == expected


def test_a_remark_of_the_law_alone_is_none_of_the_proof() -> None:
    assert table(HEADER, (*FIRST[:3], "依据条款由第六条调整为第八条")) == [False]


def test_names_that_are_like_another_and_none_of_it() -> None:
    assert tells_why("取消/保留理由") == {"standing"} and not tells_why("处理意见")
    assert tells_how_long("办理时限", ListKind.PROOFS) == {"limit_minutes"} and not tells_how_long("办理时限", ListKind.MATTERS)
    assert rows("办理时限", "3个工作日") == [False], "before, the list waited for an answer"
