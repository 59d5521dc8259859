"""工作簿里值以外的内容: what the values of a workbook's cells do not say.

The reader of values (calamine) gives an empty text for a failed formula, the bare number for 00012345 and plain words for what is
struck through, so the parts of the workbook that say more are read beside it: XML of a sheet for XLSX, the records of an XLS by xlrd.
"""

from __future__ import annotations

import io
import os
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple
from xml.etree import ElementTree

import xlrd

from catalog.cell_facts import DIGITS_LOST, NOT_CALCULATED, Beside, Fact, Facts, Fault, InFont, Noted, formula_error, shown
from catalog.cell_marks import HIDDEN, STRUCK, SYMBOL, is_symbols
from catalog.cell_text import LOST, text_of
from catalog.file_kinds import OLE, FileRefused
from catalog.sheet_cells import cells_that_tell
from catalog.workbook_drawings import beside, lies_over
from catalog.workbook_margins import Watched, of_xls
from catalog.workbook_styles import PLAIN, Style, of_runs, strings_that_tell, styles_of
from catalog.xls_records import book_of
from catalog.xml_parts import related, tag

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_LENGTH = re.compile(r"\[[hms]+\]", re.I)  #: hours that run on past a day
_DAYS = 2_958_466  #: the first day past 9999-12-31, where a spreadsheet ends
_WHITE = (1, 9)  #: of the colours of an XLS
PASSWORD = ("password", "文件设有打开密码。", "请取消密码后重新报送。")
BROKEN = ("broken", "文件已损坏,或不是 Excel 工作簿。", "请用 Excel 或 WPS 打开后另存为 XLSX 再报送。")
#: What the readers raise of a workbook that lost some of its bytes: xlrd takes each record at its word.
DAMAGED = (
    *(ElementTree.ParseError, xlrd.XLRDError, xlrd.compdoc.CompDocError, zipfile.BadZipFile, zlib.error, struct.error),
    *(ArithmeticError, AssertionError, EOFError, LookupError, OSError, RuntimeError, ValueError),
)


class Known(NamedTuple):
    """What the cells of a sheet do not say themselves, what lies over them, and what its pages' headers and footers say."""

    cells: Facts
    beside: Beside
    margins: tuple[str, ...] = ()


def facts(content: bytes) -> dict[str, Known]:
    """Sheet -> what its values do not say. Raises FileRefused where the workbook is broken."""
    try:
        return dict(_of_xls(content) if content.startswith(OLE) else _of_xlsx(content))
    except DAMAGED as error:
        if "encrypted" in str(error):
            raise FileRefused(*PASSWORD) from None
        raise FileRefused(*BROKEN) from error


def _of_number(number: float, pattern: str) -> Fault | str | None:
    return DIGITS_LOST if abs(number) >= LOST else shown(number, pattern)


def _of_moment(days: float, pattern: str, since_1904: int) -> str:
    if not 0 <= days < _DAYS - 1462 * since_1904:
        return text_of(days)  # 20261125 in a cell for dates: no spreadsheet can show it, and it is what was typed
    if _LENGTH.search(pattern):
        return text_of(timedelta(days=days))
    moment = xlrd.xldate_as_datetime(days, since_1904)
    return text_of(moment.time() if days < 1 else moment)


def _of_xls(content: bytes) -> Iterator[tuple[str, Known]]:
    with open(os.devnull, "w") as silent:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=silent)
    looks = [_look(book, one) for one in book.xf_list]
    records = book_of(content)
    margins = of_xls(records, book.encoding or "gb18030")
    for at, sheet in enumerate(book.sheets()):
        found: Facts = {}
        over: Beside = {}
        for top, bottom, left, said in records.boxes(records.sheets[at]) if at < len(records.sheets) else ():
            lies_over(over, top, left, bottom, said)
        over.update((place, Noted(str(note.text))) for place, note in sheet.cell_note_map.items())
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                fact: Fact | None = None
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    fact = formula_error(xlrd.error_text_from_code.get(cell.value, "#ERR!"))
                elif cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
                    # Which of the two it is, xlrd knows from the workbook's own formats; calamine goes by their numbers alone.
                    pattern = book.format_map[book.xf_list[cell.xf_index].format_key].format_str or ""
                    number = cell.ctype == xlrd.XL_CELL_NUMBER
                    fact = _of_number(cell.value, pattern) if number else _of_moment(cell.value, pattern, book.datemode)
                    fact = text_of(cell.value) if number and fact is None else fact
                if str(cell.value).strip() and not isinstance(fact, Fault):
                    runs = [book.font_list[font] for _, font in sheet.rich_text_runlist_map.get((row, column), ())]
                    struck = STRUCK if any(font.struck_out for font in runs) else None
                    fact = struck or (SYMBOL if any(is_symbols(font.name) for font in runs) else None) or looks[cell.xf_index] or fact
                if fact is not None:
                    found[row, column] = fact
        yield sheet.name, Known(found, over, margins[at] if at < len(margins) else ())


def _look(book: xlrd.Book, form: xlrd.formatting.XF) -> Fact | None:
    font = book.font_list[form.font_index]
    if font.struck_out:
        return STRUCK
    if font.colour_index in _WHITE and not form.background.fill_pattern:
        return HIDDEN
    return InFont(font.name) if is_symbols(font.name) else None


def _of_xlsx(content: bytes) -> Iterator[tuple[str, Known]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = next(target for _, target in related(archive, "").values() if posixpath.basename(target).startswith("workbook"))
        parts = related(archive, book)
        styles = styles_of(archive, next((one for _, one in parts.values() if one.endswith("styles.xml")), ""))
        strings = strings_that_tell(archive, next((one for kind, one in parts.values() if kind == "sharedStrings"), ""))
        telling = [number for number, style in enumerate(styles) if style.tells]
        for sheet in ElementTree.fromstring(archive.read(book)).iter():
            if tag(sheet) == "sheet":
                _, target = parts.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "", ("", ""))
                if target in archive.namelist():
                    found: Facts = {}
                    with archive.open(target) as part:
                        watched = Watched(part)
                        for row, column, cell in cells_that_tell(watched, telling, strings):
                            if (fact := _of_cell(cell, styles, strings)) is not None:
                                found[row, column] = fact
                    yield sheet.get("name", ""), Known(found, beside(archive, target), watched.texts)


def _of_cell(cell: ElementTree.Element, styles: list[Style], strings: Mapping[int, Fault]) -> Fact | None:
    kind, value, formula, runs = cell.get("t", "n"), None, False, None
    for child in cell:
        value = child.text if tag(child) == "v" else value
        formula = formula or tag(child) == "f"
        runs = child if tag(child) == "is" else runs
    if kind == "e":
        return formula_error(value or "#ERR!")
    number = int(cell.get("s", 0))
    style = styles[number] if number < len(styles) else PLAIN
    if value is None or not value.strip():
        if runs is None or not "".join(runs.itertext()).strip():
            return NOT_CALCULATED if formula and kind == "n" else None
        return of_runs(runs) or style.fault or (InFont(style.font) if style.font else None)
    if kind == "s" and value.strip().isdecimal() and (fault := strings.get(int(value))) is not None:
        return fault
    if kind == "n":
        fact = _of_number(float(value), style.pattern)
        return fact if isinstance(fact, Fault) else style.fault or fact
    return style.fault or (InFont(style.font) if style.font else None)
