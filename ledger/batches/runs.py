"""批次的运行: which flow run tells a batch's story, and which worker works on it now.

As of verifications (`ledger.lifecycle.leases`): the lease says that somebody lives who works on it, and nothing else; that
nothing happens twice is the business of each row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from domain.batches import BatchStatus
from ledger.tables.batches import Batch
from settings import settings

_NOW = func.clock_timestamp()


def _free() -> ColumnElement[bool]:
    return or_(Batch.lease_until.is_(None), Batch.lease_until < _NOW)


@dataclass(frozen=True)
class BatchRun:
    """A batch's side of its run. `next_instant`: when the run is to look, on the regulation's clock; None: it is to end."""

    status: BatchStatus
    ended: bool
    flow_run: UUID | None
    serial: int
    leased: bool
    next_instant: datetime | None
    unit: str

    @property
    def goes_on(self) -> bool:
        return not self.ended and self.status is not BatchStatus.PAUSED


def look(session: Session, number: str) -> BatchRun | None:
    """How `number` is bound to Prefect now; None where there is no such batch."""
    row = session.execute(
        select(
            Batch.status,
            Batch.ended_at.is_not(None),
            Batch.flow_run,
            Batch.run_serial,
            func.coalesce(Batch.lease_until > _NOW, False),
            Batch.next_instant,
            Batch.unit,
        ).where(Batch.number == number)
    ).one_or_none()
    return BatchRun(*row) if row else None


def due(session: Session, *, now: datetime, limit: int = 50) -> list[str]:
    """Batches whose run is to look now, or to end, and on which nobody works."""
    query = select(Batch.number).where(Batch.next_instant <= now, _free())
    return list(session.scalars(query.order_by(Batch.next_instant).limit(limit)))


def acquire(session: Session, number: str, owner: str, flow_run: UUID, *, now: datetime) -> bool:
    """Take the lease of a batch that is due, for the run that tells its story; where none does yet, this one does."""
    taken = session.execute(
        update(Batch)
        .where(Batch.number == number, Batch.next_instant <= now, _free(), or_(Batch.flow_run.is_(None), Batch.flow_run == flow_run))
        .values(lease_owner=owner, lease_until=_until(), flow_run=flow_run)
        .returning(Batch.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def is_held(session: Session, number: str, owner: str) -> bool:
    """True while this process may go on with it."""
    held = select(Batch.id).where(Batch.number == number, Batch.lease_owner == owner, Batch.lease_until > _NOW)
    return session.scalar(held) is not None


def renew(session: Session, number: str, owner: str) -> None:
    """The heartbeat of the batch that is worked on. A row that somebody holds is left for the next beat."""
    held = Batch.number == number, Batch.lease_owner == owner, Batch.lease_until.is_not(None)
    mine = select(Batch.id).where(*held).with_for_update(skip_locked=True)
    _write(session, Batch.id.in_(mine), lease_until=_until())


def release(session: Session, number: str, owner: str) -> None:
    _write(session, Batch.number == number, Batch.lease_owner == owner, lease_owner=None, lease_until=None)


def let_go(session: Session, name: str, *, but: str | None = None) -> None:
    """All that a worker of this name holds, or held before it died: `but` what its living process does."""
    others = [Batch.lease_owner != but] if but else []
    _write(session, Batch.lease_owner.startswith(f"{name}/", autoescape=True), *others, lease_owner=None, lease_until=None)


def bind(session: Session, number: str, flow_run: UUID, serial: int) -> None:
    """Remember which flow run tells this batch's story. A later serial is never overwritten by an earlier."""
    _write(session, Batch.number == number, Batch.run_serial <= serial, flow_run=flow_run, run_serial=serial)


def begin_next(session: Session, number: str, ended: UUID) -> int | None:
    """Let go of the run that has `ended`; gives the serial of the next one, None where another worker was faster."""
    return session.execute(
        update(Batch)
        .where(Batch.number == number, Batch.flow_run == ended)
        .values(flow_run=None, run_serial=Batch.run_serial + 1)
        .returning(Batch.run_serial)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def schedule(session: Session, number: str, instant: datetime) -> None:
    """When the run looks again; unless somebody paused it meanwhile, or it has ended, which is looked at now."""
    _write(session, Batch.number == number, Batch.status != BatchStatus.PAUSED, Batch.ended_at.is_(None), next_instant=instant)


def settle(session: Session, number: str) -> None:
    """Its run has ended as it has itself, or rests as it does: nobody looks any more."""
    rests = or_(Batch.ended_at.is_not(None), Batch.status == BatchStatus.PAUSED)
    _write(session, Batch.number == number, rests, next_instant=None)


def note_pace(session: Session, number: str, rows: int, seconds: float) -> None:
    """So many rows were taken on in so many seconds: the end is estimated by it."""
    pace = {"worked_rows": Batch.worked_rows + rows, "worked_seconds": Batch.worked_seconds + seconds}
    _write(session, Batch.number == number, **pace)


def _write(session: Session, *where: ColumnElement[bool], **values: object) -> None:
    session.execute(update(Batch).where(*where).values(**values).execution_options(synchronize_session=False))


def _until() -> ColumnElement[datetime]:
    return _NOW + timedelta(seconds=settings().lease_seconds)
