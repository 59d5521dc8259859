"""工作簿的样式 (XLSX): what the style of a cell, or of a part of its text, says beside the
value. Only `catalog.workbook_facts` calls it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

from catalog.cell_facts import Fault, may_say_more
from catalog.cell_marks import HIDDEN, STRUCK, SYMBOL, is_symbols
from catalog.xml_parts import tag

_BUILT_IN = {"9": "0%", "10": "0.00%"}  #: formats that no workbook writes out
_OFF = ("0", "false")
_NEEDLES = (b"strike", b"ingdings", b"ebdings")  #: without any of them no text of a workbook has a part that tells
_AT_ONCE = 2**20


@dataclass(frozen=True)
class Style:
    """The number format, why a text in it cannot be used, and its font where that shows pictures in place of letters."""

    pattern: str = ""
    fault: Fault | None = None
    font: str = ""

    @property
    def tells(self) -> bool:
        return self.fault is not None or bool(self.font) or may_say_more(self.pattern)


PLAIN = Style()


def styles_of(archive: zipfile.ZipFile, part: str) -> list[Style]:
    """Each style of a cell, by its number."""
    if part not in archive.namelist():
        return []
    root = ElementTree.fromstring(archive.read(part))
    own = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iter() if tag(one) == "numFmt"}
    fonts, fills = ([*next((one for one in root if tag(one) == name), ())] for name in ("fonts", "fills"))
    filled = [any(tag(one) == "gradientFill" or one.get("patternType", "none") != "none" for one in fill) for fill in fills]
    found = []
    for style in next((one for one in root if tag(one) == "cellXfs"), ()):
        pattern = own.get(one := style.get("numFmtId", ""), _BUILT_IN.get(one, ""))
        font, fill = _at(fonts, style.get("fontId", "")), style.get("fillId", "")
        fault, name = None, ""
        if font is not None:
            on_ground = fill.isdecimal() and int(fill) < len(filled) and filled[int(fill)]
            fault = STRUCK if _is_struck(font) else HIDDEN if _is_white(font) and not on_ground else None
            name = _name(font)
        found.append(Style(pattern, fault, name))
    return found


def _at(fonts: list[ElementTree.Element], number: str) -> ElementTree.Element | None:
    return fonts[int(number)] if number.isdecimal() and int(number) < len(fonts) else None


def _is_struck(font: ElementTree.Element) -> bool:
    return any(tag(one) == "strike" and one.get("val", "1") not in _OFF for one in font)


def _is_white(font: ElementTree.Element) -> bool:
    color = next((one for one in font if tag(one) == "color"), None)
    if color is None:
        return False
    return (
        color.get("rgb", "")[-6:].upper() == "FFFFFF"
        or color.get("indexed") in ("1", "9")
        or (color.get("theme") == "0" and not color.get("tint"))
    )


def _name(font: ElementTree.Element) -> str:
    return next((name for one in font if tag(one) in ("name", "rFont") and is_symbols(name := one.get("val", ""))), "")


def of_runs(text: ElementTree.Element) -> Fault | None:
    """Of a text in parts: that one is struck through, or in a font that shows pictures in place of letters."""
    found: Fault | None = None
    for run in text:
        about = next((one for one in run if tag(one) == "rPr"), None)
        if tag(run) == "r" and about is not None and any(tag(one) == "t" and (one.text or "").strip() for one in run):
            if _is_struck(about):
                return STRUCK
            found = SYMBOL if _name(about) else found
    return found


def strings_that_tell(archive: zipfile.ZipFile, part: str) -> dict[int, Fault]:
    """The shared texts of which a part tells, by their number."""
    if part not in archive.namelist() or not _may_tell(archive, part):
        return {}
    found: dict[int, Fault] = {}
    number = 0
    with archive.open(part) as text:
        for _, element in ElementTree.iterparse(text):
            if tag(element) == "si":
                if (fault := of_runs(element)) is not None:
                    found[number] = fault
                number += 1
                element.clear()
    return found


def _may_tell(archive: zipfile.ZipFile, part: str) -> bool:
    left = b""
    with archive.open(part) as text:
        while read := text.read(_AT_ONCE):
            if any(needle in left + read for needle in _NEEDLES):
                return True
            left = read[-16:]
    return False
