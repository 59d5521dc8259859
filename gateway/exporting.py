"""导出: a table as CSV that spreadsheets open as it is, streamed from its first row to its last."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_SIGNATURE = "\ufeff"  #: without it spreadsheets take UTF-8 for GBK
_FORMULA = frozenset("=+-@＝＋－＠")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The table in pieces, one for each row."""
    yield _SIGNATURE + _line(header)
    for row in rows:
        yield _line([safe(str(value)) for value in row])


def safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever width its first sign has and whatever stands before."""
    begins = text.lstrip()[:1]
    return f"'{text}" if begins in _FORMULA or text[:1] in ("\t", "\r", "\n") else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
