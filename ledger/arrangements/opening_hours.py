"""服务时间 of a unit, set: from an instant on, the change on the record with its reason, and what rests on it computed anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.hours import ServiceHours, TimetableRefused
from domain.records import Cause
from domain.recusal import Subject
from domain.roles import Role
from ledger import recusal
from ledger.calendars.calendars import DISTRICT, calendar
from ledger.calendars.opening_hours import parse
from ledger.supervision import affected
from ledger.tables.duty import Timetable, TimetableChange
from ledger.tables.registry import Unit


def set_timetable(
    session: Session,
    unit: str,
    seasons: list[Any],
    *,
    effective_from: datetime,
    reason: str,
    now: datetime,
    actor: str,
    name: str = DISTRICT,
    backdated: bool = False,
) -> list[str]:
    """Set the hours of a unit from an instant on; gives the numbers whose limits are other ones now.

    `seasons`: [{"first": "MM-DD", "last": "MM-DD", "workday": [["08:30", "12:00"], …], "saturday": […], "sunday": […],
    "holiday": […]}]; together they cover the year. `name`: the calendar that the unit goes by (reading 19). A unit
    cannot say that it was open otherwise in the past: `backdated` is the 专班 office's. What was met or missed stays.
    Raises `TimetableRefused`; then nothing was written.
    """
    if effective_from < now and not backdated:
        raise TimetableRefused("生效时间不能早于现在;需要更正此前的服务时间的,请报工作专班办公室办理。")
    if effective_from < now:
        recusal.check(session, Subject.HOURS, unit, [unit], actor=actor, roles=(Role.OFFICE, Role.ADMINISTRATOR))
    known = calendar(session, name)
    if name != DISTRICT and not known.years:
        raise TimetableRefused(f"没有名为“{name}”的工作日历,请先由工作专班办公室录入。")
    ServiceHours(unit, parse(seasons), known)  # or they are none
    session.get_one(Unit, unit, with_for_update=True)
    row = session.get(Timetable, (unit, effective_from))
    before = _as_json(row or _in_force(session, unit, effective_from))
    after = {"seasons": seasons, "calendar": name}
    if row is not None and before == after:
        return []
    if row is None:
        row = Timetable(unit=unit, effective_from=effective_from)
        session.add(row)
    row.seasons, row.calendar, row.set_by, row.set_at = seasons, name, actor, now
    session.add(
        TimetableChange(at=now, unit=unit, effective_from=effective_from, reason=reason, changed_by=actor, before=before, after=after)
    )
    session.flush()
    return affected.recompute(session, affected.by_hours(session, unit, effective_from), Cause.HOURS, now=now, actor=actor)


def timetables(session: Session, unit: str) -> list[Timetable]:
    """Every timetable of the unit, the newest first."""
    query = select(Timetable).where(Timetable.unit == unit).order_by(Timetable.effective_from.desc())
    return list(session.scalars(query))


def changes(session: Session, unit: str) -> list[TimetableChange]:
    """How they came to be, the newest first."""
    query = select(TimetableChange).where(TimetableChange.unit == unit).order_by(TimetableChange.id.desc())
    return list(session.scalars(query))


def _in_force(session: Session, unit: str, at: datetime) -> Timetable | None:
    query = select(Timetable).where(Timetable.unit == unit, Timetable.effective_from <= at)
    return session.scalar(query.order_by(Timetable.effective_from.desc()).limit(1))


def _as_json(row: Timetable | None) -> dict[str, Any]:
    return {} if row is None else {"seasons": row.seasons, "calendar": row.calendar}
