"""时限的暂停: supplements (reading 10), and outages where the district deducts them (reading 21)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from domain.intervals import Interval, union
from domain.readings import Readings
from ledger.calendars import outages
from ledger.tables.inbox import Suspension
from ledger.tables.verifications import Deadline, Request

_FAR = datetime.max.replace(tzinfo=UTC)


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


def stopped(session: Session, request: Request, readings: Readings) -> tuple[Interval, ...]:
    """When the request's clock stood still, by these readings."""
    found = pauses(session, request.id)
    if readings.outage_deducted:
        found += tuple(outages.between(session, request.received_at, _FAR))
    return union(found)


def rests() -> ColumnElement[bool]:
    """In a query over limits: a supplement is asked for, so that this one neither warns nor passes."""
    waiting = select(Suspension.id).where(Suspension.request == Deadline.request, Suspension.ended_at.is_(None))
    return and_(Deadline.pausable, waiting.exists())
