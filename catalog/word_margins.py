"""页眉、页脚和水印 (DOCX): what is printed over, under and across the pages of a section: letters drawn there are text, a picture is none.
Only `catalog.word_tables` calls it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from catalog.word_text import Shown, StyleLooks, is_on
from catalog.xml_parts import named, related, tag
from catalog.xml_tables import root_of

_DOCUMENT, _SETTINGS = "word/document.xml", "word/settings.xml"
_PLACES = ("headerReference", "footerReference")


class Pages:
    """The headers and footers of a document, asked section by section from its beginning."""

    def __init__(self, archive: zipfile.ZipFile, styles: StyleLooks) -> None:
        names = frozenset(archive.namelist())
        parts = {one: part for one, (kind, part) in related(archive, _DOCUMENT).items() if kind in ("header", "footer") and part in names}
        self._texts = {one: tuple(_lines(root_of(archive.read(part)), styles)) for one, part in parts.items()}
        settings = root_of(archive.read(_SETTINGS)).find("{*}evenAndOddHeaders") if _SETTINGS in names else None
        self._has_even = settings is not None and is_on(settings)
        self._now: dict[tuple[str, str], str] = {}

    def of(self, section: ElementTree.Element) -> tuple[str, ...]:
        """What the pages of the next section say, each once. A section has those of the one before where it names none of its own."""
        for reference in section:
            if tag(reference) in _PLACES:
                self._now[tag(reference), named(reference, "type") or "default"] = named(reference, "id")
        own = section.find("{*}titlePg")
        pages = ["first"] * (own is not None and is_on(own)) + ["default"] + ["even"] * self._has_even
        said = (self._texts.get(self._now.get((place, page), ""), ()) for page in pages for place in _PLACES)
        return tuple(dict.fromkeys(line for lines in said for line in lines))


def _lines(root: ElementTree.Element, styles: StyleLooks) -> Iterator[str]:
    """Also of what is laid out in tables."""
    yield from (shown := Shown(styles).blocks(root)).lines
    for table, _ in shown.tables:
        for cell in table.iter():
            if tag(cell) == "tc":
                yield from Shown(styles).blocks(cell).lines
