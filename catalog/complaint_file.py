"""投诉举报 as a file (18.1): what a channel exports, row by row; a bad row is named with its fault and stops nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.cleaning import clean, key, without_brackets
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet
from catalog.sheets import read_sheets
from domain.calendar import LOCAL
from domain.complaints import ComplaintAbout, ComplaintChannel
from domain.identity import names_a_citizen
from ledger import complaints
from ledger.complaints import ComplaintRefused, Intake, Stated
from ledger.database import transaction
from ledger.tables.registry import Matter, ProofKind, Unit

_LOOK_AT = 10  #: rows in which the header may stand
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "channel": ("渠道", "来源", "投诉渠道", "受理渠道"),
        "channel_number": ("渠道编号", "工单编号", "工单号", "编号", "信件编号", "评价编号"),
        "about": ("反映事由", "反映类型", "投诉类型", "问题类型"),
        "received_at": ("收到时间", "受理时间", "来电时间", "评价时间", "登记时间", "收到日期"),
        "unit": ("被反映单位", "被投诉单位", "单位", "办事单位"),
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
_CHANNELS = {
    **{key(one.chinese): one for one in ComplaintChannel},
    **{key(name): one for one, names in {
        ComplaintChannel.PLATFORM: ("监督平台", "投诉监督平台"), ComplaintChannel.RATING: ("好差评", "好差评系统"),
        ComplaintChannel.LETTER: ("来信", "信件"), ComplaintChannel.MAIL: ("电子邮件", "邮箱"), ComplaintChannel.HOTLINE: ("12345", "12345热线", "热线"),
    }.items() for name in names},
}  # fmt: skip
_ABOUT = {key(one.chinese): one for one in ComplaintAbout}
_LONGEST = {"text": 5000, "name": 100, "contact": 100, "channel_number": 100, "rating_source": 100}


class RowRefused(ValueError):
    """What is wrong with one row, in Chinese; it names a column and repeats nothing that stands in it."""


class Row(dict[str, str]):
    """A row by field, and how the file itself calls each column: its sender looks for that name."""

    def __init__(self, cells: Mapping[str, str], heads: Mapping[str, str]) -> None:
        super().__init__(cells)
        self._heads = heads

    def head(self, field: str) -> str:
        return f"“{self._heads.get(field) or COLUMNS[field][0]}”"


@dataclass(frozen=True)
class RowOutcome:
    """One row: its number where it is on the record, and what happened."""

    line: int
    number: str | None
    repeated: bool
    said: str


def import_file(content: bytes, days: int, *, person: str, unit: str, now: datetime) -> list[RowOutcome]:
    """Every row of the file's first sheet that has the columns. Each is a transaction of its own. Raises FileRefused."""
    sheet, columns, first = _sheet(content)
    heads = {field: clean(sheet.rows[first - 1][place]) for place, field in columns.items()}
    outcomes = []
    for line, cells in enumerate(sheet.rows[first:], start=first + 1):
        row = Row({field: clean(cells[place]) if place < len(cells) else "" for place, field in columns.items()}, heads)
        if not any(row.values()):
            continue
        try:
            for place, field in columns.items():
                if fault := sheet.faults.get((line - 1, place)):
                    raise RowRefused(f"{row.head(field)}:{fault.text}{fault.remedy}")
            with transaction() as session:
                taken, repeated = complaints.take_in(session, _intake(session, row), days, person=person, unit=unit, now=now)
                said = "此前已登记" if repeated else "已登记,疑似重复" if taken.duplicates else "已登记"
                outcomes.append(RowOutcome(line, taken.number, repeated, said))
        except (RowRefused, ComplaintRefused) as refused:
            outcomes.append(RowOutcome(line, None, False, str(refused)))
    if not outcomes:
        raise FileRefused("empty", "表中没有数据行。", "请核对是否选错了文件。")
    return outcomes


def _sheet(content: bytes) -> tuple[Sheet, dict[int, str], int]:
    for sheet in read_sheets(content):
        for number, cells in enumerate(sheet.rows[:_LOOK_AT]):
            columns: dict[int, str] = {}
            for place, cell in enumerate(cells):
                field = _BY_NAME.get(key(cell)) or _BY_NAME.get(key(without_brackets(cell)))
                if field and field not in columns.values():
                    columns[place] = field
            if {"channel", "received_at"} <= set(columns.values()) and {"text", "rating"} & set(columns.values()):
                return sheet, columns, number + 1
    raise FileRefused("no_header", "没有找到投诉表的表头。", "表头应有:渠道、收到时间、内容(或评价星级);其余各列可选。")


def _intake(session: Session, row: Row) -> Intake:
    for field, most in _LONGEST.items():
        if len(row.get(field, "")) > most:
            raise RowRefused(f"{row.head(field)}超过 {most} 字。")
    for field in ("channel_number", "rating_source"):
        if names_a_citizen(row.get(field, "")):
            raise RowRefused(f"{row.head(field)}含有公民身份号码。")
    channel = _CHANNELS.get(key(row["channel"]))
    if channel is None:
        raise RowRefused(f"{row.head('channel')}应为{'、'.join(one.chinese for one in ComplaintChannel)}之一。")
    about = _ABOUT.get(key(row.get("about", ""))) if row.get("about") else ComplaintAbout.OTHER
    if about is None:
        raise RowRefused(f"{row.head('about')}应为{'、'.join(one.chinese for one in ComplaintAbout)}之一。")
    return Intake(
        channel, about, _instant(row), Stated(row.get("text", ""), row.get("name", ""), row.get("contact", "")),
        row.get("channel_number") or None, _unit(session, row), _code(session, Matter, row, "matter"),
        _code(session, ProofKind, row, "proof"), _rating(row), row.get("rating_source") or None,
    )  # fmt: skip


_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?")


def _instant(row: Row) -> datetime:
    found = _DAY.fullmatch(row["received_at"])
    try:
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=LOCAL)
    except ValueError:
        pass
    raise RowRefused(f"{row.head('received_at')}应写成 2026-03-04 或 2026-03-04 09:00。")


def _rating(row: Row) -> int | None:
    text = row.get("rating", "")
    if not text:
        return None
    if text not in ("1", "2", "3", "4", "5"):
        raise RowRefused(f"{row.head('rating')}应为 1 至 5。")
    return int(text)


def _unit(session: Session, row: Row) -> str | None:
    """By code, full name or alias: what several units might be is none of them."""
    text = row.get("unit", "")
    if not text:
        return None
    if session.get(Unit, text) is not None:
        return text
    wanted = key(text)
    found = [unit.code for unit in session.scalars(select(Unit)) if wanted in map(key, (unit.name, *unit.aliases))]
    if len(found) != 1:
        raise RowRefused(f"{row.head('unit')}不是名录中的编码或名称。")
    return found[0]


def _code(session: Session, table: type[Matter] | type[ProofKind], row: Row, field: str) -> str | None:
    text = row.get(field, "")
    if not text:
        return None
    if session.get(table, text) is not None:
        return text
    wanted = key(text)
    named = session.execute(select(table.code, table.name)).tuples()
    found = [code for code, name in named if key(name) == wanted]
    if len(found) != 1:
        raise RowRefused(f"{row.head(field)}不是登记库中的编码或名称。")
    return found[0]
