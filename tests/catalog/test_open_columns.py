"""A column of which nobody knows that it says what becomes of the rows (obligation 2.1): 状态, 处理, 标注, and what is ticked there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, table

THIRD = (3, "DEMO-0003", "居住情况证明", "")


def rows(name: str, *says: str) -> list[Any]:
    return table((*HEADER, name), *((*row, said) for row, said in zip((FIRST, SECOND, THIRD), says, strict=True)))


@pytest.mark.parametrize("name", ["状态", "目前状态", "标注", "情况"])
def test_what_some_rows_say_the_others_must_say_too(name: str) -> None:
    """Before, only rows with the word were asked, and an empty cell beside it kept the proof."""
    assert rows(name, "已取消", "", "") == [UNCLEAR] * 3
    assert rows(name, "", "", "取消") == [UNCLEAR] * 3
    assert rows(name, "取消", "保留", "") == [UNCLEAR, False, UNCLEAR]
    assert rows(name, "有效", "已取消", "√") == [False, UNCLEAR, UNCLEAR]
    assert rows(name, "", "每年", "√") == [False] * 3
    assert rows(name, "", "", "删") == [UNCLEAR] * 3


def test_a_remark_is_one_until_another_says_that_it_is_none() -> None:
    header, first, second = HEADER[:3], FIRST[:3], SECOND[:3]
    assert table((*header, "备注"), (*first, "已取消"), (*second, "")) == [UNCLEAR, False]
    assert table((*header, "备注"), (*first, "取消"), (*THIRD[:3], "保留"), (*second, "")) == [UNCLEAR, False, UNCLEAR]


def test_what_stands_around_the_rows_is_enough() -> None:
    assert table((*HEADER, "状态"), ("一、取消的证明",), (*FIRST, "取消"), (*SECOND, "")) == [True, True]
    assert table((*HEADER, "状态", "取消或保留"), (*FIRST, "取消", "取消"), (*SECOND, "", "保留")) == [True, False]


@pytest.mark.parametrize("name", ["处理", "处置", "清理", "去留", "结论"])
def test_a_column_of_what_is_done_is_one_of_what_becomes_of_the_rows(name: str) -> None:
    assert rows(name, "取消", "保留", "") == [True, False, UNCLEAR]
    assert rows(name, "√", "", "") == [UNCLEAR] * 3, "before, it said nothing"


@pytest.mark.parametrize("tick", ["V", "v", "√", "Y", "y", "是", "✓", "✅", "1"])
def test_a_tick_is_one_however_it_is_typed(tick: str) -> None:
    assert table((*HEADER, "保留", "取消"), (*FIRST, "", tick), (*SECOND, tick, "")) == [True, False]


@pytest.mark.parametrize("sign", ["○", "P", "●", "*", "x", "☒"])
def test_a_sign_that_may_say_either_is_asked(sign: str) -> None:
    """P is √ where a symbol font was lost; ○ is a tick to one and 无 to another."""
    assert table((*HEADER, "保留", "取消"), (*FIRST, "", sign), (*SECOND, sign, "")) == [UNCLEAR, UNCLEAR]
    assert table((*HEADER, "取消"), (*FIRST, sign)) == [UNCLEAR]
