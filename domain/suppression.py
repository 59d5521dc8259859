"""小数隐去: figures for everybody in which no small count can be read, nor computed from what stands beside it (obligation 15.4).

A row in which any count lies from 1 to 4 is hidden whole: a column of it that stayed would be subtracted from another.
Where nothing in it reaches 5 it reads <5 throughout, a nought too, else *. Totals stand beside hidden rows only where
every hidden cell could still be several numbers; rows besides are hidden for that, and if they do not do, the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5
SMALL, HIDDEN = "<5", "*"
_MOST_BESIDES = 2  #: rows hidden for the totals' sake: rather no total than a table of stars


@dataclass(frozen=True)
class Published:
    """A table as it may be published: its rows, and its totals."""

    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]


def is_small(count: int) -> bool:
    """A count by which somebody could be found out."""
    return 0 < count < LEAST


def published(rows: Sequence[Sequence[int]]) -> Published:
    """The table as it may be shown: one row a unit, one count a column."""
    width = len(rows[0]) if rows else 0
    hidden = _hidden(rows, width)
    texts = [_row(row, number in hidden) for number, row in enumerate(rows)]
    totals = [str(sum(row[column] for row in rows)) if _holds(rows, column, hidden) else HIDDEN for column in range(width)]
    return Published(tuple(texts), tuple(totals))


def _hidden(rows: Sequence[Sequence[int]], width: int) -> frozenset[int]:
    small = {number for number, row in enumerate(rows) if any(map(is_small, row))}
    besides = sorted((number for number in range(len(rows)) if number not in small), key=lambda one: (sum(rows[one]), one))
    besides = [number for number in besides if any(rows[number])]
    tries = [frozenset(small | set(besides[:more])) for more in range(_MOST_BESIDES + 1)]
    return max(tries, key=lambda one: sum(_holds(rows, column, one) for column in range(width))) if small else tries[0]


def _row(row: Sequence[int], hidden: bool) -> tuple[str, ...]:
    if not hidden:
        return tuple(map(str, row))
    return (SMALL if max(row) < LEAST else HIDDEN,) * len(row)


def _holds(rows: Sequence[Sequence[int]], column: int, hidden: frozenset[int]) -> bool:
    """Whether the column's total may be shown: each hidden cell of it could be at least two numbers.

    A reader knows the sum of what is hidden, that a cell of a row that reads <5 is 0 to 4, and (at worst) that any
    other hidden one is 5 or more.
    """
    left = sum(rows[number][column] for number in hidden)
    if is_small(sum(row[column] for row in rows)):
        return False
    if not hidden:
        return True
    low = sum(max(rows[number]) < LEAST for number in hidden)
    high = len(hidden) - low
    if len(hidden) < 2:
        return False
    return left - LEAST * high >= 1 if high else 1 <= left <= (LEAST - 1) * low - 1
