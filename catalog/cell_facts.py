"""单元格的来历: what the value of a cell alone does not say. That a formula failed or was never calculated, that a number is
longer than a spreadsheet can hold, that the person saw zeros in front of it.

The reader of values (calamine) gives an empty text for a failed formula and the bare number for 00012345, so the parts of
the workbook that say more are read beside it: XML of a sheet for XLSX, the records of an XLS by xlrd.
"""

from __future__ import annotations

import io
import os
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from xml.etree import ElementTree

import xlrd

from catalog.cell_text import LOST, text_of
from catalog.file_kinds import OLE, FileRefused
from catalog.sheet_cells import cells_that_tell

#: What a failed formula shows, and leaves as a text in a CSV.
ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"))
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CONDITION = re.compile(r"\[[<>=]")
#: One place for the whole number and words around it, or words alone.
_WORDS = re.compile(r"\x00*(?:0|#|General)?\x00*")
_MARK = re.compile(r"\x00|0|#|General")
_PERCENT = re.compile(r"\x00*[#0,?]*0(?:\.[0#?]+)?%\x00*")
_LENGTH = re.compile(r"\[[hms]+\]", re.I)  #: hours that run on past a day
_DAYS = 2_958_466  #: the first day past 9999-12-31, where a spreadsheet ends
_BUILT_IN = {"9": "0%", "10": "0.00%"}  #: formats that no workbook writes out
#: A format that only pads and places digits: 00000000, 000-0000, "GD"0000. Not one that rounds, groups or tells a date.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_PADS = re.compile(r"[-+:()~' \x00]*0[-+:()~' 0\x00]*")


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be used, and what its sender can do."""

    code: str
    text: str
    remedy: str


Facts = dict[tuple[int, int], Fault | str]  #: (row, column), from 0 -> why it cannot be used, or the text that was seen


def formula_error(shown: str) -> Fault:
    return Fault("formula_error", f"该格是公式错误({shown})。", "请改正公式,或直接填写内容。")


NOT_CALCULATED = Fault("not_calculated", "该格的公式没有计算结果。", "请用 Excel 或 WPS 打开,保存后再报送。")
DIGITS_LOST = Fault(
    "digits_lost", "该格是数字格式,而表格只能保存 15 位数字,末尾几位已不可靠。", "请把该列设为文本格式,按原件重新填写后再报送。"
)


def facts(content: bytes) -> dict[str, Facts]:
    """Sheet -> what its cells do not say themselves. Raises FileRefused where the workbook is broken."""
    try:
        return dict(_of_xls(content) if content.startswith(OLE) else _of_xlsx(content))
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        raise FileRefused("broken", "文件已损坏,或不是 Excel 工作簿。", "请用 Excel 或 WPS 打开后另存为 XLSX 再报送。") from error


def shown(number: float, pattern: str) -> str | None:
    """The number as its format shows it, where the format adds what the number alone does not say: zeros in front of it,
    words beside it (第12号, 6个月) or in its place, the sign of percent. None where it adds nothing, or rounds, groups,
    tells a date or decides by a condition."""
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        text = found[0]
        literals.append(text[1:-1] if text[0] == '"' else text[1] if text[0] == "\\" else "")
        return "\x00"

    if number < 0 or _CONDITION.search(pattern):
        return None
    sections = _LITERAL.sub(keep, pattern).split(";")
    at = 2 if number == 0 and len(sections) > 2 else 0
    plain, found = sections[at], iter(literals[sum(one.count("\x00") for one in sections[:at]) :])
    if _PERCENT.fullmatch(plain):
        return f"{number * 100:.15g}%"
    if _WORDS.fullmatch(plain) and (number == int(number) or "General" in plain):
        said = _MARK.sub(lambda mark: next(found) if mark[0] == "\x00" else text_of(number), plain).strip()
        return said if said != text_of(number) and said else None
    places = plain.count("0")
    if places < 2 or not _PADS.fullmatch(plain) or number != int(number):
        return None
    digits = str(int(number)).zfill(places)
    head, left = len(digits) - places, iter(digits)
    text = ""
    for char in plain:
        if char == "\x00":
            text += next(found)
        elif char == "0":
            text += "".join(next(left) for _ in range(head + 1))
            head = 0
        else:
            text += char
    return text.strip()


def _may_say_more(pattern: str) -> bool:
    return any(shown(number, pattern) is not None for number in (0, 1))


def _of_number(number: float, pattern: str) -> Fault | str | None:
    return DIGITS_LOST if abs(number) >= LOST else shown(number, pattern)


def _of_moment(days: float, pattern: str, since_1904: int) -> str:
    if not 0 <= days < _DAYS - 1462 * since_1904:
        return text_of(days)  # 20261125 in a cell for dates: no spreadsheet can show it, and it is what was typed
    if _LENGTH.search(pattern):
        return text_of(timedelta(days=days))
    moment = xlrd.xldate_as_datetime(days, since_1904)
    return text_of(moment.time() if days < 1 else moment)


def _of_xls(content: bytes) -> Iterator[tuple[str, Facts]]:
    with open(os.devnull, "w") as silent:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=silent)
    for sheet in book.sheets():
        found: Facts = {}
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                fact: Fault | str | None = None
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    fact = formula_error(xlrd.error_text_from_code.get(cell.value, "#ERR!"))
                elif cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
                    # Which of the two it is, xlrd knows from the workbook's own formats; calamine goes by their numbers alone.
                    pattern = book.format_map[book.xf_list[cell.xf_index].format_key].format_str or ""
                    number = cell.ctype == xlrd.XL_CELL_NUMBER
                    fact = _of_number(cell.value, pattern) if number else _of_moment(cell.value, pattern, book.datemode)
                    fact = text_of(cell.value) if number and fact is None else fact
                if fact is not None:
                    found[row, column] = fact
        yield sheet.name, found


def _of_xlsx(content: bytes) -> Iterator[tuple[str, Facts]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = _targets(archive, "")
        book = next(target for target in start.values() if posixpath.basename(target).startswith("workbook"))
        targets = _targets(archive, book)
        patterns = _patterns(archive, next((one for one in targets.values() if one.endswith("styles.xml")), ""))
        styles = [number for number, pattern in enumerate(patterns) if _may_say_more(pattern)]
        for sheet in ElementTree.fromstring(archive.read(book)).iter():
            if _tag(sheet) == "sheet":
                target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "")
                if target in archive.namelist():
                    with archive.open(target) as part:
                        cells = cells_that_tell(part, styles)
                        found = {(row, column): fact for row, column, cell in cells if (fact := _of_cell(cell, patterns)) is not None}
                        yield sheet.get("name", ""), found


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The relations of a part: id -> the part that it leads to."""
    folder, name = posixpath.split(part)
    rows = ElementTree.fromstring(archive.read(posixpath.join(folder, "_rels", f"{name}.rels")))
    found = {row.get("Id", ""): row.get("Target", "") for row in rows if row.get("TargetMode") != "External"}
    return {one: posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/") for one, target in found.items()}


def _patterns(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The number format of each style of a cell."""
    if part not in archive.namelist():
        return []
    root = ElementTree.fromstring(archive.read(part))
    own = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iter() if _tag(one) == "numFmt"}
    styles = next((one for one in root.iter() if _tag(one) == "cellXfs"), ())
    return [own.get(one := style.get("numFmtId", ""), _BUILT_IN.get(one, "")) for style in styles]


def _of_cell(cell: ElementTree.Element, patterns: list[str]) -> Fault | str | None:
    kind, value, formula = cell.get("t", "n"), None, False
    for child in cell:
        value = child.text if _tag(child) == "v" else value
        formula = formula or _tag(child) == "f"
    if kind == "e":
        return formula_error(value or "#ERR!")
    if kind != "n":
        return None
    if value is None or not value.strip():
        return NOT_CALCULATED if formula else None
    style = int(cell.get("s", 0))
    return _of_number(float(value), patterns[style] if style < len(patterns) else "")


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
