"""在办核验 beside Prefect: which run ought to wait there for each, and how many are due and not begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN, WAITING
from domain.story import BY_A_PASS
from ledger.lifecycle.fresh import FRESH
from ledger.tables.verifications import EventRow, Verification
from settings import settings

BEGUN_WITHIN = timedelta(minutes=1)
_NOW = func.clock_timestamp()
_NOBODY_AT_WORK = or_(Verification.lease_until.is_(None), Verification.lease_until < _NOW)
_TO_BE_WORKED_ON = and_(Verification.state.in_(OPEN), Verification.paused_at.is_(None))


@dataclass(frozen=True)
class Waiting:
    """An open verification that nobody works on at this moment, the run that must be scheduled for it, and for when:
    on the wall clock, now where it is due."""

    number: str
    flow_run: UUID
    at: datetime


def waiting_runs(session: Session, after: str, limit: int) -> list[Waiting]:
    """By number, those after `after`."""
    query = select(Verification.number, Verification.flow_run, Verification.next_instant).where(
        _TO_BE_WORKED_ON, _NOBODY_AT_WORK, Verification.flow_run.is_not(None), Verification.number > after
    )
    rows = session.execute(query.order_by(Verification.number).limit(limit))
    now = datetime.now(UTC)
    return [Waiting(number, run, max(now, settings().wall(instant)) if instant else now) for number, run, instant in rows if run]


def recent_events(session: Session, after: int, limit: int = 2000) -> list[tuple[int, str]]:
    """The newest events beyond the number `after`, of the last minute, about cases that wait and have their run."""
    newest = select(EventRow.id, EventRow.verification, EventRow.event, EventRow.recorded_at).where(EventRow.id > after)
    recent = newest.order_by(EventRow.id.desc()).limit(limit).subquery()
    query = (
        select(recent.c.id, recent.c.verification)
        .join(Verification, Verification.number == recent.c.verification)
        .where(recent.c.event.not_in(BY_A_PASS), recent.c.recorded_at > _NOW - timedelta(minutes=1), _TO_BE_WORKED_ON, _NOBODY_AT_WORK)
        .where(Verification.state.in_(WAITING), Verification.flow_run.is_not(None))
    )
    return [(one, number) for one, number in session.execute(query.order_by(recent.c.id))]


def is_any_due(session: Session) -> bool:
    """True where a run may be due in Prefect: a verification that nobody works on asked for a pass, or its instant has come."""
    of_prefect = select(Verification.number).where(_TO_BE_WORKED_ON, _NOBODY_AT_WORK, not_(FRESH))
    woken = of_prefect.where(Verification.wake_requested_at.is_not(None)).exists()
    reached = of_prefect.where(Verification.next_instant <= settings().now()).exists()
    return bool(session.scalar(select(or_(woken, reached))))  # each with an index of its own


def not_begun(session: Session, within: timedelta = BEGUN_WITHIN) -> int:
    """How many are due since longer than `within` without anybody at work, whatever the cause."""
    late = settings().now() - within * settings().clock_rate
    query = select(func.count()).where(
        _TO_BE_WORKED_ON, _NOBODY_AT_WORK, or_(Verification.next_instant < late, Verification.wake_requested_at < _NOW - within)
    )
    return session.scalar(query) or 0


def at_work(session: Session) -> int:
    """How many are being worked on."""
    return session.scalar(select(func.count()).where(Verification.lease_until > _NOW)) or 0
