"""Word 文档里的表格 (DOCX): each table as a sheet, with the paragraphs that stand over it as its title. Merged cells keep their text in
all their parts; a table inside a cell or a text box is a table of its own. Only `catalog.reading` calls it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from xml.etree import ElementTree

from catalog.cell_marks import NO_BEGINNING, NOT_ALIGNED, TABLE_WITHIN
from catalog.file_kinds import FileRefused, only_pictures
from catalog.laid_out import MOST_COLUMNS, MOST_OVER, MOST_UNDER, Cell, Table
from catalog.word_margins import Pages
from catalog.word_text import PLAIN_STYLES, Shown, StyleLooks, chosen, is_on, state, value
from catalog.xml_parts import named, tag
from catalog.xml_tables import root_of

_WRAPPERS = ("body", "sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
_ELSEWHERE = ("altChunk", "subDoc")
_SLIVER = 227  #: twentieths of a point: a column so narrow holds no character, somebody moved a line
_BROKEN = ("broken", "文件已损坏,或不是 Word 文档。", "请用 Word 或 WPS 打开后另存为 DOCX 再报送。")


def word_tables(content: bytes, most: int) -> list[Table]:
    """The tables of a document, in their order, as it stands when what was changed under 修订 is accepted. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            body = root_of(archive.read("word/document.xml"))
            styles = root_of(archive.read("word/styles.xml")) if "word/styles.xml" in archive.namelist() else None
            looks = (PLAIN_STYLES if styles is None else _looks(styles))._replace(beside=dict(_beside(archive)))
            pages = Pages(archive, looks)
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, ValueError, LookupError):
        raise FileRefused(*_BROKEN) from None
    if any(tag(element) in _ELSEWHERE for element in body.iter()):
        said = "文档里插入了另一份文件,其中的内容没有写在本文件里。"
        raise FileRefused("inserted_file", said, "请用 Word 打开,另存为新的 DOCX 文档后再报送。")
    document = _Document(most, looks, pages)
    document.blocks(body)
    if not document.tables:
        no_table = FileRefused("wrong_kind", "Word 文档里没有表格。", "请把清单做成表格,或“另存为”XLSX 工作簿再报送。")
        raise only_pictures(content) or no_table
    document.tables[-1].under += document.left[:MOST_UNDER]
    return document.tables


#: What refers to a comment or a note, and the part and the element in which that stands.
_BESIDE = (
    ("commentReference", "word/comments.xml", "comment"),
    ("footnoteReference", "word/footnotes.xml", "footnote"),
    ("endnoteReference", "word/endnotes.xml", "endnote"),
)


def _beside(archive: zipfile.ZipFile) -> Iterator[tuple[tuple[str, str], str]]:
    """What the comments and notes of a document say."""
    for reference, part, name in _BESIDE:
        if part in archive.namelist():
            for element in root_of(archive.read(part)).iterfind(f"{{*}}{name}"):
                lines = ("".join(one.text or "" for one in line.iter() if tag(one) == "t") for line in element.iter() if tag(line) == "p")
                yield (reference, named(element, "id")), "\n".join(lines)


def _looks(styles: ElementTree.Element) -> StyleLooks:
    """The styles that strike through or hide, themselves or by the one that they rest on."""
    return StyleLooks(_showing(styles, ("strike", "dstrike")), _showing(styles, ("vanish", "webHidden")))


def _showing(styles: ElementTree.Element, kinds: tuple[str, ...]) -> frozenset[str]:
    own: dict[str, bool] = {}
    based: dict[str, str] = {}
    for style in styles.iterfind("{*}style"):
        name = named(style, "styleId")
        based[name] = value(style.find("{*}basedOn"))
        marks = [one for kind in kinds for one in style.iterfind(f"{{*}}rPr/{{*}}{kind}")]
        if marks:
            own[name] = any(map(is_on, marks))
    found = set()
    for name in based:
        at, left = name, len(based)
        while at not in own and at in based and left:
            at, left = based[at], left - 1
        if own.get(at):
            found.add(name)
    return frozenset(found)


