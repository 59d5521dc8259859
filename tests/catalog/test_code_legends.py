"""1为保留,2为取消: codes in a column that a text elsewhere explains, under the rows, over them, in the column's name or in a remark of one
row. The rows that bear what is given up go back, and no others (obligations 2.1, 5.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalog.small_lists import FIRST, SECOND, UNCLEAR, table

HEADER = ("序号", "事项编码", "证明名称")
THIRD = (3, "DEMO-0003", "居住情况证明")
NOTED = {"note_beside"}
TWO, NONE = [False, NOTED, False], [False, False, False]


def rows(*codes: object, column: str = "类别") -> list[tuple[Any, ...]]:
    return [(*HEADER, column), *((*row[:3], code) for row, code in zip((FIRST, SECOND, THIRD), codes, strict=True))]


@pytest.mark.parametrize(
    ("codes", "note", "expected"),
    [
        ((1, 2, 1), "注:1为保留,2为取消", TWO),
        (("A", "B", "A"), "说明:A表示保留;B表示取消。", TWO),
        ((1, 2, 3), "注:1为保留,2为取消,3为新增", TWO),
        ((1, 2, 1), "1-保留;2-不再保留", TWO),
        ((1, 2, 1), "注:1为个人,2为法人", NONE),
    ],
)
def test_codes_that_a_note_explains(codes: tuple[object, ...], note: str, expected: list[bool | set[str]]) -> None:
    assert table(*rows(*codes), (note,)) == expected
    if expected is TWO and note[0] in "注说":
        assert table((note,), *rows(*codes)) == expected, "over the rows, too"


def test_codes_that_the_name_of_the_column_explains() -> None:
    assert table(*rows(1, 2, 1, column="类别(1为保留,2为取消)")) == TWO
    assert table(*rows(1, 2, 1, column="类别(1为个人,2为法人)")) == NONE


def test_codes_that_a_remark_in_one_row_explains() -> None:
    head, *others = rows(1, 2, 1)
    assert table((*head, "说明"), (*others[0], "1为保留,2为取消"), *((*one, "") for one in others[1:])) == [UNCLEAR, NOTED, False]


def test_how_many_copies_there_are_is_no_code() -> None:
    assert table(*rows(1, 2, 1, column="份数"), ("注:1为保留,2为取消",)) == [NOTED] * 3, "nobody knows of which it speaks"
