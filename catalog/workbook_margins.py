"""页眉和页脚 (XLSX, XLS): what is printed over and under each page of a sheet, found while its cells are looked through, or among the
records of an XLS, which xlrd passes over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from struct import Struct
from typing import IO

from catalog.xls_records import Book

_BEGINS = re.compile(rb"headerFooter(?=[\s>])")
_VIEWS = b"customSheetViews>"  #: before the sheet's own stand those of each who shares the workbook
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
        seen, self._last = self._last + text, text[-_OVERLAP:]
        if (views := seen.rfind(_VIEWS)) >= 0:
            self._found, seen = b"", seen[views:]
        if self._found:
            self._found += text[: max(0, _LONGEST - len(self._found))]
        else:
            for begins in _BEGINS.finditer(seen):
                if seen[begins.start() - 1 : begins.start()] in (b"<", b":"):
                    self._found = seen[max(0, begins.start() - _OVERLAP // 2) :][:_LONGEST]
                    break
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
                texts |= dict.fromkeys(printed(unescape(part["text"])))
        return tuple(texts)


def printed(text: str) -> Iterator[str]:
    """The texts of one header or footer, without what only says how they look."""
    for part in _PLACES.sub(r"\1\n", text).split("\n"):
        if plain := _CODES.sub(lambda code: code["own"] or "", part).strip():
            yield plain


_HEADER, _FOOTER = 0x14, 0x15
#: Pages that have their own: which (1 even, 2 first), and the lengths of even header and footer, first header and footer.
_HEADER_FOOTER, _OWN_PAGES = 0x89C, Struct("<28x5H")


def of_xls(book: Book, encoding: str) -> list[tuple[str, ...]]:
    """Those of each sheet of cells, in their order; `encoding`: of an XLS from before Excel 97."""
    return [tuple(dict.fromkeys(_of_sheet(book, at, encoding))) for at in book.sheets]


def _of_sheet(book: Book, at: int, encoding: str) -> Iterator[str]:
    for code, data in book.records(at):
        if code in (_HEADER, _FOOTER):
            yield from printed(_text(data, book.is_new, encoding))
        elif code == _HEADER_FOOTER and len(data) >= _OWN_PAGES.size:
            how, *lengths = _OWN_PAGES.unpack_from(data)
            at = _OWN_PAGES.size
            for number, length in enumerate(lengths):  # even pages, first page: header, footer of each
                text = data[at : at + 3 + length * (1 + (data[at + 2 : at + 3] == b"\1"))] if length else b""
                at += len(text)
                if how & (2 if number > 1 else 1):
                    yield from printed(_text(text, book.is_new, encoding))


def _text(data: bytes, is_new: bool, encoding: str) -> str:
    if len(data) < 2:
        return ""
    if not is_new:
        return data[1 : 1 + data[0]].decode(encoding, "replace")
    return data[3:].decode("utf-16-le" if data[2:3] == b"\1" else "latin-1", "replace")
