"""投诉表: the table of complaints in a file, in a system's own layout or in our general form. It is found in a process of its
own (`catalog.sheets`), and of a workbook of whatever size only its own columns come out of there, no more of a cell than it may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from catalog.cleaning import clean, key, without_brackets
from catalog.complaint_layouts import Layout, layout, layouts
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet
from catalog.sheets import AT_ONCE, TABLES, read_apart
from isolation.process import loads

loads(__name__)
MOST_ROWS = 20_000
_LOOK_AT = 10  #: rows in which the header may stand
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "channel": ("渠道", "来源", "投诉渠道", "受理渠道"),
        "channel_number": ("渠道编号", "工单编号", "工单号", "编号", "信件编号", "评价编号"),
        "about": ("反映事由", "反映类型", "投诉类型", "问题类型"),
        "received_at": ("收到时间", "受理时间", "来电时间", "评价时间", "登记时间", "收到日期"),
        "unit": ("被反映单位", "被投诉单位", "单位", "办事单位"),
        "handler": ("承办单位",),
        "matter": ("事项", "事项名称", "事项编码"),
        "proof": ("证明", "证明名称", "证明编码"),
        "text": ("内容", "反映内容", "投诉内容", "诉求内容", "评价内容"),
        "name": ("反映人", "投诉人", "姓名", "来电人"),
        "contact": ("联系方式", "联系电话", "电话", "来电号码"),
        "rating": ("评价星级", "星级", "评分"),
        "rating_source": ("评价来源",),
    }
)
_BY_NAME = {key(name): field for field, names in COLUMNS.items() for name in names}
#: How much a cell of a column may hold; without one, a name or a code.
#: What may stand beside a system's own columns in a file of it: added by whoever hands it in.
_ADDED = ("about", "matter", "proof")
_GENERAL = "通用投诉表"
LONGEST = {"text": 5000, "name": 100, "contact": 100, "channel_number": 100, "rating_source": 100}
_SHORT = 200


@dataclass(frozen=True)
class Table:
    """`heads`: how the file itself calls each column. `rows`: the line, its cells by field, what is wrong with a cell.
    `layout`: the key of the system's layout that it has; None: our general form."""

    heads: Mapping[str, str]
    rows: list[tuple[int, dict[str, str], dict[str, str]]]
    layout: str | None = None


def read_table(content: bytes, chosen: str | None = None) -> Table:
    """The first sheet that has the columns of a layout, or of the general form; `chosen`: of this layout. Blocks.

    Raises FileRefused, also where two fit and none was chosen; `LayoutUnknown`.
    """
    known = layouts() if chosen is None else {chosen: layout(chosen)}
    heads: dict[str, str] = {}
    rows: list[tuple[int, dict[str, str], dict[str, str]]] = []
    found: str | None = None
    for item in read_apart(partial(_found, dict(known), chosen is None), content, TABLES):
        heads, found = item.get("heads", heads), item.get("layout", found)
        rows += map(tuple, item.get("rows", ()))
    return Table(heads, rows, found)


def _found(known: Mapping[str, Layout], general: bool, sheets: list[Sheet]) -> Iterator[dict[str, Any]]:
    sheet, columns, first, name = _header(sheets, known, general)
    yield {"heads": {field: clean(sheet.rows[first - 1][place]) for place, field in columns.items()}, "layout": name}
    rows: list[tuple[int, dict[str, str], dict[str, str]]] = []
    count = 0
    for index in range(first, len(sheet.rows)):
        cells = sheet.rows[index]
        row = {field: _cut(field, clean(cells[place])) if place < len(cells) else "" for place, field in columns.items()}
        if not any(row.values()):
            continue
        if (count := count + 1) > MOST_ROWS:
            raise FileRefused("too_large", f"投诉表超过 {MOST_ROWS} 行。", "请拆成几个文件。")
        faults = {field: fault.text + fault.remedy for place, field in columns.items() if (fault := sheet.faults.get((index, place)))}
        rows.append((index + 1, row, faults))
        if len(rows) == AT_ONCE:
            yield {"rows": rows}
            rows = []
    if not count:
        raise FileRefused("empty", "表中没有数据行。", "请核对是否选错了文件。")
    yield {"rows": rows}


def _cut(field: str, text: str) -> str:
    """One character more than it may hold says that it is too long."""
    return text[: LONGEST.get(field, _SHORT) + 1]


def _header(sheets: list[Sheet], known: Mapping[str, Layout], general: bool) -> tuple[Sheet, dict[int, str], int, str | None]:
    for sheet in sheets:
        for number, cells in enumerate(sheet.rows[:_LOOK_AT]):
            fitting = [name for name, one in known.items() if one.fits(cells)]
            columns = _general_columns(cells) if general else {}
            if fitting[1:] or (fitting and columns):
                names = "、".join([f"{known[name].name}({name})" for name in fitting] + [_GENERAL] * bool(columns))
                raise FileRefused("two_layouts", f"表头同时符合 {names}。", "请写明按哪种格式读取(layout),或删去多余的列。")
            if fitting:
                return sheet, _own_columns(known[fitting[0]], cells), number + 1, fitting[0]
            if columns:
                return sheet, columns, number + 1, None
    wanted = ";".join(f"{one.name}:{'、'.join(one.known_by)}" for one in known.values())
    rest = f"{_GENERAL}:渠道、收到时间、内容(或评价星级);其余各列可选。" if general else ""
    raise FileRefused("no_header", "没有找到投诉表的表头。", f"表头应有——{wanted}{';' if general else '。'}{rest}")


def _general_columns(cells: Sequence[str]) -> dict[int, str]:
    """Column -> field, by our general form; empty where it is none."""
    columns: dict[int, str] = {}
    for place, cell in enumerate(cells):
        field = _by_name(cell)
        if field and field not in columns.values():
            columns[place] = field
    fields = set(columns.values())
    return columns if {"channel", "received_at"} <= fields and {"text", "rating"} & fields else {}


def _own_columns(layout: Layout, cells: Sequence[str]) -> dict[int, str]:
    """Column -> field, by a system's layout, and by our own names for what it does not say itself."""
    columns: dict[int, str] = {}
    named = {key(heading): field for field, heading in layout.fields.items()}
    for place, cell in enumerate(cells):
        field = named.get(key(cell)) or named.get(key(without_brackets(cell)))
        if field and field not in columns.values():
            columns[place] = field
    said: set[str] = set(columns.values()) | layout.fields.keys()
    for place, cell in enumerate(cells):
        ours = _by_name(cell)
        if ours in _ADDED and ours not in said and place not in columns:
            columns[place] = ours
            said.add(ours)
    return columns


def _by_name(cell: str) -> str | None:
    return _BY_NAME.get(key(cell)) or _BY_NAME.get(key(without_brackets(cell)))
