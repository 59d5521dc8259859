"""小数隐去: by brute force over every table of a size, nothing hidden can be computed from what is published."""

from __future__ import annotations

import itertools
import random

import pytest

from domain.suppression import HIDDEN, LEAST, SMALL, Published, is_small, published

MOST = 12  #: what a reader may think a hidden count to be at most


def fits(table: Published, columns: list[list[int]]) -> bool:
    """Whether these counts (a list a column) would print as this table does, as far as a reader can tell."""
    for row, texts in zip(zip(*columns, strict=True), table.rows, strict=True):
        for count, said in zip(row, texts, strict=True):
            if said not in (SMALL, HIDDEN) and str(count) != said:
                return False
        if texts[0] == SMALL and max(row) >= LEAST:
            return False
        if texts[0] == HIDDEN and max(row) < LEAST:
            return False
        if row[1] > row[0]:  # everybody knows: what is kept is among what was due
            return False
    return all(said == HIDDEN or sum(column) == int(said) for column, said in zip(columns, table.totals, strict=True))


def guesses(table: Published, column: int) -> list[list[int]]:
    """Every column of counts that the table allows by itself."""
    ranges = []
    for texts in table.rows:
        said = texts[column]
        ranges.append(range(LEAST) if said == SMALL else range(MOST + 1) if said == HIDDEN else [int(said)])
    total = table.totals[column]
    return [list(one) for one in itertools.product(*ranges) if total == HIDDEN or sum(one) == int(total)]


def derivable(table: Published) -> list[tuple[int, int]]:
    """Hidden cells (row, column) that can only be one number."""
    possible: dict[tuple[int, int], set[int]] = {}
    for first in guesses(table, 0):
        for second in guesses(table, 1):
            if fits(table, [first, second]):
                for row, pair in enumerate(zip(first, second, strict=True)):
                    for column, count in enumerate(pair):
                        possible.setdefault((row, column), set()).add(count)
    hidden = [(row, column) for row, texts in enumerate(table.rows) for column in (0, 1) if texts[column] in (SMALL, HIDDEN)]
    return [cell for cell in hidden if len(possible[cell]) < 2]


def pairs() -> list[tuple[int, int]]:
    return [(due, kept) for due in (0, 1, 4, 5, 9, 11) for kept in (0, 1, 4, 5, 11) if kept <= due]


def test_no_hidden_count_of_two_or_three_units_can_be_computed() -> None:
    chance = random.Random(7)
    tables = list(itertools.product(pairs(), repeat=2)) + [tuple(chance.choice(pairs()) for _ in range(3)) for _ in range(60)]
    for rows in tables:
        table = published(rows)
        assert derivable(table) == [], (rows, table)


def test_nothing_small_is_printed_and_every_total_is_right() -> None:
    chance = random.Random(11)
    for _ in range(2000):
        rows = [tuple(sorted((chance.randrange(40), chance.randrange(40)), reverse=True)) for _ in range(chance.randrange(1, 9))]
        table = published(rows)
        for row, texts in zip(rows, table.rows, strict=True):
            assert all(
                said in (SMALL, HIDDEN) or (not is_small(int(said)) and int(said) == count) for said, count in zip(texts, row, strict=True)
            )
            assert not any(map(is_small, row)) or set(texts) in ({SMALL}, {HIDDEN})
        for column, said in enumerate(table.totals):
            assert said == HIDDEN or (int(said) == sum(row[column] for row in rows) and not is_small(int(said)))


@pytest.mark.parametrize(
    ("rows", "shown", "totals"),
    [
        ([], (), ()),
        ([(100, 90), (50, 50)], (("100", "90"), ("50", "50")), ("150", "140")),
        ([(100, 90), (50, 50), (3, 2)], (("100", "90"), (HIDDEN, HIDDEN), (SMALL, SMALL)), ("153", "142")),
        ([(3, 2)], ((SMALL, SMALL),), (HIDDEN, HIDDEN)),
        ([(100, 3), (80, 80), (0, 0)], ((HIDDEN, HIDDEN), (HIDDEN, HIDDEN), ("0", "0")), ("180", "83")),
    ],
)
def test_a_second_row_is_hidden_so_that_the_total_does_not_tell(
    rows: list[tuple[int, ...]], shown: tuple[tuple[str, ...], ...], totals: tuple[str, ...]
) -> None:
    table = published(rows)
    assert table.rows == shown and table.totals == totals
