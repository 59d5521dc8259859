"""页眉和页脚 (XLSX): what is printed over and under each page of a sheet, found while its cells are looked through. Only
`catalog.workbook_facts` calls it."""

from __future__ import annotations

import re
from html import unescape
from typing import IO

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
                for text in _PLACES.sub(r"\1\n", unescape(part["text"])).split("\n"):
                    plain = _CODES.sub(lambda code: code["own"] or "", text).strip()
                    if plain:
                        texts[plain] = None
        return tuple(texts)
