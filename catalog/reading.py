"""读表: a file as departments send it, as sheets of text. XLSX, XLS and CSV, whatever their encoding, tables of
Word (DOCX), of web pages and of the XML of Excel 2003.

Nothing is interpreted here: a cell says what the person saw in it, or why it cannot be used. A file that cannot be read is
refused with words for its sender, and nothing of it is used. Only `catalog.sheets` calls it, in a process of its own.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from catalog.cell_facts import ERRORS, Fault, formula_error
from catalog.continued import joined
from catalog.delimited import decoded, records
from catalog.file_kinds import OLE, ZIP, FileRefused, Form, form_of, only_pictures, page_refused
from catalog.laid_out import Row
from catalog.web_tables import html_tables
from catalog.word_tables import word_tables
from catalog.workbook_facts import BROKEN, DAMAGED, PASSWORD, Known, facts
from catalog.workbook_rows import Merged, across, rows_of
from catalog.xml_tables import xml_tables

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 300 * 2**20  #: what a workbook may grow to: a bomb of a few kilobytes grows to gigabytes
MOST_ROWS, MOST_COLUMNS = 100_000, 300
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+\d{2,3}", re.ASCII)
_HASHES = re.compile("#{3,}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


@dataclass(frozen=True)
class Most:
    """How large a file may be, by what it is for."""

    bytes: int
    unpacked: int
    rows: int


#: 清单 of a whole province: as many rows as a sheet can have.
OF_LISTS = Most(bytes=128 * 2**20, unpacked=2 * 2**30, rows=2**20)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells as text, row by row from the top left corner. A merged cell's text stands in all its parts.

    `spans` gives, for the first cell of a merged one, how many columns it covers: (row, column) -> width. `faults`: the cells
    that cannot be used, and why; whoever needs such a cell sends its row back.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    spans: dict[tuple[int, int], int] = field(default_factory=dict)
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A sheet begins, of this name and with these merged cells. Its rows follow. `below`: it is the next table of the page before;
    `under`: what stands under the last one of a page, outside of it, or is explained in a box; `margins`: the headers and footers of its
    printed pages, and letters across it."""

    name: str
    spans: dict[tuple[int, int], int] = field(default_factory=dict)
    below: bool = False
    under: tuple[str, ...] = ()
    margins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rows:
    """The next rows of the sheet, and which of their cells cannot be used, by their place in the sheet."""

    rows: tuple[tuple[str, ...], ...]
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)


Part = Opened | Rows


def read_sheets(content: bytes) -> list[Sheet]:
    """The visible sheets of a file that hold anything. Raises FileRefused."""
    return whole(read_parts(content))


def whole(parts: Iterable[Part]) -> list[Sheet]:
    """The sheets out of their parts."""
    sheets: list[Sheet] = []
    rows: list[list[tuple[str, ...]]] = []
    for part in parts:
        if isinstance(part, Opened):
            sheets.append(Sheet(part.name, (), part.spans))
            rows.append([])
        else:
            rows[-1] += part.rows
            sheets[-1].faults.update(part.faults)
    return [replace(sheet, rows=tuple(its)) for sheet, its in zip(sheets, rows, strict=True)]


def read_parts(content: bytes, most: Most | None = None, at_once: int = 500) -> Iterator[Part]:
    """The same sheet by sheet, each in parts of so many rows. Raises FileRefused, also when much of it was given already."""
    most = most or Most(MOST_BYTES, MOST_UNPACKED, MOST_ROWS)
    if not content.strip():
        raise FileRefused("empty", "文件是空的。", "请核对是否选错了文件,重新报送。")
    if content.startswith(ZIP):
        _refuse_bomb(content, most.unpacked)
    found: Iterable[tuple[Opened, Iterable[Row]]]
    if (form := form_of(content)) is not None:
        found = _marked_up(content, form, most)
    else:
        found = _workbook(content, most) if content.startswith((ZIP, OLE)) else [_text(content, most)]
    holds_anything = False
    for opened, rows in found:
        for part in _in_parts(opened, rows, most, at_once):
            holds_anything = True
            yield part
    if not holds_anything:
        raise only_pictures(content) or FileRefused("empty", "表中没有内容。", "请核对是否选错了文件,重新报送。")


