"""平台故障区间 (reading 21): entered by a person, or noticed since nothing ran for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.intervals import Interval, overlap, total
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.roles import Role
from ledger import recusal
from ledger.tables.records import Outage, Pulse
from ledger.tables.verifications import Deadline, Request
from settings import settings

GAP = timedelta(minutes=3)
TIMEKEEPER = "timekeeper"  #: whose silence is the platform's


class OutageRefused(Refusal, code="outage_refused"):
    """The interval cannot be; the text says why, in Chinese."""


def record(
    session: Session, since: datetime, until: datetime, reason: str, *, now: datetime, actor: str, automatic: bool = False
) -> Interval | None:
    """Put an outage on the record; gives the span that is another one now. Raises `OutageRefused`.

    The same again changes nothing (None). The same beginning with another end or reason is a correction: it replaces
    what was recorded, which stays beside it.
    """
    if until <= since or until > now:
        raise OutageRefused("故障的结束时间应晚于开始时间,且不晚于现在。")
    if not automatic:
        deciders = (Role.OPERATOR, Role.OFFICE)
        recusal.check(session, Subject.OUTAGE, since.isoformat(), _limited_within(session, since, until), actor=actor, roles=deciders)
    known = session.scalar(
        select(Outage).where(Outage.since == since, Outage.automatic == automatic, Outage.replaced_at.is_(None)).with_for_update()
    )
    longest = until
    if known is not None:
        if (known.until, known.reason) == (until, reason):
            return None
        known.replaced_at = now
        longest = max(until, known.until or until)
        session.flush()
    session.add(Outage(id=uuid4(), since=since, until=until, automatic=automatic, reason=reason, recorded_by=actor, recorded_at=now))
    session.flush()
    return Interval(since, longest)


def _limited_within(session: Session, since: datetime, until: datetime) -> list[str]:
    """Units with a limit which ran then and that they missed or may still miss: an outage is the platform's reason for it."""
    query = select(Request.unit).join(Deadline, Deadline.request == Request.id).distinct()
    open_or_missed = Deadline.missed_at.is_not(None) | (Deadline.met_at.is_(None) & Deadline.closed_at.is_(None))
    return list(session.scalars(query.where(open_or_missed, Deadline.started_at < until, Deadline.due_at > since)))


def patience() -> timedelta:
    """How long the timekeeper may be silent; a clock that runs fast lets as little pass between two of its pulses."""
    return GAP * max(1.0, settings().clock_rate)


def pulse(session: Session, name: str, now: datetime, gap: timedelta = GAP) -> Interval | None:
    """Say that `name` is alive; where it was silent for longer than `gap`, the silence is an outage, and given."""
    row = session.get(Pulse, name, with_for_update=True)
    if row is None:
        session.execute(insert(Pulse).values(name=name, at=now).on_conflict_do_nothing())
        return None
    last, row.at = row.at, max(row.at, now)
    return _silence(session, row.name, last, now, gap)


def silence(session: Session, name: str, now: datetime, gap: timedelta = GAP) -> Interval | None:
    """Put on the record that `name` has been silent until now, where it has; the next pulse says until when it was.

    For whoever tells of the time before, and may be quicker than the one that says it is alive again.
    """
    row = session.get(Pulse, name, with_for_update=True)
    return None if row is None else _silence(session, name, row.at, now, gap)


def _silence(session: Session, name: str, last: datetime, now: datetime, gap: timedelta) -> Interval | None:
    if now - last <= gap:
        return None
    return record(session, last, now, "系统例行检查中断", now=now, actor=f"system:{name}", automatic=True)


def listed(session: Session, since: datetime, until: datetime) -> list[Outage]:
    """Outages that touch [since, until), oldest first."""
    query = select(Outage).where(Outage.replaced_at.is_(None), Outage.since < until, or_(Outage.until.is_(None), Outage.until > since))
    return list(session.scalars(query.order_by(Outage.since)))


def between(session: Session, since: datetime, until: datetime) -> list[Interval]:
    """The outages that ended, as intervals within [since, until)."""
    return [
        Interval(max(row.since, since), min(row.until, until))
        for row in listed(session, since, until)
        if row.until is not None and row.until > since
    ]


def overlapping(session: Session, since: datetime, until: datetime) -> timedelta:
    """How long the platform was away within [since, until): 平台原因."""
    if until <= since:
        return timedelta()
    window = Interval(since, until)
    found = [Interval(row.since, row.until or until) for row in listed(session, since, until)]
    return total(overlap(found, window))
