"""Columns that say of each row whether it is in use (obligation 2.1): 状态, 是否有效, 删除标志, in words, ticks or codes. Before, only
some of the words were heard, and a row with 0 or with nothing was kept."""

from __future__ import annotations

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import HEADER, UNCLEAR, table
from tests.catalog.workbooks import workbook

UNSAID = {"state_unclear"}
PROOFS = ("经济困难证明", "户籍证明", "婚姻状况证明")


def under(name: str, *cells: object, more: tuple[tuple[str, str], ...] = ()) -> list[bool | set[str]]:
    """What is taken of rows of which each has one of these in a column of this name; `more`: another column, the same in each."""
    names, values = tuple(one for one, _ in more), tuple(two for _, two in more)
    rows = [(at + 1, "DEMO-0002", proof, "", cell, *values) for at, (proof, cell) in enumerate(zip(PROOFS, cells, strict=False))]
    return table((*HEADER, name, *names), *rows)


@pytest.mark.parametrize("name", ["状态", "事项状态", "标志", "status", "使用状态", "证明材料状态", "有效性"])
@pytest.mark.parametrize("cells", [(1, 0, 1), ("Y", "N", "Y"), ("√", "", "√"), ("A", "B", "A"), ("是", "否", "是"), (1, "有效", 1)])
def test_a_code_that_tells_rows_apart_and_is_not_explained_is_asked(name: str, cells: tuple[object, ...]) -> None:
    expected = [False if cell == "有效" else UNSAID for cell in cells]
    assert under(name, *cells) == expected


@pytest.mark.parametrize(
    "name",
    [
        "状态(1有效0停用)",
        "状态(1:在用;0:作废)",
        "状态(1为有效,0为无效)",
        "使用状态 (1-启用,0-禁用)",
        "是否有效",
        "启用标志",
        "有效",
        "is_valid",
        "是否启用",
    ],
)
def test_what_the_name_of_the_column_explains_is_known(name: str) -> None:
    assert under(name, 1, 0, 1) == [False, UNCLEAR, False]
    assert under(name, 1, 1, 1) == [False] * 3


@pytest.mark.parametrize(
    "word", "停用 禁用 无效 冻结 注销 未启用 下线 已作废 不适用 disabled 关闭 未生效 封存 已下放 0-停用 撤销发布".split()
)
def test_a_word_that_ends_it_is_asked(word: str) -> None:
    assert under("状态", "启用", word, "正常") == [False, UNCLEAR, False]


@pytest.mark.parametrize("name", ["是否有效", "是否在用", "启用", "状态", "是否仍需提交"])
def test_nothing_where_others_are_in_use_is_asked(name: str) -> None:
    assert under(name, "有效" if name == "状态" else "√", "", "有效" if name == "状态" else "√") == [False, UNSAID, False]


@pytest.mark.parametrize("name", ["删除标志", "停用标志", "deleted", "del_flag"])
def test_a_tick_that_ends_it_is_asked_and_none_is_not(name: str) -> None:
    assert under(name, 0, 1, "") == [False, UNCLEAR, False]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("状态", (1, 1, 1)),
        ("状态", ("", "", "")),
        ("状态", ("已审核", "待审核", "已上报")),
        ("状态", ("已审核", "√", "")),
        ("状态", ("新增", "正常", "在用")),
        ("使用状态", ("使用中", "已启用", "执行中")),
        ("是否收费", (1, 0, 1)),
        ("审核状态", ("已审", "未审", "")),
        ("公示状态", ("已公示", "未公示", "")),
        ("材料份数", (1, 2, 1)),
        ("网办", ("Y", "N", "Y")),
        ("是否必要", ("是", "否", "是")),
        ("标识", ("★", "", "★")),
        ("事项状态", ("1-在用", "1-在用", "2-新增")),
    ],
)
def test_what_says_nothing_of_that_asks_nothing(name: str, cells: tuple[object, ...]) -> None:
    assert under(name, *cells) == [False] * 3


def test_a_row_that_says_itself_what_becomes_of_it_is_not_asked_for_a_code() -> None:
    assert under("状态", 1, 0, 1, more=(("清理意见", "保留"),)) == [False] * 3
    assert under("状态", "启用", "停用", "启用", more=(("清理意见", "保留"),)) == [False, {"standing_disagrees"}, False]
    assert under("状态", "启用", "停用", "启用", more=(("清理意见", "取消"),)) == [True] * 3


def test_a_sign_under_a_state_is_a_code() -> None:
    assert under("状态", "●", "○", "●") == [UNSAID] * 3


def test_a_list_of_matters_is_asked_too() -> None:
    header = ("事项名称", "事项编码", "部门名称", "办件类型", "状态")
    rows = [("法律援助申请", "X-1", "区司法局", "即办件", 1), ("公证", "X-2", "区司法局", "即办件", 0)]
    (result,) = read_list(workbook([header, *rows]), ListKind.MATTERS, sandbox())
    assert [{fault.code for fault in row.faults} for row in result.rows] == [UNSAID] * 2


def test_the_fault_says_what_the_sender_may_do() -> None:
    rows = [(1, "DEMO-0002", "经济困难证明", "", 1), (2, "DEMO-0002", "户籍证明", "", 0)]
    (result,) = read_list(workbook([(*HEADER, "状态"), *rows]), ListKind.PROOFS, sandbox())
    (fault,) = result.rows[0].faults
    assert "“0、1”" in fault.text and "状态(1有效,0停用)" in fault.remedy
