"""Word 文档里的表格 (DOCX): each table as a sheet, with the paragraphs that stand over it as its title. Merged cells keep their text in
all their parts; what somebody deleted under 修订 is not there, what is struck through cannot be used. Only `catalog.reading` calls it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from catalog.cell_facts import Fault
from catalog.file_kinds import FileRefused
from catalog.laid_out import MOST_OVER, Cell, Table
from catalog.markup_tables import root_of
from domain.cells import meant

_STRUCK = Fault("struck_out", "该格有划掉的文字(删除线)。", "请删去划掉的文字,只留下有效的内容。")
_LEFT_OUT = frozenset(
    {"Fallback", "del", "moveFrom", "delText", "instrText", "rPr", "pPr"}
)  #: what no reader of the page sees, or sees twice


def word_tables(content: bytes, most: int) -> list[Table]:
    """The tables of a document, in their order. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = archive.read("word/document.xml")
        body = root_of(text)
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, ValueError):
        raise FileRefused("broken", "文件已损坏,或不是 Word 文档。", "请用 Word 或 WPS 打开后另存为 DOCX 再报送。") from None
    tables: list[Table] = []
    over: list[str] = []
    for element in _blocks(body):
        if _tag(element) == "p":
            over += filter(None, [_text(element).strip()])
        else:
            table = Table(f"第{len(tables) + 1}个表格", most, over[-MOST_OVER:])
            table.begin()
            _rows(element, table)
            tables.append(table)
            over = []
    if not tables:
        raise FileRefused("wrong_kind", "Word 文档里没有表格。", "请把清单做成表格,或“另存为”XLSX 工作簿再报送。")
    return tables


def _blocks(parent: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Paragraphs and tables of the page, in whatever they are wrapped."""
    for element in parent:
        if _tag(element) in ("p", "tbl"):
            yield element
        elif _tag(element) in ("body", "sdt", "sdtContent", "ins", "customXml"):
            yield from _blocks(element)


def _rows(table: ElementTree.Element, into: Table) -> None:
    """vMerge goes on below until a cell that begins anew: its text and its fault are those of the cell above."""
    above: dict[int, Cell] = {}
    for row in _children(table, "tr"):
        if any(_tag(one) == "del" for one in row.iterfind("{*}trPr/{*}del")):
            continue  # the row is deleted under 修订
        cells = [Cell("") for _ in range(_number(row, "{*}trPr/{*}gridBefore", 0))]
        at = len(cells)
        for element in _children(row, "tc"):
            merge = element.find("{*}tcPr/{*}vMerge")
            across = _number(element, "{*}tcPr/{*}gridSpan", 1)
            goes_on = merge is not None and _value(merge) != "restart" and at in above
            marks = (one for name in ("strike", "dstrike") for one in element.iterfind(f".//{{*}}r/{{*}}rPr/{{*}}{name}"))
            struck = any(_value(one) not in ("0", "false") for one in marks)
            cell = above[at] if goes_on else Cell(_cell_text(element), fault=_STRUCK if struck else None)
            cells.append(Cell(cell.text, across, fault=cell.fault))
            above[at] = cell
            at += across
        into.add(cells)


def _children(parent: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    for element in parent:
        if _tag(element) == name:
            yield element
        elif _tag(element) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _children(element, name)


def _cell_text(cell: ElementTree.Element) -> str:
    lines = (_text(paragraph).strip() for paragraph in cell.iter() if _tag(paragraph) == "p")
    return meant("\n".join(filter(None, lines)))


def _text(element: ElementTree.Element) -> str:
    said = []
    for child in element:
        match _tag(child):
            case "t":
                said.append(child.text or "")
            case "br" | "cr":
                said.append("\n")
            case "tab":
                said.append(" ")
            case name if name not in _LEFT_OUT:
                said.append(_text(child))
    return "".join(said)


def _number(element: ElementTree.Element, path: str, default: int) -> int:
    found = element.find(path)
    text = _value(found) if found is not None else ""
    return int(text) if text.isdecimal() and len(text) < 4 else default


def _value(element: ElementTree.Element) -> str:
    return next((value for name, value in element.items() if name.rpartition("}")[2] == "val"), "")


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
