"""Workbooks as departments make them, written by openpyxl: another library than the one that reads them."""

from __future__ import annotations

import io
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.catalog.markup import Odd


def workbook(rows: Iterable[Iterable[object]], merged: Iterable[str] = (), name: str = "清单") -> bytes:
    """One sheet; `merged`: ranges like A1:C1."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for number, row in enumerate(rows, start=1):
        cells = list(row)
        sheet.append(cells)
        for column, text in enumerate(cells, start=1):
            if isinstance(text, Odd):
                _write(sheet.cell(number, column), text)
    for area in merged:
        sheet.merge_cells(area)
    return saved(book)


def _write(cell: Cell | MergedCell, text: Odd) -> None:
    """A tick as a letter of Wingdings 2."""
    match text.way:
        case "struck":
            cell.value, cell.font = str(text), Font(strike=True)
        case "picture":
            cell.value, cell.comment = str(text), Comment("x", "x")
        case _:
            cell.value, cell.font = "R" if text == "☑" else "\u00a3", Font(name="Wingdings 2")


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
