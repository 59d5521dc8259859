"""工作表的行高列宽 (XLSX): over which cells something of a size lies that hangs on one of them, or on none. Only
`catalog.workbook_drawings` asks, and only of a sheet with such drawings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO

_POINT, _PIXEL = 12_700, 9_525  #: in English metric units
_ROW_HEIGHT, _COLUMN_WIDTH = 15 * _POINT, 64 * _PIXEL  #: where the sheet says nothing
_AT_ONCE = 2**20
_MOST = 2000  #: rows or columns under one drawing
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_TAG = re.compile(rb"<(?:\w+:)?(sheetFormatPr|col|row)\s([^>]*)>")
_YES = (b"1", b"true")


@dataclass
class Grid:
    """Sizes in English metric units: of rows and columns that say theirs, and of the others."""

    rows: dict[int, int] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)
    row: int = _ROW_HEIGHT
    column: int = _COLUMN_WIDTH

    def below(self, first: int, length: int) -> tuple[int, int]:
        """Where that ends which begins at the top of this row: the row, and how far into it."""
        return _reached(first, length, lambda at: self.rows.get(at, self.row))

    def right(self, first: int, length: int) -> tuple[int, int]:
        """The same of columns."""
        return _reached(first, length, lambda at: self.columns.get(at, self.column))


def _reached(first: int, length: int, size: Callable[[int], int]) -> tuple[int, int]:
    at = first
    while 0 < length >= size(at) and at - first < _MOST:
        length -= size(at)
        at += 1
    return at, length


def grid_of(sheet: IO[bytes]) -> Grid:
    """The sizes that the XML of a sheet says. What is hidden is as high as nothing."""
    grid, left = Grid(), b""
    while read := sheet.read(_AT_ONCE):
        left += read
        last = left.rfind(b">") + 1
        for name, said in _TAG.findall(left, 0, last):
            about = dict(_ATTRIBUTE.findall(said))
            match name:
                case b"sheetFormatPr":
                    grid.row = round(_number(about, b"defaultRowHeight", _ROW_HEIGHT / _POINT) * _POINT) or grid.row
                    grid.column = round(_number(about, b"defaultColWidth", 0) * 7) * _PIXEL or grid.column
                case b"col":
                    width = 0 if about.get(b"hidden") in _YES else round(_number(about, b"width", grid.column / _PIXEL / 7) * 7) * _PIXEL
                    first, end = (int(_number(about, name, 0)) for name in (b"min", b"max"))
                    grid.columns.update(dict.fromkeys(range(first - 1, min(end, first + _MOST)), width))
                case b"row" if b"r" in about and (b"ht" in about or about.get(b"hidden") in _YES):
                    height = 0 if about.get(b"hidden") in _YES else round(_number(about, b"ht", grid.row / _POINT) * _POINT)
                    if height != grid.row:
                        grid.rows[int(_number(about, b"r", 1)) - 1] = height
        left = left[last:]
    return grid


def _number(about: Mapping[bytes, bytes], name: bytes, default: float) -> float:
    text = about.get(name, b"")
    return float(text) if re.fullmatch(rb"\d{1,7}(\.\d{1,12})?", text) else default
