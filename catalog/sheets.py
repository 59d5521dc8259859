"""读表的门: a file that somebody sent, as sheets of text, read in a process of its own (`isolation`).

Everybody who wants a file's sheets asks here: the list, the complaints, the registers, by API, flow and command alike.
What `catalog.reading` does to a file it does there; a file that is more than its reader can take is refused like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from catalog import reading
from catalog.cell_facts import Fault
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet
from isolation.process import Limits, ProcessDied, loads, read

loads(__name__)
#: What the reading of one file may use, by what it is for. A list is read by a worker, in a process that does nothing else;
#: the largest one that is taken needs half of this. The others are smaller, and a gateway takes what comes out of them.
LISTS = Limits(memory=2**31, seconds=120, patience=600, output=2**29)
TABLES = Limits(memory=2**30, seconds=60, patience=300, output=2**26)
UNREADABLE = ("unreadable", "文件过大或结构异常,读取时中断。", "请用 Excel 或 WPS 新建工作簿,只粘贴数据后再报送。")
AT_ONCE = 500  #: rows that cross at a time


def read_sheets(content: bytes, limits: Limits = TABLES) -> list[Sheet]:
    """The visible sheets of a file that hold anything. Blocks. Raises FileRefused."""
    sheets: list[Sheet] = []
    rows_of: list[list[tuple[str, ...]]] = []
    for item in read_apart(_items, content, limits):
        match item:
            case {"sheet": name, "spans": spans, "faults": faults}:
                spread = {(row, column): width for row, column, width in spans}
                sheets.append(Sheet(name, (), spread, {(row, column): Fault(*said) for row, column, *said in faults}))
                rows_of.append([])
            case {"rows": rows}:
                rows_of[-1].extend(map(tuple, rows))
    return [replace(sheet, rows=tuple(rows)) for sheet, rows in zip(sheets, rows_of, strict=True)]


def read_apart(function: Callable[[list[Sheet]], Iterator[dict[str, Any]]], content: bytes, limits: Limits) -> Iterator[dict[str, Any]]:
    """What `function`, importable by its module's name, gives of the file's sheets, in a process of its own. Blocks. Raises
    FileRefused, also what `function` raises of it."""
    if len(content) > reading.MOST_BYTES:
        raise FileRefused("too_large", f"文件超过 {reading.MOST_BYTES // 2**20} MB。", "请删去图片和空白行,或拆成几个文件。")
    try:
        for item in read(_apart, content, function, limits=limits):
            if "refused" in item:
                raise FileRefused(*item["refused"])
            yield item
    except ProcessDied:
        raise FileRefused(*UNREADABLE) from None


def _apart(content: bytes, function: Callable[[list[Sheet]], Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """In a process of its own: the items, or why there are none."""
    try:
        yield from function(reading.read_sheets(content))
    except FileRefused as refused:
        yield {"refused": [refused.fault, refused.text, refused.remedy]}


def _items(sheets: list[Sheet]) -> Iterator[dict[str, Any]]:
    for sheet in sheets:
        spans = [(row, column, width) for (row, column), width in sheet.spans.items()]
        faults = [(*place, fault.code, fault.text, fault.remedy) for place, fault in sheet.faults.items()]
        yield {"sheet": sheet.name, "spans": spans, "faults": faults}
        for first in range(0, len(sheet.rows), AT_ONCE):
            yield {"rows": sheet.rows[first : first + AT_ONCE]}
