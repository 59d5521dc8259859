"""工作表的单元格: out of the XML of a sheet those cells that may tell more than their value does, however large the sheet is.

Reading each cell takes as long as reading all values: only rows in which something tells are handed to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Protocol
from xml.etree import ElementTree

from catalog.xml_parts import tag

_AT_ONCE = 2**20
_ROW = re.compile(rb"<((?:\w+:)?)row[\s>/]")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_MOST_STRINGS = 100  #: that are looked for one by one
_LONGEST_HEAD = 2**22


class Readable(Protocol):
    """What can be read in parts."""

    def read(self, size: int = -1, /) -> bytes: ...


def cells_that_tell(
    part: Readable, styles: Collection[int], strings: Collection[int] = ()
) -> Iterator[tuple[int, int, ElementTree.Element]]:
    """(row, column), from 0, and the cell; also some that tell nothing. `styles`: those that show more than the value, `strings`: the
    shared texts that do. Raises ElementTree.ParseError."""
    place = _Place()
    for text in _telling(part, styles, strings):
        yield from place.cells(text)


def _telling(part: Readable, styles: Collection[int], strings: Collection[int]) -> Iterator[bytes]:
    """What stands before the first row, and the rows that may tell. Everything, where the rows cannot be told apart so: an
    encoding of two bytes, comments, rows without a number, a style that goes without saying."""
    rows_of = _Rows(b"", styles, strings)
    left, end, last = b"", b"", b""
    everything = 0 in styles
    while text := part.read(_AT_ONCE):
        left += text
        if not end:
            first = _ROW.search(left)
            if first is None and len(left) < _LONGEST_HEAD:
                continue
            everything = everything or first is None or b"\x00" in left[:4] or b"<!" in left[: first.start()]
            if not everything and first is not None:
                rows_of, end = _Rows(first[1], styles, strings), b"</%srow>" % first[1]
                yield left[: first.start()]
                left = left[first.start() :]
        if not everything and (whole := left.rfind(end)) >= 0:
            rows, left = left[: whole + len(end)], left[whole + len(end) :]
            if b"<!" in rows or rows_of.unnumbered(rows):
                everything, left = True, last + rows + left
            elif rows_of.tell(rows):
                each = [row + end for row in rows.split(end)[:-1]]
                yield from filter(rows_of.tell, each)
                last = b"" if rows_of.tell(each[-1]) else each[-1]  # where the parser does not stand yet
            else:
                last = rows
        if everything:
            end = end or b"</row>"
            yield left
            left = b""
    if everything or not end or _ROW.search(left):
        yield left


class _Rows:
    """What tells, in rows whose tags have this prefix. Patterns that begin with what is fixed are found five times as fast."""

    def __init__(self, prefix: bytes, styles: Collection[int], strings: Collection[int]) -> None:
        self._unnumbered = re.compile(rb"<%srow(?=[\s>/])(?![^>]*\sr\s*=)" % prefix)
        self._patterns = [
            re.compile(rb"<%sf[\s>/]" % prefix),  # a formula
            re.compile(rb"<%sv>\s*-?(?:\d{16}|[^<]*[eE]\+?(?:1[5-9]|[2-9]\d|\d{3}))" % prefix),  # more than fifteen digits
        ]
        if styles:
            self._patterns.append(re.compile(rb"s\s*=\s*[\"'](?:%s)[\"']" % b"|".join(b"%d" % one for one in styles)))

        if strings:
            numbers = b"|".join(b"%d" % one for one in strings) if len(strings) <= _MOST_STRINGS else rb"\d+"
            self._patterns.append(re.compile(rb"<%sv>\s*(?:%s)\s*<" % (prefix, numbers)))

    def unnumbered(self, rows: bytes) -> bool:
        return self._unnumbered.search(rows) is not None

    def tell(self, rows: bytes) -> bool:
        """ "e" is a failed formula, rPr a part of a text that stands in its cell."""
        return b'"e"' in rows or b"'e'" in rows or b"rPr" in rows or any(pattern.search(rows) for pattern in self._patterns)


class _Place:
    """Where the parser stands in the sheet."""

    def __init__(self) -> None:
        self._parser: Any = ElementTree.XMLPullParser(("start", "end"))
        self._row = self._column = -1

    def cells(self, text: bytes) -> Iterator[tuple[int, int, ElementTree.Element]]:
        self._parser.feed(text)
        for event, element in self._parser.read_events():
            name = tag(element)
            if event == "start":
                if name == "row":
                    self._row, self._column = int(element.get("r", self._row + 2)) - 1, -1
            elif name == "c":
                # One that does not say where it stands follows the one before it.
                self._row, self._column = place_of(element.get("r", "")) or (self._row, self._column + 1)
                yield self._row, self._column, element
            elif name == "row":
                element.clear()


def place_of(reference: str) -> tuple[int, int] | None:
    """(row, column) from 0 of B7; None for what is no such reference."""
    if (found := _REFERENCE.fullmatch(reference)) is None:
        return None
    letters = 0
    for letter in found[1]:
        letters = letters * 26 + ord(letter) - 64
    return int(found[2]) - 1, letters - 1
