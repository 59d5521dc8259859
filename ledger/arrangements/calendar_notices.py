"""放假通知 brought into force (reading 25): pasted by one, shown as the days that it changes, confirmed by another.

What the notice says of a December before its own year counts for that year, where it is entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import holiday_notice
from domain.calendar import Calendar, DayKind, MissingYear, Year
from domain.holiday_notice import Notice, NoticeRefused
from domain.refusal import Refusal
from ledger import paging
from ledger.actor import person_of
from ledger.arrangements import calendars
from ledger.calendars.calendars import DISTRICT, calendar
from ledger.paging import FIRST, Page, PageRequest
from ledger.supervision import affected
from ledger.tables.duty import CalendarNotice, CalendarYear


class NoticeUnknown(Refusal, code="calendar_notice_unknown"):
    """There is no such notice that waits."""


class NoticeNotConfirmed(Refusal, code="calendar_notice_not_confirmed"):
    """It cannot be decided so; the text is Chinese. Nothing was written."""


@dataclass(frozen=True)
class ChangedDay:
    """`before`: None where the year was not entered."""

    day: date
    before: DayKind | None
    after: DayKind


@dataclass(frozen=True)
class Reading:
    """What a notice would change: days, in their order, and how many verifications have a limit in those years."""

    year: int
    whole: bool
    changes: list[ChangedDay]
    touched: int


def reading(session: Session, text: str) -> Reading:
    """Nothing is written. Raises `NoticeRefused`."""
    notice, known = _read(session, text)
    changes = []
    for year in _years(notice, known):
        before, after = known, Calendar(DISTRICT, {year.year: year})
        days = sorted(
            year.rest | year.work | (known.years[year.year].rest | known.years[year.year].work if year.year in known.years else set())
        )
        changes += [ChangedDay(day, was, after.kind(day)) for day in days if (was := _kind(before, day)) is not after.kind(day)]
    touched = {number for year in {change.day.year for change in changes} for number in affected.by_year(session, year, [])}
    return Reading(notice.year, notice.whole, changes, len(touched))


def propose(session: Session, text: str, source: str, *, now: datetime, actor: str) -> CalendarNotice:
    """One waits for each year; a later one takes the earlier's place only when that was decided. Raises `NoticeRefused`."""
    found = reading(session, text)
    if not found.changes:
        raise NoticeRefused(f"{found.year} 年的工作日历已经是通知的安排,不需要再录入。")
    waiting = select(CalendarNotice).where(CalendarNotice.year == found.year, CalendarNotice.confirmed.is_(None))
    if session.scalar(waiting.with_for_update()) is not None:
        raise NoticeNotConfirmed(f"{found.year} 年已有一份通知等待确认。请先确认或退回那一份。")
    row = CalendarNotice(id=uuid4(), year=found.year, text=text, source=source, proposed_at=now, proposed_by=actor, recomputed=[])
    session.add(row)
    session.flush()
    return row


def confirm(session: Session, notice: UUID, *, now: datetime, actor: str) -> CalendarNotice:
    """By another person: the days are entered, and every open limit that rests on them is computed anew with its reason.

    Raises `NoticeNotConfirmed`, `NoticeUnknown`, `CalendarRefused`; then nothing was written.
    """
    row = _waiting(session, notice)
    if person_of(actor) == person_of(row.proposed_by):
        raise NoticeNotConfirmed("通知须由录入人以外的另一人确认。")
    read, known = _read(session, row.text)
    recomputed: set[str] = set()
    for year in _years(read, known):
        reason = f"放假通知:{row.source},{row.proposed_by} 录入"
        how = {"provisional": False, "source": row.source, "reason": reason, "now": now, "actor": actor}
        recomputed |= set(calendars.put_year(session, year.year, year.rest, year.work, **how))  # type: ignore[arg-type]
    row.confirmed, row.decided_at, row.decided_by, row.recomputed = True, now, actor, sorted(recomputed)
    session.flush()
    return row


def refuse(session: Session, notice: UUID, *, now: datetime, actor: str) -> CalendarNotice:
    """退回, also by who pasted it. Raises `NoticeUnknown`."""
    row = _waiting(session, notice)
    row.confirmed, row.decided_at, row.decided_by = False, now, actor
    session.flush()
    return row


def listed(session: Session, page: PageRequest = FIRST) -> Page[CalendarNotice]:
    """The newest first."""
    return paging.scalars(session, select(CalendarNotice), (CalendarNotice.proposed_at.desc(), CalendarNotice.id.desc()), page)


def years(session: Session) -> list[CalendarYear]:
    """The district's years as they stand, the latest first."""
    return list(session.scalars(select(CalendarYear).where(CalendarYear.calendar == DISTRICT).order_by(CalendarYear.year.desc())))


def _waiting(session: Session, notice: UUID) -> CalendarNotice:
    row = session.get(CalendarNotice, notice, with_for_update=True)
    if row is None:
        raise NoticeUnknown
    if row.confirmed is not None:
        raise NoticeNotConfirmed("这份通知已经处理过。")
    return row


def _read(session: Session, text: str) -> tuple[Notice, Calendar]:
    notice, known = holiday_notice.read(text), calendar(session)
    if not notice.whole and notice.year not in known.years:
        raise NoticeRefused(f"这份通知只写了 {notice.year} 年的一部分,而 {notice.year} 年的日历还没有录入。请先录入全年的安排。")
    return notice, known


def _years(notice: Notice, known: Calendar) -> list[Year]:
    """The years as they would be: the notice's own anew, where it arranges all of it; otherwise what it says upon what is there."""
    found = []
    for number in sorted({day.year for day in notice.rest | notice.work}):
        rest, work = ({day for day in days if day.year == number} for days in (notice.rest, notice.work))
        if number != notice.year or not notice.whole:
            if (now := known.years.get(number)) is None:
                continue
            rest, work = (set(now.rest) - work) | rest, (set(now.work) - rest) | work
        found.append(Year(number, frozenset(rest), frozenset(work)))
    return found


def _kind(known: Calendar, day: date) -> DayKind | None:
    try:
        return known.kind(day)
    except MissingYear:
        return None
