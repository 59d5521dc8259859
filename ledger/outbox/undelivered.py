"""未送达的回调: what a unit's system did not take, and sending it again, by unit, time and number.

Two kinds of messages leave by callback: of verifications (ledger.outbox.callbacks_sent) and of notices (ledger.outbox.notifications).
Both keep their ids when they are sent again, so a receiver that had one after all keeps one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from domain.notices import NoticeChannel
from ledger.tables.effects import Delivery, Notice
from ledger.tables.verifications import Verification


@dataclass(frozen=True)
class Which:
    """Which messages: of one unit's address, of one verification, made from `since` on and before `until`; None: all."""

    unit: str | None = None
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Undelivered:
    """One message that was tried and not taken. `given_up_at` None: it is tried again at `next_attempt_at`."""

    id: UUID
    number: str
    unit: str
    about: str  #: the state or the kind of notice that it tells of
    made_at: datetime
    attempts: int
    last_answer: str | None
    next_attempt_at: datetime | None
    given_up_at: datetime | None


def undelivered(session: Session, which: Which, limit: int = 500) -> list[Undelivered]:
    """What was tried and not taken, the oldest first."""
    told = select(Delivery, Verification.unit).join(Verification, Verification.number == Delivery.verification)
    told = told.where(_deliveries(which)).order_by(Delivery.made_at).limit(limit)
    found = [_row(row, row.verification, unit, row.status.value) for row, unit in session.execute(told)]
    noticed = select(Notice).where(_notices(which)).order_by(Notice.made_at).limit(limit)
    found += [_row(row, row.verification or "", row.recipient, row.kind.value) for row in session.scalars(noticed)]
    return sorted(found, key=lambda item: (item.made_at, item.number))[:limit]


def send_again(session: Session, which: Which, *, now: datetime, actor: str) -> int:
    """重发: what was given up, and what waits for a later attempt, is due at once. Gives how many; who did it is recorded.

    One that is on its way at this moment may arrive twice, under one id.
    """
    renewed = {"given_up_at": None, "next_attempt_at": now, "attempts": 0, "again_at": now, "again_by": actor}
    deliveries = update(Delivery).where(_deliveries(which)).values(**renewed).returning(Delivery.id)
    notices = update(Notice).where(_notices(which)).values(**renewed).returning(Notice.id)
    return sum(len(session.scalars(each).all()) for each in (deliveries, notices))


def _deliveries(which: Which) -> ColumnElement[bool]:
    tried = [Delivery.address.is_not(None), Delivery.received_at.is_(None), Delivery.attempts > 0]
    of_unit = Delivery.verification.in_(select(Verification.number).where(Verification.unit == which.unit))
    return and_(*tried, *([of_unit] if which.unit else []), *_made(Delivery, which))


def _notices(which: Which) -> ColumnElement[bool]:
    tried = [Notice.channel == NoticeChannel.WEBHOOK, Notice.sent_at.is_(None), Notice.attempts > 0]
    of_unit = Notice.recipient == which.unit
    return and_(*tried, *([of_unit] if which.unit else []), *_made(Notice, which))


def _made(table: type[Delivery] | type[Notice], which: Which) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if which.number:
        found.append(table.verification == which.number)
    if which.since:
        found.append(table.made_at >= which.since)
    if which.until:
        found.append(table.made_at < which.until)
    return found


def _row(row: Delivery | Notice, number: str, unit: str, about: str) -> Undelivered:
    return Undelivered(
        row.id, number, unit, about, row.made_at, row.attempts, row.last_answer, row.next_attempt_at, row.given_up_at
    )
