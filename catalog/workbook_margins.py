"""页眉和页脚 (XLSX, XLS): what is printed over and under each page of a sheet, found while its cells are looked through, or among the
records of an XLS, which xlrd passes over. Only `catalog.workbook_facts` calls it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html import unescape
from struct import Struct, unpack_from
from typing import IO

from xlrd.compdoc import CompDoc

_BEGINS = re.compile(rb"headerFooter(?=[\s>])")
_ELEMENT = re.compile(r"<(?P<prefix>(?:\w+:)?)headerFooter(?P<how>[^>]*)>(?P<parts>.*?)</(?P=prefix)headerFooter>", re.S)
_PART = re.compile(r"<(?:\w+:)?(?P<name>(?:odd|even|first)(?:Header|Footer))(?:\s[^>]*)?>(?P<text>[^<]*)<")
_IS_ON = r"\b%s\s*=\s*[\"'](?:1|true)[\"']"
_LONGEST = 2**16  #: bytes
_OVERLAP = 40
_PLACES = re.compile("(?<!&)((?:&&)*)&[LCR]|_x000[aAdD]_|[\r\n]+")
#: Fonts, colours, sizes, page numbers, days, the names of file and sheet.
_CODES = re.compile('&("[^"]*"|K[0-9A-Fa-f]{2}[0-9A-Fa-f+-][0-9A-Fa-f]{3}|\\d+|[PNDTFAZGBISUEXYOH]([+-]\\d+)?|(?P<own>&))')


class Watched:
    """The part of a sheet, while another reads it."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self._last = self._found = b""

    def read(self, size: int = -1) -> bytes:
        text = self._part.read(size)
        if self._found:
            self._found += text[: max(0, _LONGEST - len(self._found))]
        else:
            seen = self._last + text
            for begins in _BEGINS.finditer(seen):
                if seen[begins.start() - 1 : begins.start()] in (b"<", b":"):
                    self._found = seen[max(0, begins.start() - _OVERLAP // 2) :][:_LONGEST]
                    break
            self._last = text[-_OVERLAP:]
        return text

    @property
    def texts(self) -> tuple[str, ...]:
        """What is printed there, once all was read; of pages that are all alike, nothing that is kept for others."""
        found = _ELEMENT.search(self._found.decode("utf-8", "replace"))
        if found is None:
            return ()
        pages = {"odd"}
        pages |= {
            page for page, how in (("even", "differentOddEven"), ("first", "differentFirst")) if re.search(_IS_ON % how, found["how"])
        }
        texts: dict[str, None] = {}
        for part in _PART.finditer(found["parts"]):
            if part["name"].removesuffix("Header").removesuffix("Footer") in pages:
                texts |= dict.fromkeys(_printed(unescape(part["text"])))
        return tuple(texts)


def _printed(text: str) -> Iterator[str]:
    """The texts of one header or footer, without what only says how they look."""
    for part in _PLACES.sub(r"\1\n", text).split("\n"):
        if plain := _CODES.sub(lambda code: code["own"] or "", part).strip():
            yield plain


#: Records of an XLS, and what such a sheet is among others (charts, macros).
_BOUND_SHEET, _HEADER, _FOOTER, _BOF, _EOF, _WORKSHEET = 0x85, 0x14, 0x15, 0x809, 0x0A, b"\0"
#: Pages that have their own: which (1 even, 2 first), and the lengths of even header and footer, first header and footer.
_HEADER_FOOTER, _OWN_PAGES = 0x89C, Struct("<28x5H")


def of_xls(content: bytes, encoding: str) -> list[tuple[str, ...]]:
    """Those of each sheet of cells, in their order; `encoding`: of an XLS from before Excel 97. Raises CompDocError where the file is
    broken."""
    with open(os.devnull, "w") as silent:
        document = CompDoc(content, logfile=silent)
        stream, first, length = max((document.locate_named_stream(name) for name in ("Workbook", "Book")), key=lambda found: found[2])
    if stream is None:
        return []
    book = bytes(stream[first : first + length])
    is_new = len(book) > 6 and unpack_from("<H", book, 4)[0] >= 0x600
    begins = [unpack_from("<I", data)[0] for code, data in _records(book, 0) if code == _BOUND_SHEET and data[5:6] == _WORKSHEET]
    return [tuple(dict.fromkeys(_of_sheet(book, at, is_new, encoding))) for at in begins]


def _of_sheet(book: bytes, at: int, is_new: bool, encoding: str) -> Iterator[str]:
    for code, data in _records(book, at):
        if code in (_HEADER, _FOOTER):
            yield from _printed(_text(data, is_new, encoding))
        elif code == _HEADER_FOOTER and len(data) >= _OWN_PAGES.size:
            how, *lengths = _OWN_PAGES.unpack_from(data)
            at = _OWN_PAGES.size
            for number, length in enumerate(lengths):  # even pages, first page: header, footer of each
                text = data[at : at + 3 + length * (1 + (data[at + 2 : at + 3] == b"\1"))] if length else b""
                at += len(text)
                if how & (2 if number > 1 else 1):
                    yield from _printed(_text(text, is_new, encoding))


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Of one part of the stream, up to its end; what stands in it for itself, as a chart, is passed over."""
    depth = 0
    while at + 4 <= len(book):
        code, length = unpack_from("<HH", book, at)
        depth += (code == _BOF) - (code == _EOF)
        if depth == 1:
            yield code, book[at + 4 : at + 4 + length]
        elif depth < 1:
            return
        at += 4 + length


def _text(data: bytes, is_new: bool, encoding: str) -> str:
    if len(data) < 2:
        return ""
    if not is_new:
        return data[1 : 1 + data[0]].decode(encoding, "replace")
    return data[3:].decode("utf-16-le" if data[2:3] == b"\1" else "latin-1", "replace")
