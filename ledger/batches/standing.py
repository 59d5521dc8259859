"""批次的现状: how far its rows are, who pauses, goes on, cancels, and when it has ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from domain.batches import MAY_FOLLOW, BatchStands, BatchStatus, BatchUnknown, RowStatus
from domain.lifecycle import ENDED, WAITING, State
from domain.notices import NoticeKind
from ledger import paging
from ledger.outbox.notifications import notify_unit
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.batches import Batch, BatchRow
from ledger.tables.verifications import Verification

_FEWEST = 20  #: rows after which an end is estimated


def find(session: Session, number: str, unit: str | None) -> Batch:
    """The batch of this number that `unit` sent (None: whoever did). Raises `BatchUnknown`."""
    row = session.scalar(select(Batch).where(Batch.number == number))
    if row is None or (unit is not None and row.unit not in estate(session, unit)):
        raise BatchUnknown
    return row


def lock(session: Session, number: str) -> Batch:
    """The batch as it is now, kept from others until the transaction ends. Raises `BatchUnknown`."""
    row = session.scalar(select(Batch).where(Batch.number == number).with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise BatchUnknown
    return row


def listed(session: Session, unit: str | None, page: PageRequest = FIRST) -> Page[Batch]:
    """批次, the newest first."""
    query = select(Batch) if unit is None else select(Batch).where(Batch.unit.in_(estate(session, unit)))
    return paging.scalars(session, query, (Batch.filed_at.desc(), Batch.number.desc()), page)


@dataclass(frozen=True)
class Progress:
    """How many rows stand where; `states`: of those that were filed, by the state of their verification."""

    rows: dict[RowStatus, int]
    states: dict[State, int]
    estimated_end: datetime | None

    @property
    def settled(self) -> int:
        return self.rows[RowStatus.REFUSED] + self.rows[RowStatus.DONE] + self.rows[RowStatus.DROPPED]

    @property
    def waiting(self) -> int:
        """For a reply, a choice, a person."""
        return sum(count for state, count in self.states.items() if state in WAITING)

    @property
    def said(self) -> str:
        counts = self.rows
        parts = [f"共 {sum(counts.values())} 行", *(f"{status.label} {count} 行" for status, count in counts.items() if count)]
        return ",".join([*parts, *([f"其中等待出具单位或人员 {self.waiting} 行"] if self.waiting else [])])


def progress(session: Session, batch: Batch, *, now: datetime) -> Progress:
    """Counted now."""
    counted = session.execute(
        select(Verification.state, BatchRow.refusal.is_not(None), func.count())
        .select_from(BatchRow)
        .outerjoin(Verification, Verification.number == BatchRow.verification)
        .where(BatchRow.batch == batch.number)
        .group_by(Verification.state, BatchRow.refusal.is_not(None))
    ).tuples()
    rows, states = Counter[RowStatus](), Counter[State]()
    for state, refused, count in counted:
        rows[_status(state, refused, batch)] += count
        if state is not None:
            states[state] += count
    return Progress({status: rows[status] for status in RowStatus}, dict(states), _estimate(batch, rows, now))


def _status(state: State | None, refused: bool, batch: Batch) -> RowStatus:
    if refused:
        return RowStatus.REFUSED
    if state is None:
        return RowStatus.DROPPED if batch.status is BatchStatus.CANCELLED else RowStatus.PENDING
    return RowStatus.DONE if state in ENDED else RowStatus.AT_WORK


def _estimate(batch: Batch, rows: Counter[RowStatus], now: datetime) -> datetime | None:
    """When the last row will have been taken on, at the pace so far. What then waits for a unit has limits of its own."""
    left = rows[RowStatus.PENDING]
    if batch.status is not BatchStatus.WORKING or not left or batch.worked_rows < _FEWEST:
        return None
    return now + timedelta(seconds=left * batch.worked_seconds / batch.worked_rows)


@dataclass(frozen=True)
class RowView:
    """One row without what it says of anybody."""

    row: BatchRow
    status: RowStatus
    state: State | None


def rows_of(session: Session, batch: Batch, page: PageRequest = FIRST, *, status: RowStatus | None = None) -> Page[RowView]:
    """The rows in their order."""
    query = (
        select(BatchRow, Verification.state)
        .outerjoin(Verification, Verification.number == BatchRow.verification)
        .where(BatchRow.batch == batch.number)
    )
    if status is not None:
        query = query.where(_OF[RowStatus.PENDING if status is RowStatus.DROPPED else status])
        if status in (RowStatus.PENDING, RowStatus.DROPPED):
            query = query.where((status is RowStatus.DROPPED) == (batch.status is BatchStatus.CANCELLED))  # type: ignore[arg-type]
    found = paging.tuples(session, query, (BatchRow.line,), page)
    return found.map(lambda one: RowView(one[0], _status(one[1], one[0].refusal is not None, batch), one[1]))


_OF = {
    RowStatus.PENDING: and_(BatchRow.refusal.is_(None), BatchRow.verification.is_(None)),
    RowStatus.REFUSED: BatchRow.refusal.is_not(None),
    RowStatus.AT_WORK: Verification.state.not_in(ENDED),
    RowStatus.DONE: Verification.state.in_(ENDED),
}


def steer(session: Session, number: str, to: BatchStatus, *, now: datetime, actor: str) -> Batch:
    """暂停、继续、取消. Where it stands so already, nothing changes. Raises `BatchUnknown`, `BatchStands`."""
    batch = lock(session, number)
    if batch.status is to:
        return batch
    if to not in MAY_FOLLOW[batch.status] or to is BatchStatus.ENDED:
        raise BatchStands(batch.status)
    batch.status, batch.next_instant = to, now  # its run looks at it
    if to is BatchStatus.PAUSED:
        batch.paused_at, batch.paused_by, batch.paused_why = now, actor, None
    elif to is BatchStatus.CANCELLED:
        batch.cancelled_at, batch.cancelled_by = now, actor
    else:
        batch.paused_at = batch.paused_by = batch.paused_why = None
        batch.flow_run, batch.run_serial = None, batch.run_serial + 1  # the run that it had ended with the pause
    return batch


def finish(session: Session, number: str, *, now: datetime) -> bool:
    """办结 where nothing of it is left to do; True where that is now. Its unit is told once of all its rows."""
    batch = lock(session, number)
    if batch.ended_at is not None or session.scalar(select(Batch.id).where(Batch.number == number, _DONE)) is None:
        return False
    batch.ended_at, batch.next_instant = now, now
    if batch.status is BatchStatus.WORKING:
        batch.status = BatchStatus.ENDED
    notify_unit(
        session,
        NoticeKind.BATCH_ENDED,
        batch.unit,
        batch.number,
        number=None,
        about=now,
        now=now,
        persons=[batch.responsible],
        system=batch.callback,
    )
    return True


def finished(session: Session, limit: int = 100) -> list[str]:
    """Open batches of which nothing is left to do."""
    return list(session.scalars(select(Batch.number).where(Batch.ended_at.is_(None), _DONE).limit(limit)))


_UNFILED = exists().where(BatchRow.batch == Batch.number, _OF[RowStatus.PENDING]).correlate(Batch)
_UNDER_WAY = (
    exists()
    .where(BatchRow.batch == Batch.number, BatchRow.verification == Verification.number, Verification.state.not_in(ENDED))
    .correlate(Batch)
)
_DONE = and_(or_(and_(Batch.status == BatchStatus.WORKING, ~_UNFILED), Batch.status == BatchStatus.CANCELLED), ~_UNDER_WAY)
