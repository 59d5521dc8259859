"""平台故障区间 (reading 21): entered by a person, or noticed since nothing ran for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.intervals import Interval, overlap, total
from ledger.tables.records import Outage, Pulse

GAP = timedelta(minutes=3)


class OutageRefused(ValueError):
    """The interval cannot be; the text says why, in Chinese."""


def record(
    session: Session, since: datetime, until: datetime, reason: str, *, now: datetime, actor: str, automatic: bool = False
) -> None:
    """Put an outage on the record; the same again changes nothing. Raises `OutageRefused`."""
    if until <= since or until > now:
        raise OutageRefused("故障的结束时间应晚于开始时间,且不晚于现在。")
    session.execute(
        insert(Outage)
        .values(
            id=uuid4(), since=since, until=until, automatic=automatic, reason=reason, recorded_by=actor, recorded_at=now
        )
        .on_conflict_do_nothing()
    )


def pulse(session: Session, name: str, now: datetime, gap: timedelta = GAP) -> bool:
    """Say that `name` is alive; where it was silent for longer than `gap`, the silence is an outage: True."""
    row = session.get(Pulse, name, with_for_update=True)
    if row is None:
        session.execute(insert(Pulse).values(name=name, at=now).on_conflict_do_nothing())
        return False
    silent = now - row.at > gap
    if silent:
        record(session, row.at, now, "系统例行检查中断", now=now, actor=f"system:{name}", automatic=True)
    row.at = max(row.at, now)
    return silent


def listed(session: Session, since: datetime, until: datetime) -> list[Outage]:
    """Outages that touch [since, until), oldest first."""
    query = select(Outage).where(Outage.since < until, or_(Outage.until.is_(None), Outage.until > since))
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
