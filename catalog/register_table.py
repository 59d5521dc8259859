"""登记表: the rows of a 登记册 in a file (obligations 4.1, 4.2, 15.1, 15.3, 16.4), by the register's own fields. It is found in a process
of its own (`catalog.sheets`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from catalog.cleaning import clean, key
from catalog.days import day_of
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet
from catalog.sheets import TABLES, read_apart
from domain.clear_text import named
from domain.registers import FieldKind, RegisterKind
from isolation.process import loads

loads(__name__)
UNIT = "单位"
MOST_ROWS = 1000  #: of one file sent from a page: each row is a transaction, and somebody waits
_LOOK_AT, _LONGEST = 10, 600  #: rows in which the header may stand; characters of a cell: one more than any field takes


def read_register(content: bytes, register: RegisterKind) -> list[tuple[int, dict[str, str], str]]:
    """The rows of the first sheet that has the register's columns: the line, its cells by column, and what is wrong with a cell. Blocks.
    Raises FileRefused."""
    names = [field.name for field in register.about.fields if field.needed]
    other = [field.name for field in register.about.fields if not field.needed]
    found = read_apart(partial(_found, names, other), content, TABLES)
    return [(line, dict(cells), said) for item in found for line, cells, said in item["rows"]]


def values_of(register: RegisterKind, cells: Mapping[str, str]) -> dict[str, str]:
    """What a row says in the register's fields, in one line each and its days as the register keeps them. Raises ValueError with what is
    wrong."""
    values = {name: " ".join(text.split()) for name, text in cells.items() if name != UNIT}
    for name, text in values.items():
        if what := named(text):
            raise ValueError(f"{name}含有{what}")
    for field in register.about.fields:
        if field.kind in (FieldKind.DAY, FieldKind.PAST) and (found := day_of(values.get(field.name, ""))):
            values[field.name] = found.isoformat()
    return values


def _found(needed: Sequence[str], other: Sequence[str], sheets: list[Sheet]) -> Iterator[dict[str, Any]]:
    sheet, columns, first = _header(needed, other, sheets)
    rows: list[tuple[int, dict[str, str], str]] = []
    for index in range(first, len(sheet.rows)):
        cells = sheet.rows[index]
        row = {name: clean(cells[place])[:_LONGEST] if place < len(cells) else "" for place, name in columns.items()}
        if not any(row.values()):
            continue
        faults = [f"“{name}”:{one.text}{one.remedy}" for place, name in columns.items() if (one := sheet.faults.get((index, place)))]
        rows.append((index + 1, row, "".join(faults)))
        if len(rows) > MOST_ROWS:
            raise FileRefused("too_large", f"一次最多登记 {MOST_ROWS} 行,这张表超过了。", "请分成几个文件。")
    if not rows:
        raise FileRefused("empty", "表中没有数据行。", "请核对是否选错了文件。")
    yield {"rows": rows}


def _header(needed: Sequence[str], other: Sequence[str], sheets: list[Sheet]) -> tuple[Sheet, dict[int, str], int]:
    """The sheet, its columns by place, and the row after the header."""
    by_key = {key(name): name for name in (UNIT, *needed, *other)}
    missing = list(needed)
    for sheet in sheets:
        for number, cells in enumerate(sheet.rows[:_LOOK_AT], start=1):
            known = {place: by_key[key(cell)] for place, cell in enumerate(cells) if key(cell) in by_key}
            lacking = [name for name in needed if name not in known.values()]
            if known and not lacking:
                if unknown := [clean(cell) for place, cell in enumerate(cells) if clean(cell) and place not in known]:
                    raise FileRefused("no_header", f"不认识的列:{'、'.join(unknown)[:200]}。", f"请删去或改名。{_wanted(needed, other)}")
                if len(set(known.values())) < len(known):
                    raise FileRefused("no_header", "表头中有两列同名。", "请只留一列。")
                return sheet, known, number
            missing = min(missing, lacking, key=len)
    raise FileRefused("no_header", f"表头缺少列:{'、'.join(missing)}。", _wanted(needed, other))


def _wanted(needed: Sequence[str], other: Sequence[str]) -> str:
    may = "、".join((UNIT, *other))
    return f"表头应有:{'、'.join(needed)};可有:{may}。"
