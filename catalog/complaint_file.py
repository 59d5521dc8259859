"""投诉举报 as a file (obligation 18.1): what a channel exports, in its own layout or our general form, row by row; a bad row is
named with its fault and stops nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from catalog import loading
from catalog.cleaning import key
from catalog.complaint_layouts import Layout, layouts
from catalog.complaint_table import COLUMNS, LONGEST, Table, read_table
from domain.calendar import LOCAL
from domain.clear_text import named_by_number
from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome
from domain.refusal import Refusal
from ledger.database import transaction
from ledger.oversight import complaints
from ledger.oversight.complaints import Intake, ReceivedComplaint
from ledger.tables.registry import Matter, ProofKind, Unit

_CHANNELS = {
    **{key(one.label): one for one in ComplaintChannel},
    **{
        key(name): one
        for one, names in {
            ComplaintChannel.PLATFORM: ("监督平台", "投诉监督平台"),
            ComplaintChannel.RATING: ("好差评", "好差评系统"),
            ComplaintChannel.LETTER: ("来信", "信件"),
            ComplaintChannel.MAIL: ("电子邮件", "邮箱"),
            ComplaintChannel.HOTLINE: ("12345", "12345热线", "热线"),
        }.items()
        for name in names
    },
}
_ABOUT = {
    **{key(one.label): one for one in ComplaintAbout},
    **{key(name): ComplaintAbout.PAPER_REFUSED for name in ("拒收主动提供的材料", "拒收材料", "拒绝接收主动提供的证明")},  # obligation 2.6
}


class RowRefused(Refusal):
    """What is wrong with one row, in Chinese; it names a column and repeats nothing that stands in it."""


class Row(dict[str, str]):
    """A row by field, and how the file itself calls each column: its sender looks for that name."""

    def __init__(self, cells: Mapping[str, str], heads: Mapping[str, str]) -> None:
        super().__init__(cells)
        self._heads = heads

    def head(self, field: str) -> str:
        return f"“{self._heads[field] if self._heads.get(field) else COLUMNS[field][0]}”"


@dataclass(frozen=True)
class RowOutcome:
    """One row: its number where it is on the record, and what happened. `passed_over`: it is no complaint."""

    line: int
    number: str | None
    repeated: bool
    said: str
    passed_over: bool = False


class NoComplaint(Refusal):
    """A rating that is none, in Chinese."""


def import_file(content: bytes, days: int, *, person: str, unit: str, now: datetime) -> list[RowOutcome]:
    """Every row of the file's first sheet that has the columns. Raises FileRefused."""
    return enter(read_table(content), days, person=person, unit=unit, now=now)


def enter(table: Table, days: int, *, person: str, unit: str, now: datetime) -> list[RowOutcome]:
    """Each row in a transaction of its own. Blocks for as long as that takes."""
    outcomes, layout = [], layouts()[table.layout] if table.layout else None
    for line, cells, faults in table.rows:
        row = Row(cells, table.heads)
        try:
            if faults:
                field, fault = next(iter(faults.items()))
                raise RowRefused(f"{row.head(field)}:{fault}")
            with transaction() as session:
                if known := complaints.known(session, _channel(row, layout), row.get("channel_number")):
                    outcomes.append(RowOutcome(line, known.number, True, "此前已登记"))
                    continue
                taken, repeated = complaints.take_in(
                    session, _intake(session, row, layout, table.layout), days, person=person, unit=unit, now=now
                )
                said = "此前已登记" if repeated else "已登记,疑似重复" if taken.duplicates else "已登记"
                outcomes.append(RowOutcome(line, taken.number, repeated, said))
        except NoComplaint as none:
            outcomes.append(RowOutcome(line, None, False, str(none), passed_over=True))
        except Refusal as refused:
            outcomes.append(RowOutcome(line, None, False, str(refused)))
    return outcomes


