"""代理: for whom the acting 督办员 stands in, and who is away at an instant (obligation 10.2). Both end by themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.calendars import duty
from ledger.tables.duty import Absence


def covered_at(session: Session, unit: str, at: datetime) -> str | None:
    """The 督办员 whose place the acting one on duty at `at` takes; None where no acting one is on duty, or for nobody."""
    standing = duty.supervisor_at(session, unit, at)
    current = [row for row in duty.appointments(session, unit) if row.since <= at and (row.until is None or at < row.until)]
    regular = [row for row in current if not row.acting]
    if not regular or not any(row.acting and row.person == standing for row in current):
        return None
    return max(regular, key=lambda row: row.since).person


def away_at(session: Session, people: list[str], at: datetime) -> set[str]:
    """离岗 at `at`, of these people."""
    back = func.least(Absence.until, func.coalesce(Absence.cancelled_at, Absence.until))
    return set(session.scalars(select(Absence.person).where(Absence.person.in_(people), Absence.since <= at, back > at)))