class _Document:
    def __init__(self, most: int, styles: StyleLooks, pages: Pages) -> None:
        self.tables: list[Table] = []
        self._most, self._styles, self._pages = most, styles, pages
        self._over: list[str] = []
        self._beside: list[str] = []
        self._of_section = 0  #: the first table of this section

    def blocks(self, parent: ElementTree.Element) -> None:
        """Paragraphs and tables of the page, in whatever they are wrapped."""
        for element in chosen(parent):
            if tag(element) == "p":
                alone = ElementTree.Element("alone")
                alone.append(element)
                shown = Shown(self._styles).blocks(alone)
                for table, before in shown.tables:  # in a text box
                    self._table(table, self._over + before, inner=True)
                    self._over = []
                self._over += shown.lines
                self._beside += shown.beside
                if (section := element.find("{*}pPr/{*}sectPr")) is not None:
                    self._end(section)
            elif tag(element) == "sectPr":
                self._end(section=element)
            elif tag(element) == "tbl":
                self._table(element, self._over)
                self._over = []
            elif tag(element) in _WRAPPERS:
                self.blocks(element)

    @property
    def left(self) -> list[str]:
        """What stands under the last table, and what hangs on that."""
        return self._over + self._beside

    def _end(self, section: ElementTree.Element) -> None:
        """A section ends, of which this says how its pages look."""
        margins = self._pages.of(section)
        for table in self.tables[self._of_section :]:
            table.margins = margins
        self._of_section = len(self.tables)

    def _table(self, element: ElementTree.Element, over: list[str], *, inner: bool = False) -> None:
        table = Table(f"第{len(self.tables) + 1}个表格", self._most, over[-MOST_OVER:], inner, self._beside[:MOST_UNDER])
        self._beside = []  # a footnote of the title stands under the table
        table.begin()
        self.tables.append(table)
        further: list[tuple[ElementTree.Element, list[str]]] = []
        for cells, within in _rows(element, self._styles):
            further += [(one, before or table.above()) for one, before in within]
            table.add(cells)
        for one, before in further:
            self._table(one, before, inner=True)


_Row = list[tuple[int, int, ElementTree.Element, str | None]]  #: first column, columns, cell, what its control says


def _rows(table: ElementTree.Element, styles: StyleLooks) -> Iterator[tuple[list[Cell], list[tuple[ElementTree.Element, list[str]]]]]:
    """Row by row its cells, and the tables in them with the lines before each. vMerge goes on below until a cell that begins anew, and
    only under a cell of the same place and width that began."""
    rows = list(_placed(table))
    slivers = _slivers(table, [row for row, gone in rows if not gone])
    places = list(accumulate((column not in slivers for column in range(MOST_COLUMNS + 1)), initial=0))

    def at(column: int) -> int:
        return places[min(column, MOST_COLUMNS + 1)]

    standard: list[tuple[int, int]] = []
    above: dict[tuple[int, int], Cell] = {}
    for row, gone in rows:
        if gone:  # deleted under 修订; nobody knows what goes on below it
            above = {
                place: cell for place, cell in above.items() if place not in {(at(left), at(left + across)) for left, across, *_ in row}
            }
            continue
        cells: list[Cell] = []
        within: list[tuple[ElementTree.Element, list[str]]] = []
        begun: dict[tuple[int, int], Cell] = {}
        for left, across, element, control in row:
            place = at(left), at(left + across)
            merge = element.find("{*}tcPr/{*}vMerge")
            goes_on = merge is not None and value(merge) != "restart"
            if goes_on and place in above:
                cell = replace(above[place], at=place[0])
            else:
                shown = Shown(styles).blocks(element)
                cell = Cell(shown.text if control is None else control, place[1] - place[0], fault=shown.fault, at=place[0])
                within += shown.tables
                if shown.tables:
                    cell.fault = cell.fault or TABLE_WITHIN
                if goes_on and not cell.text:
                    cell.fault = cell.fault or NO_BEGINNING
            if merge is not None:
                begun[place] = cell
            if any(a < place[0] < b < place[1] or place[0] < a < place[1] < b for a, b in standard):
                cell = replace(cell, fault=cell.fault or NOT_ALIGNED)
            cells.append(cell)
        above = begun
        if len(standard) < len(cells):
            standard = [(cell.at, cell.at + cell.across) for cell in cells]
        yield cells, within


def _placed(table: ElementTree.Element) -> Iterator[tuple[_Row, bool]]:
    """Its rows with the place of each cell in the grid, and whether the row is deleted under 修订. Deleted cells are not there."""
    for row, _ in _children(table, "tr"):
        left = _number(row, "{*}trPr/{*}gridBefore", 0)
        cells: _Row = []
        for element, control in _children(row, "tc"):
            if element.find("{*}tcPr/{*}cellDel") is None:
                across = max(1, _number(element, "{*}tcPr/{*}gridSpan", 1))
                cells.append((left, across, element, control))
                left += across
        yield cells, row.find("{*}trPr/{*}del") is not None


def _slivers(table: ElementTree.Element, rows: list[_Row]) -> frozenset[int]:
    """Columns of the grid that are there because lines do not meet, and in which nothing can stand."""
    widths = [named(one, "w") for one in table.iterfind("{*}tblGrid/{*}gridCol")]
    found = frozenset(number for number, width in enumerate(widths) if width.isdecimal() and len(width) < 6 and int(width) < _SLIVER)
    alone = any(found.issuperset(range(left, left + across)) for row in rows for left, across, *_ in row)
    return frozenset() if alone else found


def _children(parent: ElementTree.Element, name: str, said: str | None = None) -> Iterator[tuple[ElementTree.Element, str | None]]:
    """Those of this name, in whatever they are wrapped, with what a control around them says."""
    for element in chosen(parent):
        if tag(element) == name:
            yield element, said
        elif tag(element) in _WRAPPERS:
            yield from _children(element, name, state(element) if tag(element) == "sdt" else said)


def _number(element: ElementTree.Element, path: str, default: int) -> int:
    text = value(element.find(path))
    return int(text) if text.isdecimal() and len(text) < 4 else default
