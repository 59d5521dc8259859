"""收件箱里的批次 (obligation 10.4): a unit that is asked by a batch sees one line; each request in it keeps its own clock and answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.refusal import Refusal
from ledger.database import transaction
from ledger.inbox.requests import DUE
from ledger.succession import estate
from ledger.tables.batches import Batch
from ledger.tables.registry import Unit
from ledger.tables.verifications import Request, Verification

_MOST = 200  #: lines; further batches follow when the first are answered


@dataclass(frozen=True)
class InboxBatch:
    """One line: how many requests of the batch wait, and the earliest limit among them, passed or not."""

    batch: str
    purpose: str
    requesting_unit: str
    count: int
    due_at: datetime | None
    received_at: datetime


def lines(session: Session, unit: str) -> list[InboxBatch]:
    """The batches that wait for the unit, what is due first on top."""
    waiting = (
        select(Verification.batch, Request.received_at, DUE.label("due_at"))
        .join(Verification, Verification.number == Request.verification)
        .where(*_open(session, unit), Verification.batch.is_not(None))
        .subquery()
    )
    earliest = func.min(waiting.c.due_at)
    query = (
        select(Batch.number, Batch.purpose, Unit.name, func.count(), earliest, func.min(waiting.c.received_at))
        .join(waiting, waiting.c.batch == Batch.number)
        .join(Unit, Unit.code == Batch.unit)
        .group_by(Batch.number, Batch.purpose, Unit.name)
        .order_by(earliest.nulls_last(), Batch.number)
    )
    return [InboxBatch(*row) for row in session.execute(query.limit(_MOST))]


def waiting_in(session: Session, unit: str, batch: str, only: Collection[UUID] | None = None, *, limit: int) -> list[UUID]:
    """The requests of this batch that wait for the unit: all, or those among `only`."""
    query = (
        select(Request.id)
        .join(Verification, Verification.number == Request.verification)
        .where(*_open(session, unit), Verification.batch == batch)
    )
    if only is not None:
        query = query.where(Request.id.in_(only))
    return list(session.scalars(query.order_by(Request.received_at, Request.id).limit(limit)))


def each_by_itself(requests: Iterable[UUID], answer: Callable[[Session, UUID], None]) -> list[tuple[UUID, Refusal]]:
    """Each answered in a transaction of its own; gives those that are turned down, and why: they stop no other."""
    refused = []
    for one in requests:
        try:
            with transaction() as session:
                answer(session, one)
        except Refusal as refusal:
            refused.append((one, refusal))
    return refused


def _open(session: Session, unit: str):  # type: ignore[no-untyped-def]
    return Request.unit.in_(estate(session, unit)), Request.answered_at.is_(None), Request.withdrawn_at.is_(None)
