"""XML 表格 (2003): workbooks that a system exports as SpreadsheetML, whatever the file is called. Only `catalog.reading` calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from catalog.cell_facts import DIGITS_LOST, NOT_CALCULATED, Fault, formula_error, shown
from catalog.cell_marks import STRUCK, SYMBOL, is_symbols, seen
from catalog.cell_notes import of_comment, said_in, tells_of_row
from catalog.cell_text import LOST, text_of
from catalog.delimited import decoded
from catalog.file_kinds import FileRefused
from catalog.laid_out import MOST_COLUMNS, Cell, Table
from catalog.workbook_margins import printed
from catalog.xml_parts import named, tag
from domain.cells import meant

_MOST_DOWN = 65_535
#: What stands before the declaration, and the encoding that it names.
_DECLARED = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(\s*(?:\xef\xbb\xbf)*\s*)<\?xml[^>]*?(?:encoding\s*=\s*[\"']([^\"']*)[\"'][^>]*)?\?>"
)
_DECLARATION = re.compile(r"[\s\ufeff]*<\?xml[^>]*\?>")
_OWN = re.compile(rb"(x-)?gb|(cp|ms|windows-?)936", re.I)  #: of two bytes a character, which the parser does not know
_NAMED = {"Percent": "0.00%"}
_PLACED = ("Index", "MergeAcross", "MergeDown")
_HIDDEN = ("SheetHidden", "SheetVeryHidden")


def root_of(content: bytes) -> ElementTree.Element:
    """The XML of a file that somebody handed in, also where a line stands before it or it says GB 2312. What declares types or entities
    is refused unread, in whatever encoding: no office program writes it. Raises ParseError, ValueError, LookupError or FileRefused."""
    plain = content.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise ElementTree.ParseError
    declared = _DECLARED.match(plain[:200])
    if declared is None or (not declared[1] and not _OWN.match(declared[2] or b"")):
        return ElementTree.fromstring(content)
    with decoded(content).open() as text:
        return ElementTree.fromstring(_DECLARATION.sub("", text.read(), count=1))


def xml_tables(content: bytes, most: int) -> list[Table]:
    """The visible sheets of a workbook in the XML of Excel 2003. Raises FileRefused."""
    try:
        book = root_of(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise FileRefused("broken", "文件已损坏,或不是 XML 表格。", "请用 Excel 或 WPS 打开后,“另存为”XLSX 工作簿再报送。") from None
    styles = {named(style, "ID"): _Style.of(style) for style in book.iter() if tag(style) == "Style"}
    for style in styles.values():
        style.rest_on(styles)
    return [_sheet(sheet, styles, most) for sheet in book.iterfind("{*}Worksheet") if not _is_hidden(sheet)]


@dataclass
class _Style:
    """How the cells of a style show: None where it does not say, and the one that it rests on does."""

    pattern: str | None
    struck: bool | None
    font: str | None
    parent: str

    @classmethod
    def of(cls, style: ElementTree.Element) -> _Style:
        number, font = style.find("{*}NumberFormat"), style.find("{*}Font")
        struck, name = (named(font, one) for one in ("StrikeThrough", "FontName")) if font is not None else ("", "")
        pattern = named(number, "Format") if number is not None else None
        return cls(pattern, struck == "1" if struck else None, name or None, named(style, "Parent") or "Default")

    def rest_on(self, styles: Mapping[str, _Style]) -> None:
        for _ in styles:
            if (parent := styles.get(self.parent)) is None or parent is self:
                return
            self.pattern = parent.pattern if self.pattern is None else self.pattern
            self.struck = parent.struck if self.struck is None else self.struck
            self.font = parent.font if self.font is None else self.font
            self.parent = parent.parent


_PLAIN = _Style(None, None, None, "")
_STRIKES = frozenset(("S", "Strike", "Del"))


def _is_hidden(sheet: ElementTree.Element) -> bool:
    return any((one.text or "") in _HIDDEN for one in sheet.iterfind("{*}WorksheetOptions/{*}Visible"))


def _sheet(sheet: ElementTree.Element, styles: Mapping[str, _Style], most: int) -> Table:
    places = ("{*}WorksheetOptions/{*}PageSetup/{*}Header", "{*}WorksheetOptions/{*}PageSetup/{*}Footer")
    pages = [line for place in places for one in sheet.iterfind(place) for line in printed(named(one, "Data"))]
    table = Table(named(sheet, "Name"), most, margins=tuple(dict.fromkeys(pages)))
    for row in sheet.iterfind("{*}Table/{*}Row"):
        at = named(row, "Index")
        table.add(list(_cells(row, styles)), int(at) - 1 if at.isdecimal() and len(at) < 9 else None)
    return table


def _cells(row: ElementTree.Element, styles: Mapping[str, _Style]) -> Iterator[Cell]:
    for cell in row.iterfind("{*}Cell"):
        at, more, below = (int(text) if (text := named(cell, name)).isdecimal() and len(text) < 7 else 0 for name in _PLACED)
        data = cell.find("{*}Data")
        style = styles.get(named(cell, "StyleID") or named(row, "StyleID") or "Default", _PLAIN)
        text, fault = _said(data, style) if data is not None else ("", NOT_CALCULATED if named(cell, "Formula") else None)
        if (comment := cell.find("{*}Comment")) is not None:
            noted = of_comment("".join(comment.itertext()))
            text, fault = text or said_in(noted), noted if fault is None or tells_of_row(noted) else fault
        yield Cell(text, min(more, MOST_COLUMNS) + 1, min(below, _MOST_DOWN) + 1, fault, min(at, MOST_COLUMNS + 1) - 1)


def _said(data: ElementTree.Element, style: _Style) -> tuple[str, Fault | None]:
    text = "".join(data.itertext()).strip()
    struck = (
        STRUCK if text and (style.struck or any(tag(one) in _STRIKES and "".join(one.itertext()).strip() for one in data.iter())) else None
    )
    with suppress(ValueError, OverflowError):  # what is no such value stays the text that it is: its column judges it
        match named(data, "Type"):
            case "Error":
                return text, formula_error(text)
            case "Number":
                number, pattern = float(text), style.pattern or ""
                said = shown(number, _NAMED.get(pattern, pattern)) or text_of(number)
                return said, DIGITS_LOST if abs(number) >= LOST else struck
            case "Boolean":
                return text_of(text == "1"), struck
            case "DateTime":
                return text_of(datetime.fromisoformat(text)), struck
    text, fault = seen(text, style.font or "")
    if any(is_symbols(named(one, "Face")) for one in data.iter()):
        fault = SYMBOL
    return meant(text), fault or struck
