"""Notes which say that something about rows is not what it was: each was once passed over, and the rows were taken under their old names or
unlooked at (obligations 2.1, 5.1)."""

from __future__ import annotations

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER, SECOND, table
from tests.catalog.workbooks import workbook

THIRD = (3, "DEMO-0003", "居住情况证明", "")
NOTED = {"note_beside"}
ONE, TWO, NONE = [NOTED, False, False], [False, NOTED, False], [False, False, False]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("注:第2项名称调整为居民户口情况说明", TWO),
        ("注:第2项,名称由户籍证明调整为居民户口情况说明", TWO),
        ("注:序号2的证明现名居民户口情况说明", TWO),
        ("注:户籍证明更名为居民户口情况说明", TWO),
        ("户籍证明改名为“居民户口情况说明”。", TWO),
        ("注:户籍证明现称居民户口情况说明", TWO),
        ("P-HOUSEHOLD更名为居民户口情况说明", TWO),
        ("第1项更名为困难情况证明,第2项更名为居民户口情况说明", [NOTED, NOTED, False]),
        ("户籍证明有变动", TWO),
        ("注:2、3项名称有调整", [False, NOTED, NOTED]),
        ("注:第2项名称调整为居民户口情况说明,第1项取消", [NOTED, NOTED, False]),
        ("第1项取消。第2项名称变更为居民户口情况说明。", [NOTED, NOTED, False]),
        ("注:第2项名称由“户口证明”调整为“户籍证明”", NONE),
        ("注:第2项名称调整为居住情况证明", TWO),
        ("注:第9项名称调整为居民户口情况说明", [NOTED] * 3),
        ("注:户籍证明由“户口证明”更名而来", NONE),
        ("注:本表名称由证明清单调整为证明目录。", NONE),
        ("注:如有变动,以公布为准。", NONE),
        ("注:以上内容有调整的,另行公布", NONE),
        ("注:户籍证明名称未变更。", NONE),
        ("注:第2项无变动", NONE),
        ("注:办理户口登记项目变更的,提供户籍证明", NONE),
        ("注:户籍证明的有效期调整为6个月", NONE),
        ("注:第3项的出具单位调整为派出所", NONE),
        ("注:清单内容按年度调整", NONE),
    ],
)
def test_a_note_that_something_about_rows_is_not_what_it_was(note: str, expected: list[bool | set[str]]) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == expected


@pytest.mark.parametrize(
    ("mark", "note", "expected"),
    [
        ("*", "注:*处有调整", TWO),
        ("▲", "▲为有变动", TWO),
        ("▲", "注:带▲的有变动", TWO),
        ("*", "*为本次调整事项", TWO),
        ("◆", "◆标注的为较上年变化内容", TWO),
        ("*", "注:1.*处有修改。2.其余不变。", TWO),
        ("*", "注:*为高频事项", NONE),
        ("*", "*为新增", NONE),
        ("*", "*为高频事项,内容无变动", NONE),
    ],
)
def test_a_mark_that_says_so(mark: str, note: str, expected: list[bool | set[str]]) -> None:
    assert table(HEADER, FIRST, (*SECOND[:3], mark), THIRD, (note,)) == expected
    if mark == "*":
        assert table(HEADER, FIRST, (2, "DEMO-0001", "*户籍证明", ""), THIRD, (note,)) == expected


def test_what_is_given_up_may_have_changed_by_that() -> None:
    assert table((*HEADER[:3], "清理意见"), (*FIRST[:3], "保留"), (*SECOND[:3], "取消"), ("注:第2项有变动",)) == [False, True]


def test_its_sender_is_told_what_to_write() -> None:
    (result,) = read_list(workbook([HEADER, FIRST, ("注:第1项更名为困难情况证明",)]), ListKind.PROOFS, sandbox())
    assert "看不出改了什么" in result.rows[0].faults[0].text and "更名" in result.rows[0].faults[0].remedy
