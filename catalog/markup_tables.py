"""网页和 XML 表格 (2003): tables that a system exports as HTML or SpreadsheetML, whatever the file is called. Only `catalog.reading`
calls it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

from catalog.cell_facts import DIGITS_LOST, Fault, formula_error, shown
from catalog.cell_text import LOST, text_of
from catalog.file_kinds import FileRefused
from catalog.laid_out import MOST_COLUMNS, MOST_OVER, Cell, Table
from domain.cells import meant

_UNSEEN = ("script", "style", "title", "head")
_INLINE = ("a", "b", "em", "font", "i", "span", "strong", "u", "sub", "sup")
_OUTSIDE = 2000  #: characters before a table among which its title may be
_LINES = ("br", "p", "div", "li")
_MOST_DOWN = 65_535
_NAMED = {"Percent": "0.00%"}
_PLACED = ("Index", "MergeAcross", "MergeDown")
_HIDDEN = ("SheetHidden", "SheetVeryHidden")


def html_tables(text: str, most: int) -> list[Table]:
    """The tables of a page, the inner ones by themselves. Raises FileRefused."""
    page = _Page(most)
    page.feed(text)
    page.close()
    page.end_all()
    return [table for table in page.tables if len(table.rows) > len(table.over)]


class _Open:
    """A table that is being read: its row and its cell."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.row: list[Cell] | None = None
        self.cell: Cell | None = None

    def end_cell(self) -> None:
        if self.cell is not None and self.row is not None:
            lines = (" ".join(line.split()) for line in self.cell.text.split("\n"))
            self.cell.text = meant("\n".join(filter(None, lines)))
            self.row.append(self.cell)
        self.cell = None

    def end_row(self) -> None:
        self.end_cell()
        if self.row is not None:
            self.table.add(self.row)
        self.row = None


class _Page(HTMLParser):
    """Ends of cells and rows may be missing, as browsers allow."""

    def __init__(self, most: int) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._most = most
        self._open: list[_Open] = []
        self._unseen = 0
        self._outside = ""  #: what stands before the next table

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "body":
            self._unseen = 0
        elif tag == "table":
            cell = self._open[-1].cell if self._open else None
            said = (cell.text if cell is not None else self._outside).split("\n")
            over = [line for text in said if (line := " ".join(text.split()))]
            table = Table(f"第{len(self.tables) + 1}个表格", self._most, over[-MOST_OVER:])
            table.begin()
            self._outside = ""
            self.tables.append(table)
            self._open.append(_Open(table))
        elif self._open:
            here = self._open[-1]
            if tag == "tr":
                here.end_row()
                here.row = []
            elif tag in ("td", "th"):
                here.end_cell()
                here.row = [] if here.row is None else here.row
                here.cell = Cell("", _covers(attrs, "colspan", MOST_COLUMNS + 1), _covers(attrs, "rowspan", _MOST_DOWN))
            elif tag in _LINES and here.cell is not None:
                here.cell.text += "\n"
        elif tag not in _INLINE:
            self._outside += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif self._open:
            here = self._open[-1]
            if tag == "table":
                here.end_row()
                self._open.pop()
            elif tag in ("tr", "tbody", "thead"):
                here.end_row()
            elif tag in ("td", "th"):
                here.end_cell()
            elif tag in _LINES and here.cell is not None:
                here.cell.text += "\n"
        elif tag not in _INLINE:
            self._outside += "\n"

    def handle_data(self, data: str) -> None:
        text = " ".join(data.splitlines()) if data.strip() else " "
        if self._unseen:
            return
        if not self._open:
            self._outside = (self._outside + text)[-_OUTSIDE:]
        elif (cell := self._open[-1].cell) is not None:
            cell.text += text

    def end_all(self) -> None:
        while self._open:
            self._open.pop().end_row()


def _covers(attrs: list[tuple[str, str | None]], name: str, most: int) -> int:
    text = (dict(attrs).get(name) or "1").strip()
    number = min(int(text), most) if text.isdecimal() and text.isascii() and len(text) < 9 else 1
    return number or most  # 0: to the end


def root_of(content: bytes) -> ElementTree.Element:
    """The XML of a file that somebody handed in. What declares types or entities is refused unread, in whatever encoding: no office
    program writes it. Raises ParseError, ValueError or LookupError."""
    plain = content.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise ElementTree.ParseError
    return ElementTree.fromstring(content)


def xml_tables(content: bytes, most: int) -> list[Table]:
    """The visible sheets of a workbook in the XML of Excel 2003. Raises FileRefused."""
    try:
        book = root_of(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise FileRefused("broken", "文件已损坏,或不是 XML 表格。", "请用 Excel 或 WPS 打开后,“另存为”XLSX 工作簿再报送。") from None
    formats = {
        _named(style, "ID"): _named(one, "Format")
        for style in book.iter()
        if _tag(style) == "Style"
        for one in style.iterfind("{*}NumberFormat")
    }
    return [_sheet(sheet, formats, most) for sheet in book.iterfind("{*}Worksheet") if not _is_hidden(sheet)]


def _is_hidden(sheet: ElementTree.Element) -> bool:
    return any((one.text or "") in _HIDDEN for one in sheet.iterfind("{*}WorksheetOptions/{*}Visible"))


def _sheet(sheet: ElementTree.Element, formats: dict[str, str], most: int) -> Table:
    table = Table(_named(sheet, "Name"), most)
    for row in sheet.iterfind("{*}Table/{*}Row"):
        at = _named(row, "Index")
        table.add(list(_cells(row, formats)), int(at) - 1 if at.isdecimal() and len(at) < 9 else None)
    return table


def _cells(row: ElementTree.Element, formats: dict[str, str]) -> Iterator[Cell]:
    for cell in row.iterfind("{*}Cell"):
        at, more, below = (int(text) if (text := _named(cell, name)).isdecimal() and len(text) < 7 else 0 for name in _PLACED)
        data = cell.find("{*}Data")
        text, fault = _said(data, formats.get(_named(cell, "StyleID") or _named(row, "StyleID"), "")) if data is not None else ("", None)
        yield Cell(text, min(more, MOST_COLUMNS) + 1, min(below, _MOST_DOWN) + 1, fault, min(at, MOST_COLUMNS + 1) - 1)


def _said(data: ElementTree.Element, pattern: str) -> tuple[str, Fault | None]:
    text = "".join(data.itertext()).strip()
    with suppress(ValueError, OverflowError):  # what is no such value stays the text that it is: its column judges it
        match _named(data, "Type"):
            case "Error":
                return text, formula_error(text)
            case "Number":
                number = float(text)
                return shown(number, _NAMED.get(pattern, pattern)) or text_of(number), DIGITS_LOST if abs(number) >= LOST else None
            case "Boolean":
                return text_of(text == "1"), None
            case "DateTime":
                return text_of(datetime.fromisoformat(text)), None
    return meant(text), None


def _named(element: ElementTree.Element, name: str) -> str:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
