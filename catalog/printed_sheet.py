"""打印的工作表: a sheet as an office prints and signs it: across, as wide as a page, each row as high as its fullest cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import cast
from unicodedata import east_asian_width

from openpyxl.cell.cell import Cell
from openpyxl.styles import Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

_A4 = 9
_THIN = Side("thin", "999999")
_BORDER = Border(_THIN, _THIN, _THIN, _THIN)  #: in black and white it keeps the rows apart
_LINE, _ROOM, _HIGHEST = 15.0, 3.0, 409.0  #: points: a line of 11 point type, about it, and what a row can be
_NARROWEST, _WIDEST = 6, 28  #: of a column whose texts nobody foresaw, in narrow characters


class PrintedSheet:
    """A sheet that is written row by row. `widths`: of its columns, in narrow characters; `repeated`: rows that stand on each page."""

    def __init__(self, sheet: WriteOnlyWorksheet, widths: Sequence[float], *, repeated: str | None = None) -> None:
        self._sheet = page = cast(Worksheet, sheet)  # which it is, for all that is used here
        self._widths, self._rows = widths, 0
        for column, width in enumerate(widths, start=1):
            page.column_dimensions[get_column_letter(column)].width = width
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", _A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.print_title_rows = repeated
        page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
        assert page.oddFooter is not None
        page.oddFooter.center.text = "第 &P 页,共 &N 页"

    def append(self, cells: Sequence[Cell]) -> None:
        """A row, with the height that its texts need: who prints a file without opening every row has no other."""
        self._rows += 1
        for cell in cells:
            cell.border = _BORDER
        lines = max((_lines(str(cell.value or ""), width) for cell, width in zip(cells, self._widths, strict=False)), default=1)
        self._sheet.row_dimensions[self._rows].height = min(_LINE * lines + _ROOM, _HIGHEST)
        self._sheet.append(list(cells))


def width_of(texts: Iterable[str]) -> float:
    """Of a column with these texts under its name: narrow where they say little, whatever its name, and never so wide that the
    page has no room for the others."""
    return min(max((_NARROWEST, *(_shown(line) + 2 for text in texts for line in text.split("\n")))), _WIDEST)


def _lines(text: str, width: float) -> int:
    return sum(max(1, ceil(_shown(line) / max(width - 1, 1))) for line in text.split("\n"))


def _shown(text: str) -> int:
    """How many narrow characters it takes."""
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)
