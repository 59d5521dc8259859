"""批量核验表: the table of a batch in a file. It is found in a process of its own (`catalog.sheets`); what comes out of there
is the sender's own columns in the sender's order, and which of them say what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from catalog.cleaning import clean, key, without_brackets
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet
from catalog.sheets import AT_ONCE, TABLES, read_apart
from domain.batches import LONGEST_OWN, MOST_OWN, MOST_ROWS
from isolation.process import loads

loads(__name__)
_LOOK_AT = 10  #: rows in which the header may stand
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "case_number": ("办件编号", "办件号"),
        "matter": ("事项编码", "事项代码"),
        "proof": ("证明", "证明名称", "证明编码", "证明事项", "证明事项名称"),
        "id_type": ("证件类型", "证件种类"),
        "id_number": ("证件号码", "身份证号", "身份证号码", "公民身份号码", "证件号", "统一社会信用代码"),
        "name": ("姓名", "姓名或名称", "当事人姓名", "申请人姓名", "申请人", "名称"),
        "authorisation": ("持证人授权编号", "授权编号"),
    }
)
NEEDED = frozenset({"case_number", "proof", "id_number", "name"})
#: Field, and how surely a column of this name is meant: 姓名 before 申请人.
_BY_NAME = {key(name): (field, rank) for field, names in COLUMNS.items() for rank, name in enumerate(names)}


class BatchFileRefused(FileRefused, code="batch_file"):
    """The file as a whole cannot be taken; nothing of it was kept."""


@dataclass(frozen=True)
class BatchTable:
    """`heads`: the sender's own columns. `places`: field -> column. `rows`: line, cells, what is wrong with one (column -> words)."""

    heads: list[str]
    places: Mapping[str, int]
    rows: list[tuple[int, list[str], dict[int, str]]]


def read_batch(content: bytes) -> BatchTable:
    """The first sheet that has the columns. Blocks. Raises BatchFileRefused."""
    heads: list[str] = []
    places: dict[str, int] = {}
    rows: list[tuple[int, list[str], dict[int, str]]] = []
    try:
        for item in read_apart(_found, content, TABLES):
            heads, places = item.get("heads", heads), item.get("places", places)
            rows += [(line, cells, {int(place): said for place, said in faults.items()}) for line, cells, faults in item.get("rows", ())]
    except FileRefused as refused:
        raise BatchFileRefused(refused.fault, refused.text, refused.remedy) from None
    return BatchTable(heads, places, rows)


def _found(sheets: list[Sheet]) -> Iterator[dict[str, Any]]:
    sheet, places, first = _header(sheets)
    heads = [_cell(cell) for cell in sheet.rows[first - 1]]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > MOST_OWN:
        raise FileRefused("too_large", f"表格超过 {MOST_OWN} 列。", "请只保留办理需要的列。")
    yield {"heads": heads, "places": places}
    rows: list[tuple[int, list[str], dict[int, str]]] = []
    count = 0
    for index in range(first, len(sheet.rows)):
        cells = [_cell(cell) for cell in sheet.rows[index][: len(heads)]]
        if not any(cells):
            continue
        if NEEDED <= _fields(sheet.rows[index]).keys():
            raise _two_headers(first, index + 1)
        if (count := count + 1) > MOST_ROWS:
            raise FileRefused("too_large", f"一批以 {MOST_ROWS} 行为限,这张表超过了。", "请分成几批,分别上传。")
        cells += [""] * (len(heads) - len(cells))
        faults = {
            place: without_brackets(fault.text) + fault.remedy for place in range(len(heads)) if (fault := sheet.faults.get((index, place)))
        }
        rows.append((index + 1, cells, faults))
        if len(rows) == AT_ONCE:
            yield {"rows": rows}
            rows = []
    if not count:
        raise FileRefused("empty", "表中没有数据行。", "请核对是否选错了文件。")
    yield {"rows": rows}


def _cell(text: str) -> str:
    """As its sender wrote it, and not without end."""
    return text.strip()[:LONGEST_OWN]


def _fields(cells: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(cells):
        known = _BY_NAME.get(key(clean(cell))) or _BY_NAME.get(key(without_brackets(clean(cell))))
        if known and (known[0] not in found or known[1] < found[known[0]][0]):
            found[known[0]] = known[1], place
    return {field: place for field, (_, place) in found.items()}


def _header(sheets: list[Sheet]) -> tuple[Sheet, dict[str, int], int]:
    for sheet in sheets:
        for number, cells in enumerate(sheet.rows[:_LOOK_AT]):
            if NEEDED <= (places := _fields(cells)).keys():
                above = _fields(sheet.rows[number - 1]) if number else {}
                if above:  # of two levels: which of them names a column, its sender must say
                    raise _two_headers(number, number + 1)
                return sheet, places, number + 1
    wanted = "、".join(COLUMNS[field][0] for field in ("case_number", "proof", "id_number", "name"))
    raise FileRefused("no_header", "没有找到批量核验表的表头。", f"表头应有:{wanted};证件类型、事项编码可选,其余各列原样退还。")


def _two_headers(one: int, other: int) -> FileRefused:
    return FileRefused("two_headers", f"表中有两行表头(第 {one} 行和第 {other} 行)。", "请只保留一行表头,取消表头的合并单元格后重新上传。")
