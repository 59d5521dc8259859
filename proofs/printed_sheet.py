"""打印的工作表: a sheet as an office prints and signs it: across, as wide as a page or, where that is too small to read, as several; each
row as high as its fullest cell."""

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

PAGE = 145  #: narrow characters of 11 point type on a line of A4 across; what is wider is printed smaller
_A4 = 9
_THIN = Side("thin", "999999")
_BORDER = Border(_THIN, _THIN, _THIN, _THIN)  #: in black and white it keeps the rows apart
_LINE, _ROOM, _LINES = 15.0, 3.0, 27  #: points: a line of 11 point type, and about it; and how many lines a row can be high (409 points)
_WIDE, _BESIDE = 2.1, 2  #: in narrow characters: a Chinese one, and what a column needs beside its text
_WIDEST = 120  #: narrow characters; what needs more is cut on paper, else all others would be too small to read
_SMALLEST, _LEGIBLE = 275, 200  #: characters of a page in five and a half points; where that is not enough, on each of several in seven
_ABOUT = 200  #: characters over a page: a spreadsheet takes 255, its own marks among them
_HEADER = 3  #: lines that a column's name may take


class PrintedSheet:
    """A sheet that is written row by row. `widths`: of its columns, in narrow characters; `repeated`: rows that stand on each page;
    `about`: what stands over each."""

    def __init__(self, sheet: WriteOnlyWorksheet, widths: Sequence[float], *, repeated: str | None = None, about: str = "") -> None:
        self._sheet = page = cast(Worksheet, sheet)  # which it is, for all that is used here
        self._widths, self._rows = widths, 0
        for column, width in enumerate(widths, start=1):
            page.column_dimensions[get_column_letter(column)].width = width
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", _A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = _across(widths), 0
        if page.page_setup.fitToWidth > 1:  # what belongs to one row lies together, and says on each page which row it is
            page.page_setup.pageOrder, page.print_title_cols = "overThenDown", "A:A"
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.print_title_rows = repeated
        page.page_margins = PageMargins(left=0.4, right=0.4, top=0.7 if about else 0.5, bottom=0.6, header=0.3, footer=0.3)
        assert page.oddFooter is not None and page.oddHeader is not None
        page.oddHeader.center.text = about[:_ABOUT].replace("&", "&&") or None
        page.oddFooter.center.text = "第 &P 页,共 &N 页"

    def append(self, cells: Sequence[Cell]) -> None:
        """A row, with the height that its texts need: who prints a file without opening every row has no other."""
        self._rows += 1
        for cell in cells:
            cell.border = _BORDER
        lines = max((_lines(shown(cell.value), width) for cell, width in zip(cells, self._widths, strict=False)), default=1)
        self._sheet.row_dimensions[self._rows].height = _LINE * min(lines, _LINES) + _ROOM
        self._sheet.append(list(cells))


def _across(widths: Sequence[float]) -> int:
    """How many pages stand side by side: one, unless what a sender put beside his list would be too small to read."""
    if sum(widths) <= _SMALLEST:
        return 1
    return ceil((sum(widths) - widths[0]) / max(_LEGIBLE - widths[0], _WIDEST))


def shown(value: object) -> str:
    """A cell's value, as long as it is seen."""
    return "" if value is None else max(f"{value:.1%}", f"{value:.1f}", key=len) if isinstance(value, float) else str(value)


def width_of(texts: Iterable[str], narrowest: float = 6, widest: float = 28) -> float:
    """Of a column with these texts under its name: narrow where they say little, whatever its name, and never so wide that the
    page has no room for the others; wider only where a row could not be high enough for its text, and never wider than `_WIDEST`."""
    needed = 0.0
    for text in texts:
        lines = [_long(line) + _BESIDE for line in text.split("\n")]
        narrowest = max(narrowest, *lines)
        needed = max(needed, sum(lines) / max(_LINES - len(lines), 1) + _BESIDE)
    return max(min(narrowest, widest), min(needed, _WIDEST))


def widths_of(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[float]:
    """Of a sheet's columns, whose texts are all known: as `width_of`, and where the page has room left the long ones share it."""
    widths = [max(width_of(texts), _long(name) / _HEADER + _BESIDE) for name, texts in zip(names, columns, strict=True)]
    lacking = [max(0.0, *(_long(text) + _BESIDE - width for text in texts), 0.0) for texts, width in zip(columns, widths, strict=True)]
    share = min(max(PAGE - sum(widths), 0.0) / (sum(lacking) or 1.0), 1.0)
    return [round(width + share * more, 1) for width, more in zip(widths, lacking, strict=True)]


def _lines(text: str, width: float) -> int:
    return sum(max(1, ceil(_long(line) / max(width - _BESIDE, 1) - 0.01)) for line in text.split("\n"))


def _long(text: str) -> float:
    """In narrow characters."""
    return sum(_WIDE if east_asian_width(letter) in "WFA" else 1 for letter in text)