def _in_parts(opened: Opened, rows: Iterable[Row], most: Most, at_once: int) -> Iterator[Part]:
    """A sheet that holds anything; empty rows at its end are none."""
    begun, number = False, 0
    kept: list[tuple[str, ...]] = []
    faults: dict[tuple[int, int], Fault] = {}
    waiting: list[tuple[str, ...]] = []  #: empty rows, until something follows
    for row, known in rows:
        if not any(row):
            waiting.append(row)
            continue
        for one in (*waiting, row):
            if number >= most.rows or len(one) > MOST_COLUMNS:
                raise FileRefused("too_large", f"工作表超过 {most.rows} 行或 {MOST_COLUMNS} 列。", "请拆成几个文件。")
            kept.append(one)
            number += 1
        waiting.clear()
        faults.update(((number - 1, column), fault) for column, fault in (*_unreadable(row), *known.items()))
        while len(kept) >= at_once:
            if not begun:
                yield opened
                begun = True
            first = number - len(kept)
            there = {place: fault for place, fault in faults.items() if place[0] < first + at_once} if faults else {}
            yield Rows(tuple(kept[:at_once]), there)
            faults = {place: fault for place, fault in faults.items() if place not in there} if faults else {}
            kept = kept[at_once:]
    if kept:
        if not begun:
            yield opened
        yield Rows(tuple(kept), faults)


def _marked_up(content: bytes, form: Form, most: Most) -> Iterator[tuple[Opened, Iterable[Row]]]:
    """The tables of a document or a page that hold anything."""
    match form:
        case Form.WORD:
            tables = word_tables(content, most.rows)
        case Form.XML:
            tables = xml_tables(content, most.rows)
        case Form.HTML:
            with decoded(content).open() as page:
                tables = html_tables(page.read(), most.rows)
            if not tables:
                raise page_refused("网页(HTML),只是改了扩展名")
    for number, table in enumerate(tables if form is Form.XML else joined(tables)):
        yield Opened(table.name, table.spans, number > 0 and form is not Form.XML, tuple(table.under), table.margins), table.rows


def _text(content: bytes, most: Most) -> tuple[Opened, Iterator[Row]]:
    return Opened(""), ((row, {}) for row in records(decoded(content), most.rows))


def _workbook(content: bytes, most: Most) -> Iterator[tuple[Opened, Iterator[Row]]]:
    try:
        known = facts(content)  # first: xlrd sees a chain of sectors that ends nowhere, along which calamine goes until memory ends
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for about in workbook.sheets_metadata:
            if about.visible is SheetVisibleEnum.Visible:
                sheet = workbook.get_sheet_by_name(about.name)
                merged = Merged(sheet)
                of_sheet = known.pop(about.name, Known({}, {}))
                letters, others = across(sheet, of_sheet.beside)
                opened = Opened(about.name, merged.spans, under=others, margins=of_sheet.margins + letters)
                yield opened, rows_of(sheet, merged, of_sheet.cells, of_sheet.beside, most.rows)
    except PasswordError:
        raise FileRefused(*PASSWORD) from None
    except (CalamineError, *DAMAGED):
        raise FileRefused(*BROKEN) from None
    except BaseException as died:
        if type(died).__name__ != "PanicException":  # of calamine, and no Exception
            raise
        raise FileRefused(*BROKEN) from None


def _refuse_bomb(content: bytes, left: int) -> None:
    """Unpack and count: what the archive says of its own size may be a lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                with archive.open(member) as unpacked:
                    while part := unpacked.read(2**20):
                        left -= len(part)
                        if left < 0:
                            raise FileRefused(
                                "bomb", "文件解压后异常庞大,已停止读取。", "请用 Excel 或 WPS 新建工作簿,只粘贴数据后再报送。"
                            )
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, OSError, EOFError):
        raise FileRefused("broken", "文件已损坏。", "请用 Excel 或 WPS 打开后另存为 XLSX 再报送。") from None


#: Every text of which `_unreadable` has something to say holds one of these.
_MAY_BE_UNREADABLE = re.compile("[#\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]|[Ee]\\+")


def _unreadable(row: tuple[str, ...]) -> Iterator[tuple[int, Fault]]:
    """Texts in which something was lost before they came: 1.23457E+17, what a failed formula or a narrow column left in a
    CSV, characters that an encoding could not take, and those that one old register alone has."""
    if not _MAY_BE_UNREADABLE.search("\n".join(row)):
        return
    for column, text in enumerate(row):
        if text in ERRORS:
            yield column, formula_error(text)
        elif _HASHES.fullmatch(text):
            said = "该格只有“#”,保存时列宽不足,内容没有写进文件。"
            yield column, Fault("not_shown", said, "请把列宽调大,重新保存后再报送。")
        elif "\ufffd" in text:
            said = "该格有字在转换编码时已经丢失(显示为�)。"
            yield column, Fault("character_lost", said, "请按原件重新填写,以 XLSX 或 UTF-8 编码保存后再报送。")
        elif _SCIENTIFIC.fullmatch(text):
            said = f"该格是科学记数({text}),末尾几位已经丢失。"
            yield column, Fault("digits_lost", said, "请把该列设为文本格式,按原件重新填写后再报送。")
        elif own := _PRIVATE.search(text):
            said = f"该格含有自造字(U+{ord(own[0]):04X}),其他系统不能显示。"
            yield column, Fault("private_character", said, "请改用标准字;确无标准字的,请联系专班办公室。")
