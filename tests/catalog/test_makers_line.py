"""What a line says beside who made the list: 填报单位:区司法局 作废 is the maker's and speaks of the rows (obligations 2.1, 5.1)."""

from __future__ import annotations

import pytest

from catalog.asides import apart
from tests.catalog.markup import docx
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, sheets, table
from tests.catalog.test_margins import printed

NOTED = [{"note_beside"}, {"note_beside"}]
MADE = [
    "填报单位:区司法局",
    "填报单位(盖章):区司法局",
    "填表人:演示甲",
    "2026年3月1日",
    "审核人:演示甲 填表人:演示乙",
    "第1页",
    "单位负责人:演示甲",
]
#: How what follows is set apart.
APART = [" ", "   ", "\n", ";", "。", " 注:", "备注:"]


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("between", APART)
@pytest.mark.parametrize("said", ["作废", "已取消"])
def test_a_word_beside_it_is_heard(made: str, between: str, said: str) -> None:
    """Before, the line was who made it and nothing else, and the rows were kept."""
    assert table(HEADER, FIRST, SECOND, (f"{made}{between}{said}",)) == NOTED


@pytest.mark.parametrize("between", APART)
def test_over_the_table_too(between: str) -> None:
    assert table((f"填报单位:区司法局{between}作废",), HEADER, FIRST, SECOND) == [UNCLEAR, UNCLEAR]


def test_in_cells_of_its_own_in_a_document_and_on_its_pages() -> None:
    assert table(HEADER, FIRST, SECOND, ("填报单位:区司法局", "", "作废")) == NOTED
    assert sheets(docx((HEADER, FIRST, SECOND), over=("填报单位:区司法局 作废",))) == [[UNCLEAR, UNCLEAR]]
    assert sheets(printed("填报单位:区司法局 作废", HEADER, FIRST, SECOND, place="oddFooter.left")) == [[UNCLEAR, UNCLEAR]]


@pytest.mark.parametrize(
    "line",
    (
        "填报单位:区司法局 填表人:演示甲 填报日期:2026年3月1日|填报单位:区司法局 电话:3012345|填报单位:区司法局;附件:2份"
        "|2026年3月1日 印发|填报单位:区司法局 注:请按时报送|第1页 共2页|审核人: 填表人:"
    ).split("|"),
)
def test_what_else_stands_there_sends_nothing_back(line: str) -> None:
    assert table(HEADER, FIRST, SECOND, (line,)) == table((line,), HEADER, FIRST, SECOND) == [False, False]


def test_only_what_says_something_is_set_apart() -> None:
    assert list(apart(["填报单位:区司法局 注:作废 电话:1", "户籍证明 作废", "注:本表 作废", ""])) == [
        "填报单位:区司法局 注:作废 电话:1",
        "作废",
        "户籍证明 作废",
        "注:本表 作废",
        "",
    ]
