"""读表: a file as departments send it, as sheets of text. XLSX, XLS and CSV, whatever their encoding.

Nothing is interpreted here: a cell says what the person saw in it, or why it cannot be used. A file that cannot be read is
refused with words for its sender, and nothing of it is used. Only `catalog.sheets` calls it, in a process of its own.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from catalog.cell_facts import ERRORS, Facts, Fault, facts, formula_error
from catalog.cell_text import text_of
from catalog.delimited import decoded, records
from catalog.file_kinds import OLE, ZIP, FileRefused, refuse_other_kinds

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 300 * 2**20  #: what a workbook may grow to: a bomb of a few kilobytes grows to gigabytes
MOST_ROWS, MOST_COLUMNS = 100_000, 300
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+\d{2,3}", re.ASCII)
_HASHES = re.compile("#{3,}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


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


def read_sheets(content: bytes) -> list[Sheet]:
    """The visible sheets of a file that hold anything. Raises FileRefused."""
    if not content.strip():
        raise FileRefused("empty", "文件是空的。", "请核对是否选错了文件,重新报送。")
    if content.startswith(ZIP):
        _refuse_bomb(content)
    refuse_other_kinds(content)
    if content.startswith((ZIP, OLE)):
        sheets = _workbook(content)
    else:
        rows = tuple(records(decoded(content), MOST_ROWS))
        sheets = [Sheet("", rows, faults=dict(_unreadable(rows)))]
    sheets = [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]
    if not sheets:
        raise FileRefused("empty", "表中没有内容。", "请核对是否选错了文件,重新报送。")
    for sheet in sheets:
        if len(sheet.rows) > MOST_ROWS or max(map(len, sheet.rows)) > MOST_COLUMNS:
            raise FileRefused("too_large", f"工作表超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列。", "请拆成几个文件。")
    return sheets


def _workbook(content: bytes) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [one.name for one in workbook.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
        known = facts(content)
        return [_sheet(workbook.get_sheet_by_name(name), name, known.get(name, {})) for name in visible]
    except PasswordError:
        raise FileRefused("password", "文件设有打开密码。", "请取消密码后重新报送。") from None
    except (CalamineError, zipfile.BadZipFile, ValueError, OverflowError, OSError):
        raise FileRefused("broken", "文件已损坏,或不是 Excel 工作簿。", "请用 Excel 或 WPS 打开后另存为 XLSX 再报送。") from None


def _refuse_bomb(content: bytes) -> None:
    """Unpack and count: what the archive says of its own size may be a lie."""
    left = MOST_UNPACKED
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
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        raise FileRefused("broken", "文件已损坏。", "请用 Excel 或 WPS 打开后另存为 XLSX 再报送。") from None


def _sheet(source: CalamineSheet, name: str, known: Facts) -> Sheet:
    rows = [[text_of(cell) for cell in row] for row in source.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)]
    faults: dict[tuple[int, int], Fault] = {}
    for (at, column), fact in known.items():
        if at > MOST_ROWS:
            continue
        rows += [[] for _ in range(at + 1 - len(rows))]
        rows[at] += [""] * (column + 1 - len(rows[at]))
        if isinstance(fact, str):
            rows[at][column] = fact
        else:  # still seen: a row of which it is all there is, is no empty row
            faults[at, column] = fact
            rows[at][column] = rows[at][column] or fact.text
    spans = {}
    for (top, left), (bottom, right) in source.merged_cell_ranges or ():
        if top >= len(rows):
            continue
        spans[top, left] = right - left + 1
        value = rows[top][left] if left < len(rows[top]) else ""
        for number, row in enumerate(rows[top : bottom + 1], top):
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
                if (top, left) in faults:
                    faults[number, column] = faults[top, left]
    while rows and not any(rows[-1]):
        rows.pop()
    kept = tuple(map(tuple, rows))
    return Sheet(name, kept, spans, dict(_unreadable(kept)) | faults)


def _unreadable(rows: tuple[tuple[str, ...], ...]) -> Iterator[tuple[tuple[int, int], Fault]]:
    """Texts in which something was lost before they came: 1.23457E+17, what a failed formula or a narrow column left in a
    CSV, characters that an encoding could not take, and those that one old register alone has."""
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text in ERRORS:
                yield (number, column), formula_error(text)
            elif _HASHES.fullmatch(text):
                said = "该格只有“#”,保存时列宽不足,内容没有写进文件。"
                yield (number, column), Fault("not_shown", said, "请把列宽调大,重新保存后再报送。")
            elif "\ufffd" in text:
                said = "该格有字在转换编码时已经丢失(显示为�)。"
                yield (number, column), Fault("character_lost", said, "请按原件重新填写,以 XLSX 或 UTF-8 编码保存后再报送。")
            elif _SCIENTIFIC.fullmatch(text):
                said = f"该格是科学记数({text}),末尾几位已经丢失。"
                yield (number, column), Fault("digits_lost", said, "请把该列设为文本格式,按原件重新填写后再报送。")
            elif own := _PRIVATE.search(text):
                said = f"该格含有自造字(U+{ord(own[0]):04X}),其他系统不能显示。"
                yield (number, column), Fault("private_character", said, "请改用标准字;确无标准字的,请联系专班办公室。")
