"""XLS 的记录: the records of each sheet that xlrd passes over: what is printed on its pages, what is drawn over its cells. Only
`catalog.workbook_facts` and `catalog.workbook_margins` call it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct, unpack_from

from xlrd.compdoc import CompDoc

#: Records, and what such a sheet is among others (charts, macros).
_BOUND_SHEET, _BOF, _EOF, _WORKSHEET = 0x85, 0x809, 0x0A, b"\0"
_DRAWING, _OBJECT, _TEXT, _GOES_ON = 0xEC, 0x5D, 0x1B6, 0x3C
_ANCHORED = b"\x10\xf0\x12\0\0\0"
_ANCHOR = Struct("<2x8H")  #: column and row of the first corner, each with how far into it, and of the other
#: Buttons and other controls, and comments, which stand elsewhere too.
_NO_TEXTS = (0x07, *range(0x0B, 0x15), 0x19)


@dataclass(frozen=True)
class Book:
    """The stream of an XLS; `sheets`: where each sheet of cells begins, in their order."""

    stream: bytes
    is_new: bool  #: of Excel 97 or later
    sheets: tuple[int, ...]

    def records(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Of one part of the stream, up to its end; what stands in it for itself, as a chart, is passed over."""
        depth = 0
        while at + 4 <= len(self.stream):
            code, length = unpack_from("<HH", self.stream, at)
            depth += (code == _BOF) - (code == _EOF)
            if depth == 1:
                yield code, self.stream[at + 4 : at + 4 + length]
            elif depth < 1:
                return
            at += 4 + length

    def boxes(self, at: int) -> Iterator[tuple[int, int, int, str]]:
        """The texts drawn over the cells of a sheet: first row, last row, first column, text."""
        place, kind, left, said = (0,) * 8, 0, 0, ""
        for code, data in self.records(at) if self.is_new else ():
            if code == _GOES_ON and left > 0:
                said += data[1:].decode("utf-16-le" if data[:1] == b"\1" else "latin-1", "replace")
                left -= (len(data) - 1) // (2 if data[:1] == b"\1" else 1)
                if left <= 0 and kind not in _NO_TEXTS and said.strip():
                    first, last = place[2], max(place[2], place[6] - (place[7] == 0))
                    yield first, last, place[0], said.replace("\r", "\n").strip()
                continue
            left, said = 0, ""
            if code == _DRAWING and (found := data.rfind(_ANCHORED)) >= 0 and found + 6 + _ANCHOR.size <= len(data):
                place = _ANCHOR.unpack_from(data, found + 6)
            elif code == _OBJECT and len(data) > 5:
                kind = unpack_from("<H", data, 4)[0]
            elif code == _TEXT and len(data) > 11:
                left = unpack_from("<H", data, 10)[0]


def book_of(content: bytes) -> Book:
    """Raises CompDocError where the file is broken."""
    with open(os.devnull, "w") as silent:
        document = CompDoc(content, logfile=silent)
        stream, first, length = max((document.locate_named_stream(name) for name in ("Workbook", "Book")), key=lambda found: found[2])
    if stream is None:
        return Book(b"", False, ())
    whole = Book(bytes(stream[first : first + length]), False, ())
    begins = (unpack_from("<I", data)[0] for code, data in whole.records(0) if code == _BOUND_SHEET and data[5:6] == _WORKSHEET)
    return Book(whole.stream, len(whole.stream) > 6 and unpack_from("<H", whole.stream, 4)[0] >= 0x600, tuple(begins))
