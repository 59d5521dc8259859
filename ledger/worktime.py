"""工作日历 and 服务时间, changed: what rests on them is computed anew, with the reason on the record (reading 25)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL, Calendar, MissingYear
from domain.hours import ServiceHours
from domain.lifecycle import OPEN
from domain.limits import promise_end
from ledger import clocks, commitment_checks, rules, supervisions
from ledger.alarms import clear_alarm
from ledger.calendars import DISTRICT, calendar
from ledger.catalog import proposals
from ledger.tables.cases import Case
from ledger.tables.duty import CalendarChange, CalendarYear, Timetable
from ledger.tables.registry import Unit
from ledger.tables.verifications import Deadline, Request, Verification
from ledger.timetables import parse


class CalendarRefused(ValueError):
    """The year as sent is not one; the text says why, in Chinese."""


class TimetableRefused(ValueError):
    """The timetable as sent is not one; the text says why, in Chinese."""


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
    """Enter or replace one year; gives the numbers of the verifications whose limits were computed anew.

    The change is kept with both versions and its reason. Raises `CalendarRefused`; then nothing was written.
    """
    off, on = sorted(set(rest)), sorted(set(work))
    _check(year, off, on)
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
    session.add(
        CalendarChange(at=now, calendar=name, year=year, reason=reason, changed_by=actor, before=before, after=after)
    )
    session.flush()
    moved = _complete_promises(session, calendar(session, name))
    numbers = _resting_on(session, year, moved)
    for number in numbers:
        clocks.recompute(session, number, now=now, actor=actor, reason="calendar")
    supervisions.determine(session, year)
    commitment_checks.recompute(session)
    proposals.determine(session, year, now=now)
    clear_alarm(session, "calendar_missing", str(year), now=now)
    return numbers


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


def _resting_on(session: Session, year: int, moved: list[UUID]) -> list[str]:
    """Open verifications with a standing limit that touches this year or waits for it, and those of the cases `moved`."""
    first, last = datetime(year, 1, 1, tzinfo=LOCAL), datetime(year + 1, 1, 1, tzinfo=LOCAL)
    query = (
        select(Verification.number)
        .join(Request, Request.verification == Verification.number)
        .join(Deadline, Deadline.request == Request.id)
        .where(
            Verification.state.in_(OPEN),
            Request.answered_at.is_(None),
            Request.withdrawn_at.is_(None),
            Deadline.met_at.is_(None),
            Deadline.missed_at.is_(None),
            or_(
                Deadline.missing_year == year,
                Verification.case.in_(moved),
                (Request.received_at < last) & (func.coalesce(Deadline.due_at, last) >= first),
            ),
        )
        .distinct()
        .order_by(Verification.number)
    )
    return list(session.scalars(query))


def recompute_after_outage(session: Session, *, now: datetime, actor: str) -> list[str]:
    """Where the district deducts outages (reading 21): the limits of everything that waits are computed anew."""
    if not rules.readings().outage_deducted:
        return []
    waiting = (
        select(Verification.number)
        .join(Request, Request.verification == Verification.number)
        .where(Request.answered_at.is_(None), Request.withdrawn_at.is_(None), Verification.state.in_(OPEN))
        .order_by(Verification.number)
    )
    numbers = list(session.scalars(waiting))
    for number in numbers:
        clocks.recompute(session, number, now=now, actor=actor, reason="outage")
    return numbers


def set_timetable(
    session: Session,
    unit: str,
    seasons: list[Any],
    *,
    effective_from: datetime,
    now: datetime,
    actor: str,
    name: str = DISTRICT,
) -> list[str]:
    """Set the hours of a unit from an instant on; gives the numbers whose limits were computed anew.

    `seasons`: [{"first": "MM-DD", "last": "MM-DD", "workday": [["08:30", "12:00"], …], "saturday": […], "sunday": […],
    "holiday": […]}]; together they cover the year. Raises `TimetableRefused`; then nothing was written.
    """
    try:
        ServiceHours(unit, parse(seasons), calendar(session, name))
    except ValueError as error:
        raise TimetableRefused(str(error)) from None
    session.get_one(Unit, unit, with_for_update=True)
    row = session.get(Timetable, (unit, effective_from))
    if row is not None and (row.seasons, row.calendar) == (seasons, name):
        return []
    if row is None:
        row = Timetable(unit=unit, effective_from=effective_from)
        session.add(row)
    row.seasons, row.calendar, row.set_by, row.set_at = seasons, name, actor, now
    session.flush()
    waiting = (
        select(Verification.number)
        .join(Request, Request.verification == Verification.number)
        .where(
            Request.unit == unit,
            Request.answered_at.is_(None),
            Request.withdrawn_at.is_(None),
            Request.received_at >= effective_from,
            Verification.state.in_(OPEN),
        )
        .order_by(Verification.number)
    )
    numbers = list(session.scalars(waiting))
    for number in numbers:
        clocks.recompute(session, number, now=now, actor=actor, reason="hours")
    return numbers
