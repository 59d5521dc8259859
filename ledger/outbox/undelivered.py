"""未送达的回调: what a unit's system did not take, and sending it again, by unit, time and number.

Two kinds of messages leave by callback: of verifications (ledger.outbox.callbacks_sent) and of notices (ledger.outbox.notifications).
Both keep their ids when they are sent again, so a receiver that had one after all keeps one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select, union_all, update
from sqlalchemy.orm import Session

from domain.notices import NoticeChannel
from ledger import paging
from ledger.paging import FIRST, Page, PageRequest
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


def undelivered(session: Session, which: Which, page: PageRequest = FIRST) -> Page[Undelivered]:
    """What was tried and not taken, the oldest first."""
    told = _lines(Delivery, Delivery.verification, Verification.unit, Delivery.status)
    told = told.join(Verification, Verification.number == Delivery.verification).where(_deliveries(which))
    noticed = _lines(Notice, func.coalesce(Notice.verification, ""), Notice.recipient, Notice.kind).where(_notices(which))
    both = union_all(told, noticed).subquery()
    return paging.tuples(session, select(both), (both.c.made_at, both.c.id), page).map(lambda row: Undelivered(*row))


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


def _lines(table: type[Delivery] | type[Notice], number: Any, unit: Any, about: Any) -> Select[Any]:
    """The columns of `Undelivered`."""
    return select(
        table.id,
        number.label("number"),
        unit.label("unit"),
        cast(about, Text).label("about"),
        table.made_at,
        table.attempts,
        table.last_answer,
        table.next_attempt_at,
        table.given_up_at,
    )
