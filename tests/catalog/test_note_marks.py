"""Marks that are numbers, and notes that explain them; colours that a legend explains; notes over the table, and on sheets of words
(obligations 2.1, 5.1). Each was lost, or asked every row."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook

from catalog.note_marks import borne, explained
from tests.catalog.small_lists import FIRST, HEADER, SECOND, sheets, table
from tests.catalog.workbooks import saved

THIRD = (3, "DEMO-0003", "居住情况证明", "")
NOTED = {"note_beside"}
NONE, SECOND_ALONE, ALL = [False] * 3, [False, NOTED, False], [NOTED] * 3


@pytest.mark.parametrize(
    ("mark", "note", "is_gone"),
    [
        ("注1", "注1:该证明已取消", True),
        ("见注1", "注1:已下放", True),
        ("详见注2", "注1:一式两份 注2:由市级实施", True),
        ("详见注1", "注1:一式两份 注2:由市级实施", False),
        ("①", "①已取消", True),
        ("①", "①需加盖公章 ②已取消", False),
        ("[1]", "[1]待司法局确认", True),
        ("见注", "注:已取消", True),
        ("见下注", "注:由市级实施", True),
        ("见注", "注:需加盖公章", False),
        ("见说明2", "说明:1.一式两份。2.不再要求提供。", True),
        ("见说明1", "说明:1.一式两份。2.不再要求提供。", False),
    ],
)
def test_a_note_with_a_number_speaks_of_the_rows_that_bear_it(mark: str, note: str, is_gone: bool) -> None:
    """Before, ①已取消 was the first row, 注1:已取消 every row, and 注1:已下放 none."""
    assert table(HEADER, FIRST, (*SECOND[:3], mark), THIRD, (note,)) == (SECOND_ALONE if is_gone else NONE)


def test_marks_and_what_explains_them() -> None:
    assert borne("户籍证明①\n部门核验\n见注3") == {"注1", "注3"} and borne("备注\n说明书\n公安机关注册") == frozenset()
    assert list(explained("注1:甲;注2:乙")) == [("注1", "甲;"), ("注2", "乙")]
    assert list(explained("说明:1.甲。2.乙")) == [("注", "1.甲。2.乙"), ("注1", "甲。"), ("注2", "乙")]


@pytest.mark.parametrize("note", ["标红的已下放街道", "黄色底纹为市级实施事项", "涂黄的不再保留", "红色字体的待确认"])
def test_a_legend_of_a_colour_that_nobody_sees_asks_all(note: str) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == ALL
    for harmless in ("红色字体为新增事项", "灰色部分由系统自动生成", "加粗的为高频事项"):
        assert table(HEADER, FIRST, SECOND, THIRD, (harmless,)) == NONE


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("第2项由市级实施", SECOND_ALONE),
        ("(第2项已取消)", SECOND_ALONE),
        ("其中第2项、第3项已取消", [False, NOTED, NOTED]),
        ("说明:户籍证明已下放", SECOND_ALONE),
        ("(户籍证明已取消)", SECOND_ALONE),
        ("其中户籍证明已划转市级部门。", SECOND_ALONE),
        ("填报说明:1.本表一式两份;2.第2项重复。", SECOND_ALONE),
        ("注:第2项需加盖公章", NONE),
        ("共3项", NONE),
    ],
)
def test_what_stands_over_the_table_and_speaks_of_some_rows_reaches_those(over: str, expected: list[Any]) -> None:
    """Before, it was lost, or the title of all."""
    assert table(("市中区证明事项清单",), (over,), HEADER, FIRST, SECOND, THIRD) == expected
    assert table((over,), HEADER, FIRST, SECOND, THIRD) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([("序号", "说明"), (1, "一式两份"), (2, "户籍证明不再保留")], SECOND_ALONE),
        ([("变更情况",), ("户籍证明", "已取消")], SECOND_ALONE),
        ([("证明名称", "变动"), ("户籍证明", "取消")], SECOND_ALONE),
        ([("填表说明",), (1, "户籍证明由公安机关出具")], NONE),
        ([("单位", "保留", "取消"), ("司法局", 3, 2)], NONE),
    ],
)
def test_a_sheet_of_words_in_two_columns_is_heard(words: list[tuple[object, ...]], expected: list[Any]) -> None:
    book = Workbook()
    rows = book.active
    assert rows is not None
    said = book.create_sheet("变动说明")
    for row in words:
        said.append(row)
    for line in (HEADER, FIRST, SECOND, THIRD):
        rows.append(line)
    assert sheets(saved(book))[0] == expected
