"""代理: for whom the acting 督办员 stands in, and who is away at an instant (obligation 10.2). Both end by themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.calendars import duty
from ledger.tables.duty import BACK, Absence, Appointment
from ledger.tables.registry import Person


def covered_at(session: Session, unit: str, at: datetime) -> str | None:
    """The 督办员 whose place the acting one on duty at `at` takes; None where no acting one is on duty, or for nobody."""
    return _on_duty(session, unit, at)[1]


def for_whom(session: Session, unit: str, person: str, *, now: datetime) -> dict[str, str]:
    """What the record of an act says besides who acted, so that both stand on it: for whom she stood in."""
    standing, regular = _on_duty(session, unit, now)
    return {} if person != standing or regular in (None, person) else {"stands_in_for": str(regular)}


def _on_duty(session: Session, unit: str, at: datetime) -> tuple[str | None, str | None]:
    """Who is, and whose place is taken where that is an acting one."""
    standing, found = duty.supervisor_at(session, unit, at), duty.appointments(session, unit)
    acts = any(row.acting and row.person == standing for row in _current(found, at))
    return standing, regular_at(found, at) if acts else None


def regular_at(found: list[Appointment], at: datetime) -> str | None:
    """The one who would be on duty at `at` if nobody stood in and nobody were away."""
    regular = [row for row in _current(found, at) if not row.acting]
    return max(regular, key=lambda row: row.since).person if regular else None


def _current(found: list[Appointment], at: datetime) -> list[Appointment]:
    return [row for row in found if row.since <= at and (row.until is None or at < row.until)]


def absences(session: Session, unit: str, at: datetime) -> list[Absence]:
    """离岗 in the unit that lasts at `at` or is to come, by its beginning."""
    query = select(Absence).join(Person, Person.code == Absence.person).where(Person.unit == unit, BACK > at, BACK > Absence.since)
    return list(session.scalars(query.order_by(Absence.since, Absence.id)))


def away_at(session: Session, people: list[str], at: datetime) -> set[str]:
    """离岗 at `at`, of these people."""
    return set(session.scalars(select(Absence.person).where(Absence.person.in_(people), Absence.since <= at, BACK > at)))
