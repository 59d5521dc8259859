"""读表的门: a file that somebody sent, as sheets of text, read in a process of its own (`isolation`).

Everybody who wants a file's sheets asks here: the list, the complaints, the registers, by API, flow and command alike.
What `catalog.reading` does to a file it does there; a file that is more than its reader can take is refused like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catalog import reading
from catalog.cell_facts import Fault
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet
from isolation.process import Limits, ProcessDied, loads, read

loads(__name__)
#: What the reading of one file may use: the largest that is taken needs half of it.
LIMITS = Limits(memory=2**31, seconds=120, patience=600)
UNREADABLE = ("unreadable", "文件过大或结构异常,读取时中断。", "请用 Excel 或 WPS 新建工作簿,只粘贴数据后再报送。")
_AT_ONCE = 500  #: rows that cross at a time


def read_sheets(content: bytes) -> list[Sheet]:
    """The visible sheets of a file that hold anything. Blocks. Raises FileRefused."""
    if len(content) > reading.MOST_BYTES:
        raise FileRefused("too_large", f"文件超过 {reading.MOST_BYTES // 2**20} MB。", "请删去图片和空白行,或拆成几个文件。")
    sheets: list[Sheet] = []
    rows_of: list[list[tuple[str, ...]]] = []
    try:
        for item in read(_items, content, limits=LIMITS):
            match item:
                case {"refused": refused}:
                    raise FileRefused(*refused)
                case {"sheet": name, "spans": spans, "faults": faults}:
                    spread = {(row, column): width for row, column, width in spans}
                    sheets.append(Sheet(name, (), spread, {(row, column): Fault(*said) for row, column, *said in faults}))
                    rows_of.append([])
                case {"rows": rows}:
                    rows_of[-1].extend(map(tuple, rows))
    except ProcessDied:
        raise FileRefused(*UNREADABLE) from None
    return [replace(sheet, rows=tuple(rows)) for sheet, rows in zip(sheets, rows_of, strict=True)]


def _items(content: bytes) -> Iterator[dict[str, Any]]:
    """In a process of its own: the sheets in pieces, or why there are none."""
    try:
        sheets = reading.read_sheets(content)
    except FileRefused as refused:
        yield {"refused": [refused.code, refused.text, refused.remedy]}
        return
    for sheet in sheets:
        spans = [(row, column, width) for (row, column), width in sheet.spans.items()]
        faults = [(*place, fault.code, fault.text, fault.remedy) for place, fault in sheet.faults.items()]
        yield {"sheet": sheet.name, "spans": spans, "faults": faults}
        for first in range(0, len(sheet.rows), _AT_ONCE):
            yield {"rows": sheet.rows[first : first + _AT_ONCE]}
