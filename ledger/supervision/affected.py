"""Whom a change concerns: verifications with a limit that still runs, or waits for its year, within some span."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, union
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.intervals import Interval
from domain.lifecycle import OPEN
from domain.limits import LimitKind
from domain.records import Cause
from ledger import rules
from ledger.deadlines.clocks import STANDING
from ledger.supervision import recomputing
from ledger.tables.inbox import Return
from ledger.tables.verifications import Deadline, Request, Verification

_RUNNING = (
    select(Deadline.verification).outerjoin(Request, Request.id == Deadline.request).where(Deadline.kind != LimitKind.CHOICE, *STANDING)
)


def by_year(session: Session, year: int, moved: list[UUID]) -> list[str]:
    """A limit touches this year or waits for it, a return waits for it, or the case is one of `moved`."""
    first, last = datetime(year, 1, 1, tzinfo=LOCAL), datetime(year + 1, 1, 1, tzinfo=LOCAL)
    began = func.coalesce(Request.received_at, Deadline.started_at)
    touches = and_(began < last, func.coalesce(Deadline.due_at, last) >= first)
    running = _RUNNING.where(or_(Deadline.missing_year == year, touches))
    returned = select(Return.verification).where(Return.limit_at.is_(None))
    promised = select(Verification.number).where(Verification.case.in_(moved), Verification.state.in_(OPEN))
    return _numbers(session, running, returned, promised)


def by_hours(session: Session, unit: str, since: datetime) -> list[str]:
    """The unit keeps a limit that ends after its hours change, or that waits for its year."""
    return _numbers(session, _RUNNING.where(Request.unit == unit, or_(Deadline.due_at.is_(None), Deadline.due_at >= since)))


def by_outage(session: Session, gone: Interval) -> list[str]:
    """A limit ran while the platform was away, whether it runs still or was missed; or a return was late by it."""
    ran = and_(Deadline.pausable, Deadline.started_at < gone.end, Deadline.due_at > gone.start)
    missed = select(Deadline.verification).where(ran, Deadline.missed_at.is_not(None))
    late = (
        select(Return.verification)
        .join(Request, Request.id == Return.request)
        .where(Return.late, Request.received_at < gone.end, Return.limit_at > gone.start)
    )
    return _numbers(session, _RUNNING.where(ran), missed, late)


def by_readings(session: Session) -> list[str]:
    """A limit runs by other readings than those in force."""
    return _numbers(session, _RUNNING.where(Deadline.rule_version != rules.readings().version))


def after_outage(session: Session, gone: Interval | None, *, now: datetime, actor: str) -> list[str]:
    """Where the district deducts outages (reading 21): what ran while the platform was away is computed anew."""
    if gone is None or not rules.readings().outage_deducted:
        return []
    return recompute(session, by_outage(session, gone), Cause.OUTAGE, now=now, actor=actor)


def recompute(session: Session, numbers: list[str], cause: Cause, *, now: datetime, actor: str) -> list[str]:
    """Compute them anew; gives those whose limits are other ones now."""
    return [number for number in numbers if recomputing.recompute(session, number, now=now, actor=actor, cause=cause)]


def _numbers(session: Session, *queries: Select[Any]) -> list[str]:
    # In one order for all: two who lock many verifications must not wait for each other.
    return sorted(session.scalars(union(*queries)))
