"""工作簿的一张表: a header that stays on the screen and on each printed page, a filter over it, each cell of its own kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from domain.cells import printable
from proofs.printed_sheet import PrintedSheet, shown, widths_of

Value = str | int | float | date | None
_HEADER = PatternFill("solid", fgColor="D9E2EF")
_PERCENT, _DAY, _DECIMAL = "0.0%", "yyyy-mm-dd", "0.0"
_MANY = 5  #: columns: of more the first two stay in sight


def add(book: Workbook, title: str, columns: Sequence[str], rows: Sequence[Sequence[Value]], *, about: str = "") -> None:
    """A sheet of a write-only workbook; `about`: the report that it is of, over each printed page."""
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "C2" if len(columns) > _MANY else "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    cells = [[_cell(sheet, name, value) for name, value in zip(columns, _filled(row, len(columns)), strict=True)] for row in rows]
    texts = [[shown(row[place].value) for row in cells] for place in range(len(columns))]
    page = PrintedSheet(sheet, widths_of(columns, texts), repeated="1:1", about=f"{about} {title}".strip())
    page.append([_named(sheet, name) for name in columns])
    for row in cells:
        page.append(row)


def _filled(row: Sequence[Value], count: int) -> list[Value]:
    return [*row, *[None] * (count - len(row))]


def _named(sheet: WriteOnlyWorksheet, name: str) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, name)
    cell.font, cell.fill = Font(bold=True), _HEADER
    cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    return cell


def _cell(sheet: WriteOnlyWorksheet, name: str, value: Value) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, printable(value) if isinstance(value, str) else value)  # type: ignore[arg-type]  # a day, too
    cell.alignment = Alignment(vertical="top")
    if isinstance(value, str):
        cell.data_type, cell.quotePrefix = "s", True  # never a formula
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif isinstance(value, date) and not isinstance(value, datetime):
        cell.number_format = _DAY
    elif isinstance(value, float):
        cell.number_format = _PERCENT if "率" in name or "占比" in name else _DECIMAL
    return cell
