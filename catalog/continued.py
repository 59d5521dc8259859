"""续表: a list that is broken over the pages of a document is several tables there, of which often the first alone has a header."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from catalog.asides import begins, is_aside
from catalog.column_naming import named
from catalog.laid_out import Row, Table

_TOP = 22  #: rows among which a header stands
#: 数量, 取消项数: what counts, in a table under a list that lists nothing itself.
_COUNTS = re.compile(".{0,8}(数量?|[项件个条]数|合计|小计|总计)([(].*)?")


def joined(tables: Iterable[Table]) -> list[Table]:
    """The tables of a page in their order; what goes on under the one before, in as many columns and without a header of its own, as
    its further rows, with what stands between them. Raises FileRefused."""
    found: list[Table] = []
    for table in tables:
        if found and _goes_on(found[-1], table):
            top = [row for row in found[-1].rows[:_TOP] if _is_header(row)]  # a row of data may be one of another matter, once more
            again = list(takewhile(top.__contains__, table.rows[len(table.over) :]))
            found[-1].take(table, len(table.over) + len(again) if again else 0)
        else:
            found.append(table)
    return found


def _goes_on(before: Table, table: Table) -> bool:
    rows = table.rows[len(table.over) :]
    if before.inner or table.inner or not rows or before.width != table.width or table.width < 2:
        return False
    if _is_header(rows[0]):
        # What stands over a header of its own is a title of its own.
        return rows[0] in before.rows[:_TOP] and all(is_aside((line,)) and not begins(line) for line in table.over)
    return not _counts([cells for cells, _ in rows])


def _is_header(row: Row) -> bool:
    return sum(named(cell) is not None for cell in dict.fromkeys(row[0])) > 1


def _counts(rows: list[tuple[str, ...]]) -> bool:
    """A table of numbers, under names that say that they are counted."""
    columns = [column for column, name in enumerate(rows[0]) if _COUNTS.fullmatch(name)]
    return len(rows) > 1 and bool(columns) and all(row[column].isdecimal() for row in rows[1:] for column in columns if column < len(row))
