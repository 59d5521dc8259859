"""读表: a file as departments send it, as sheets of text. XLSX, XLS and CSV, whatever their encoding.

Nothing is interpreted here. A file that cannot be read is refused with words for its sender, and nothing of it is used.
Only `catalog.sheets` calls it, in a process of its own.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 300 * 2**20  #: what a workbook may grow to: a bomb of a few kilobytes grows to gigabytes
MOST_ROWS, MOST_COLUMNS = 100_000, 300
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_EXACT = 10**15  #: beyond it a number cell has lost digits


class FileRefused(Exception):
    """The file as a whole cannot be read. `text` says what is wrong with it, `remedy` what its sender can do."""

    def __init__(self, code: str, text: str, remedy: str) -> None:
        super().__init__(f"{text}{remedy}")
        self.code, self.text, self.remedy = code, text, remedy


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells as text, row by row from the top left corner. A merged cell's text stands in all its parts.

    `spans` gives, for the first cell of a merged one, how many columns it covers: (row, column) -> width.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    spans: dict[tuple[int, int], int]


def read_sheets(content: bytes) -> list[Sheet]:
    """The visible sheets of a file that hold anything. Raises FileRefused."""
    if not content.strip():
        raise FileRefused("empty", "文件是空的。", "请核对是否选错了文件,重新报送。")
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise FileRefused("password", "文件设有打开密码。", "请取消密码后重新报送。")
    if content.startswith((_ZIP, _OLE)):
        sheets = _workbook(content)
    else:
        sheets = [Sheet("", tuple(_fields(_decoded(content))), {})]
    sheets = [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]
    if not sheets:
        raise FileRefused("empty", "表中没有内容。", "请核对是否选错了文件,重新报送。")
    for sheet in sheets:
        if len(sheet.rows) > MOST_ROWS or max(map(len, sheet.rows)) > MOST_COLUMNS:
            raise FileRefused("too_large", f"工作表超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列。", "请拆成几个文件。")
    return sheets


def _workbook(content: bytes) -> list[Sheet]:
    if content.startswith(_ZIP):
        _refuse_bomb(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [one.name for one in workbook.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
        return [_sheet(workbook, name) for name in visible]
    except PasswordError:
        raise FileRefused("password", "文件设有打开密码。", "请取消密码后重新报送。") from None
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError):
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
                            raise FileRefused("bomb", "文件解压后异常庞大,已停止读取。", "请用 Excel 或 WPS 新建工作簿,只粘贴数据后再报送。")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        raise FileRefused("broken", "文件已损坏。", "请用 Excel 或 WPS 打开后另存为 XLSX 再报送。") from None


def _sheet(workbook: CalamineWorkbook, name: str) -> Sheet:
    source = workbook.get_sheet_by_name(name)
    rows = [[_text(cell) for cell in row] for row in source.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)]
    spans = {}
    for (top, left), (bottom, right) in source.merged_cell_ranges or ():
        if top >= len(rows):
            continue
        spans[top, left] = right - left + 1
        value = rows[top][left] if left < len(rows[top]) else ""
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
    while rows and not any(rows[-1]):
        rows.pop()
    return Sheet(name, tuple(map(tuple, rows)), spans)


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return str(int(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
        case date():
            return cell.isoformat()
        case _:
            return str(cell).strip()


def _decoded(content: bytes) -> str:
    """Text in UTF-8, UTF-16, GBK or GB 18030 (which holds all of GBK)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and sum(not char.isprintable() and char not in "\r\n\t\ufeff" for char in text[:4096]) < 8:
            return text
    raise FileRefused("not_a_table", "文件不是表格,或编码无法识别。", "请另存为 XLSX,或 UTF-8、GBK、GB 18030 编码的 CSV。")


def _fields(text: str) -> Iterable[tuple[str, ...]]:
    head = "\n".join(text.splitlines()[:20])
    separator = max(",\t;|", key=head.count)
    csv.field_size_limit(2**20)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)):
            if number > MOST_ROWS:
                raise FileRefused("too_large", f"文件超过 {MOST_ROWS} 行。", "请拆成几个文件。")
            yield tuple(cell.strip() for cell in row)
    except csv.Error:
        raise FileRefused("broken", "CSV 的引号或分隔符不成对。", "请另存为 XLSX 后再报送。") from None
