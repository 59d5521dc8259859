"""工作日历, entered and changed: what rests on it is computed anew, with the reason on the record (reading 25)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import Calendar, MissingYear
from domain.limits import promise_end
from domain.records import Cause
from domain.recusal import Subject
from domain.refusal import Refusal
from ledger import recusal, rules
from ledger.calendars.calendars import DISTRICT, calendar
from ledger.catalog import proposals
from ledger.methods import commitment_checks
from ledger.outbox.alarms import clear_alarm
from ledger.oversight import complaints, lead_steps
from ledger.subject_access import objections
from ledger.supervision import affected
from ledger.tables.cases import Case
from ledger.tables.duty import CalendarChange, CalendarYear, Timetable
from settings import settings


class CalendarRefused(Refusal, code="calendar_refused"):
    """The year as sent is not one; the text says why, in Chinese."""


def put_alone(session: Session, year: int, *, provisional: bool, name: str, **entered: Any) -> list[str]:
    """As `put_year`, for one person: what nobody else need confirm (decision 0043). The district's days take the notice and two
    people (`calendar_notices`); by one alone a year is entered provisionally until then. Raises `CalendarRefused`."""
    if name == DISTRICT:
        if not provisional:
            raise CalendarRefused("全区的放假和调休以国务院办公厅的通知为准:请粘贴通知,由另一人确认。通知公布以前,可以录入为暂定。")
        standing = session.get(CalendarYear, (name, year), with_for_update=True)
        if standing is not None and not standing.provisional:
            raise CalendarRefused(f"{year} 年已按通知录入,不能改为暂定。更正的,请粘贴更正的通知,由另一人确认。")
    return put_year(session, year, provisional=provisional, name=name, **entered)


def put_year(
    session: Session,
    year: int,
    rest: Iterable[date],
    work: Iterable[date],
    *,
    provisional: bool,
    source: str,
    reason: str,
    now: datetime,
    actor: str,
    name: str = DISTRICT,
) -> list[str]:
    """Enter or replace one year; gives the numbers of the verifications whose limits are other ones now.

    The change is kept with both versions and its reason. Raises `CalendarRefused`; then nothing was written.
    """
    off, on = sorted(set(rest)), sorted(set(work))
    _check(year, off, on)
    if name != DISTRICT:  # the district's own is the notice of the State Council for all alike
        whose = session.scalars(select(Timetable.unit).where(Timetable.calendar == name).distinct()).all()
        recusal.check(session, Subject.CALENDAR, name, whose, actor=actor)
    row = session.get(CalendarYear, (name, year), with_for_update=True)
    before: dict[str, Any] = {} if row is None else _as_json(row)
    if row is None:
        row = CalendarYear(calendar=name, year=year)
        session.add(row)
    row.rest, row.work = [day.isoformat() for day in off], [day.isoformat() for day in on]
    row.provisional, row.source, row.entered_by, row.entered_at = provisional, source, actor, now
    after = _as_json(row)
    if before == after:
        return []
    session.add(CalendarChange(at=now, calendar=name, year=year, reason=reason, changed_by=actor, before=before, after=after))
    session.flush()
    clear_alarm(session, "calendar_missing", str(year), now=now)  # what still misses it raises it again
    moved = _complete_promises(session, calendar(session)) if name == DISTRICT else []
    numbers = affected.by_year(session, year, moved)
    commitment_checks.recompute(session, now=now, actor=actor)
    proposals.determine(session, year, now=now)
    complaints.determine(session, year, settings().complaint_days, now=now)
    lead_steps.determine(session, year, now=now)
    found = affected.recompute(session, numbers, Cause.CALENDAR, now=now, actor=actor)
    objections.determine(session, rules.readings().correction_days, now=now)  # last: who settles one takes verifications first
    return found


def _check(year: int, rest: list[date], work: list[date]) -> None:
    if not 2000 <= year < 2100:
        raise CalendarRefused("年份超出范围。")
    if wrong := [day for day in (*rest, *work) if day.year != year]:
        raise CalendarRefused(f"{wrong[0].isoformat()} 不在 {year} 年。")
    if both := set(rest) & set(work):
        raise CalendarRefused(f"{min(both).isoformat()} 既列为放假又列为上班。")
    if idle := [day for day in work if day.weekday() < 5]:
        raise CalendarRefused(f"{idle[0].isoformat()} 是周一至周五,本来上班,不必列为调休上班。")
    if not rest:
        raise CalendarRefused(f"{year} 年没有任何放假日;请录入全年的放假和调休安排。")


def _as_json(row: CalendarYear) -> dict[str, Any]:
    return {"rest": row.rest, "work": row.work, "provisional": row.provisional, "source": row.source}


def _complete_promises(session: Session, known: Calendar) -> list[UUID]:
    """Promised days are counted again with this year; gives the cases whose promise is another one now."""
    moved = []
    derived = select(Case).where(Case.promised_days.is_not(None), Case.closed_at.is_(None)).with_for_update()
    for case in session.scalars(derived):
        assert case.promised_days is not None
        before = case.promise_end
        try:
            case.promise_end = promise_end(case.accepted_at, case.promised_days, known)
        except MissingYear:
            case.promise_end = None
        if case.promise_end != before:
            moved.append(case.id)
    session.flush()
    return moved
