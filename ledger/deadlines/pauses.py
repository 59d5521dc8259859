"""时限的暂停 for supplements (reading 10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from domain.intervals import Interval
from ledger.tables.inbox import Suspension
from ledger.tables.verifications import Deadline


def pauses(session: Session, request: UUID, *, until: datetime | None = None) -> tuple[Interval, ...]:
    """补正 of a request, to the second. One that is still open counts until `until`; without it, not at all."""
    return pauses_of(session, [request], until=until).get(request, ())


def pauses_of(session: Session, requests: Collection[UUID], *, until: datetime | None = None) -> dict[UUID, tuple[Interval, ...]]:
    """The same for each of many that has any."""
    found: dict[UUID, tuple[Interval, ...]] = {}
    for row in session.scalars(select(Suspension).where(Suspension.request.in_(requests)).order_by(Suspension.asked_at)):
        if (ended_at := row.ended_at or until) is not None:
            found[row.request] = (*found.get(row.request, ()), Interval(row.asked_at, max(ended_at, row.asked_at)))
    return found


def rests() -> ColumnElement[bool]:
    """In a query over limits: a supplement is asked for, so that this one neither warns nor passes."""
    waiting = select(Suspension.id).where(Suspension.request == Deadline.request, Suspension.ended_at.is_(None))
    return and_(Deadline.pausable, waiting.exists())
