"""续表: a list that is broken over the pages of a document is several tables there, of which often the first alone has a header."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from catalog.asides import is_aside
from catalog.cleaning import key
from catalog.column_forms import formed
from catalog.column_names import BY_NAME
from catalog.laid_out import Table

_TOP = 22  #: rows among which a header stands


def joined(tables: Iterable[Table]) -> list[Table]:
    """The tables of a page in their order; what goes on under the one before, in as many columns and without a header of its own, as
    its further rows, with what stands between them. Raises FileRefused."""
    found: list[Table] = []
    for table in tables:
        if found and _goes_on(found[-1], table):
            again = list(takewhile(found[-1].rows[:_TOP].__contains__, table.rows[len(table.over) :]))
            found[-1].take(table, len(table.over) + len(again) if again else 0)
        else:
            found.append(table)
    return found


def _goes_on(before: Table, table: Table) -> bool:
    rows = table.rows[len(table.over) :]
    if before.inner or table.inner or not rows or before.width != table.width or table.width < 2:
        return False
    if rows[0] in before.rows[:_TOP]:
        return all(is_aside((line,)) for line in table.over)  # what stands over a header of its own is a title of its own
    return sum(key(cell) in BY_NAME or formed(cell) is not None for cell in dict.fromkeys(rows[0][0])) < 2
