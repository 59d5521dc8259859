"""Workbooks as departments make them, written by openpyxl: another library than the one that reads them."""

from __future__ import annotations

import io
from collections.abc import Iterable

from openpyxl import Workbook


def workbook(rows: Iterable[Iterable[object]], merged: Iterable[str] = (), name: str = "清单") -> bytes:
    """One sheet; `merged`: ranges like A1:C1."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
