"""表格: answers as CSV, for people who open them with a spreadsheet. The one place where the gateway writes CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from starlette.responses import StreamingResponse

from domain.cells import safe
from gateway.edge.streams import streamed

_AT_ONCE = 500  #: rows in one piece of the stream
CSV: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}}  #: for an OpenAPI document


def csv_answer(
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    cell: Callable[[str], str] = safe,
) -> StreamingResponse:
    """A table under this file name (ASCII), streamed as `rows` come. UTF-8 with a signature, or Excel would take it for
    GBK; no cell is a formula. `cell`: how a text stands in it: a register, which people read, `as_it_stands`; open data, which programs
    read, without an apostrophe before a code."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return streamed(_pieces(header, rows, cell), "text/csv; charset=utf-8", {**disposition, **headers})


def _pieces(header: Sequence[str], rows: Iterable[Sequence[object]], cell: Callable[[str], str]) -> Iterator[str]:
    out = io.StringIO()
    table = csv.writer(out)
    out.write("\ufeff")
    table.writerow(header)
    for number, row in enumerate(rows, start=1):
        table.writerow([cell("" if value is None else str(value)) for value in row])
        if number % _AT_ONCE == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
