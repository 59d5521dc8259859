"""表首: what stands at the top of a sheet, as whoever looks at a preview sees it (obligation 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from catalog.data_rows import TableRow
from catalog.headers import Header
from catalog.table_rows import without_persons

SHOWN = 10  #: lines of a sheet


@dataclass(frozen=True, slots=True)
class SheetTop:
    """A sheet's header, or the nearest to one, and the first lines under it, as they may be shown: line -> its cells."""

    name: str
    header: Header
    rows: Mapping[int, tuple[str, ...]]


def top_of(name: str, header: Header, top: Sequence[TableRow]) -> SheetTop:
    """The top of a sheet of which these are the first lines."""
    under = ((line, row) for line, (row, _) in enumerate(top, start=1) if line > header.first and any(row))
    return SheetTop(name, header, {line: without_persons(row)[0] for line, row in islice(under, SHOWN)})
