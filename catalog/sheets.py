"""读表的门: a file that somebody sent, as sheets of text, read in a process of its own (`isolation`).

Everybody who wants a file's sheets asks here: the list, the complaints, the registers, by API, flow and command alike.
What `catalog.reading` does to a file it does there; a file that is more than its reader can take is refused like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from catalog import reading
from catalog.cell_facts import Fault
from catalog.file_kinds import FileRefused
from catalog.reading import Opened, Part, Rows, Sheet
from isolation.process import Limits, ProcessDied, loads, read

loads(__name__)
#: What the reading of one file may use, by what it is for. A list is read by a worker, in a process that does nothing else,
#: and its rows are taken in parts. The others are smaller, and a gateway takes what comes out of them.
LISTS = Limits(memory=2**31, seconds=240, patience=3600, output=2**32)
TABLES = Limits(memory=2**30, seconds=60, patience=300, output=2**26)
UNREADABLE = ("unreadable", "文件过大或结构异常,读取时中断。", "请用 Excel 或 WPS 新建工作簿,只粘贴数据后再报送。")
AT_ONCE = 500  #: rows that cross at a time


def read_sheets(content: bytes, limits: Limits = TABLES) -> list[Sheet]:
    """The visible sheets of a file that hold anything. Blocks. Raises FileRefused."""
    return reading.whole(read_parts(content, limits))


def read_parts(content: bytes, limits: Limits, most: reading.Most | None = None, at_once: int = AT_ONCE) -> Iterator[Part]:
    """The same sheet by sheet, each in parts. Blocks. Raises FileRefused, also when much of it was given already."""
    for item in _read(_items, content, limits, most, at_once):
        match item:
            case {"sheet": name, "spans": spans, "below": below, "under": under, "margins": margins}:
                yield Opened(name, {(row, column): width for row, column, width in spans}, below, tuple(under), tuple(margins))
            case {"rows": rows, "faults": faults}:
                yield Rows(tuple(map(tuple, rows)), {(row, column): Fault(*said) for row, column, *said in faults})


#: A row, and the faults of the part of the sheet that it came with.
_Row = tuple[tuple[str, ...], Mapping[tuple[int, int], Fault]]


def by_sheet(parts: Iterator[Part]) -> Iterator[tuple[Opened, Iterator[_Row]]]:
    """Sheet by sheet; of one that is not read to its end the rest is passed over."""
    following = next(parts, None)

    def rows() -> Iterator[_Row]:
        nonlocal following
        for following in parts:
            if isinstance(following, Opened):
                return
            for row in following.rows:
                yield row, following.faults
        following = None

    while isinstance(following, Opened):
        yield following, (its := rows())
        for _ in its:
            pass


def read_apart(function: Callable[[list[Sheet]], Iterator[dict[str, Any]]], content: bytes, limits: Limits) -> Iterator[dict[str, Any]]:
    """What `function`, importable by its module's name, gives of the file's sheets, in a process of its own. Blocks. Raises
    FileRefused, also what `function` raises of it."""
    return _read(partial(_of_sheets, function), content, limits, None)


#: What is made of a file in the process that reads it, part by part.
_Made = Callable[[Iterable[Part]], Iterator[dict[str, Any]]]


def _read(function: _Made, content: bytes, limits: Limits, most: reading.Most | None, at_once: int = AT_ONCE) -> Iterator[dict[str, Any]]:
    most_bytes = most.bytes if most else reading.MOST_BYTES
    if len(content) > most_bytes:
        raise FileRefused("too_large", f"文件超过 {most_bytes // 2**20} MB。", "请删去图片和空白行,或拆成几个文件。")
    try:
        for item in read(_apart, content, function, most, at_once, limits=limits):
            if "refused" in item:
                raise FileRefused(*item["refused"])
            yield item
    except ProcessDied:
        raise FileRefused(*UNREADABLE) from None


def _apart(content: bytes, function: _Made, most: reading.Most | None, at_once: int) -> Iterator[dict[str, Any]]:
    """In a process of its own: the items, or why there are none."""
    try:
        yield from function(reading.read_parts(content, most, at_once))
    except FileRefused as refused:
        yield {"refused": [refused.fault, refused.text, refused.remedy]}


def _of_sheets(function: Callable[[list[Sheet]], Iterator[dict[str, Any]]], parts: Iterable[Part]) -> Iterator[dict[str, Any]]:
    yield from function(reading.whole(parts))


def _items(parts: Iterable[Part]) -> Iterator[dict[str, Any]]:
    for part in parts:
        if isinstance(part, Opened):
            spans = [(row, column, width) for (row, column), width in part.spans.items()]
            yield {"sheet": part.name, "spans": spans, "below": part.below, "under": part.under, "margins": part.margins}
        else:
            faults = [(*place, fault.code, fault.text, fault.remedy) for place, fault in part.faults.items()]
            yield {"rows": part.rows, "faults": faults}