def _channel(row: Row, layout: Layout | None) -> ComplaintChannel:
    """Of a system's layout that system; in the general form as the row says."""
    if layout is not None:
        if not row.get("channel_number"):
            raise RowRefused(f"{row.head('channel_number')}没有填写。")
        return layout.channel
    channel = _CHANNELS.get(key(row["channel"]))
    if channel is None:
        raise RowRefused(f"{row.head('channel')}应为{'、'.join(one.label for one in ComplaintChannel)}之一。")
    return channel


def _intake(session: Session, row: Row, layout: Layout | None, name: str | None) -> Intake:
    for field, most in LONGEST.items():
        if len(row.get(field, "")) > most:
            raise RowRefused(f"{row.head(field)}超过 {most} 字。")
    for field in ("channel_number", "rating_source"):
        if what := named_by_number(row.get(field, "")):
            raise RowRefused(f"{row.head(field)}含有{what}。")
    channel, rating = _channel(row, layout), _rating(row, layout)
    source = row.get("rating_source") or None
    if layout is not None and rating is not None:
        source = f"{layout.name} {row['channel_number']}"
    return Intake(
        channel,
        _about(row, layout),
        _instant(row),
        ReceivedComplaint(row.get("text", ""), row.get("name", ""), row.get("contact", "")),
        row.get("channel_number") or None,
        _unit(session, row, "unit"),
        _code(session, Matter, row, "matter"),
        _code(session, ProofKind, row, "proof"),
        rating,
        source,
        name,
        _stated_outcome(row, layout),
        _unit(session, row, "handler"),
    )


def about_of(text: str, layout: Layout | None) -> ComplaintAbout | None:
    """What these words say it is about, a system's own among them; None: nothing that is known."""
    return (_ABOUT | {key(word): one for word, one in (layout.abouts if layout else {}).items()}).get(key(text))


def _about(row: Row, layout: Layout | None) -> ComplaintAbout:
    text = row.get("about", "")
    if not text:
        return ComplaintAbout.OTHER
    if (about := about_of(text, layout)) is None:
        theirs = tuple(layout.abouts) if layout else ()
        raise RowRefused(f"{row.head('about')}应为{'、'.join(theirs or (one.label for one in ComplaintAbout))}之一。")
    return about


def _stated_outcome(row: Row, layout: Layout | None) -> ComplaintOutcome | None:
    """What the system itself says came of it, for the record: it closes nothing here."""
    text = row.get("outcome", "")
    if layout is None or not text:
        return None
    try:
        return layout.outcome(text)
    except KeyError:
        raise RowRefused(f"{row.head('outcome')}的说法不认识,应为{layout.known_outcomes()}之一。") from None


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


def _rating(row: Row, layout: Layout | None) -> int | None:
    """Stars; of a system by its grades. Raises `NoComplaint` for a grade that is none."""
    text = row.get("rating", "")
    if not text:
        return None
    if layout is not None:
        stars = {key(grade): number for grade, number in layout.ratings.items()}.get(key(text))
        if stars is None:
            raise RowRefused(f"{row.head('rating')}应为{'、'.join(layout.ratings)}之一。")
        if stars > layout.complaint_up_to:
            raise NoComplaint("不是差评,不作为投诉登记")
        return stars
    if (found := re.fullmatch("([1-5])(?:颗?星|分)?", text)) is None:
        raise RowRefused(f"{row.head('rating')}应为 1 至 5。")
    return int(found[1])


def _unit(session: Session, row: Row, field: str) -> str | None:
    """By code, or by any name that lists may call it by: what several units might be is none of them."""
    text = row.get(field, "")
    if text and (found := loading.code_of(session, Unit, text)) is None:
        like = "、".join(one.name for one in loading.unit_names(session).match(text).candidates)
        asked = f"可能是指{like};请改为全称,或在单位名录中登记为简称。" if like else "请改为全称。"
        raise RowRefused(f"{row.head(field)}不是名录中的编码或名称,{asked}")
    return found if text else None


def _code(session: Session, table: type[Matter] | type[ProofKind], row: Row, field: str) -> str | None:
    text = row.get(field, "")
    if text and (found := loading.code_of(session, table, text)) is None:
        raise RowRefused(f"{row.head(field)}不是登记库中的编码或名称。")
    return found if text else None
