"""发起一批中的若干行: each by the one door, in a savepoint of its own; what is refused says why and stops nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from domain.batches import AT_ONCE, BatchStatus
from domain.lifecycle import OPEN, WAITING
from domain.refusal import Refusal
from ledger.actor import Filer
from ledger.batches.intake import key_of, opened, refuse_blocked
from ledger.batches.standing import lock
from ledger.lifecycle import filing, receiving
from ledger.lifecycle.admission import LookupsBlocked
from ledger.lifecycle.receiving import Asked
from ledger.succession import estate
from ledger.tables.batches import Batch, BatchRow
from ledger.tables.cases import Case
from ledger.tables.verifications import Verification
from ledger.vault import VaultError

BLOCKED = "lookups_blocked"  #: why a batch rests by itself: 查询限制 stands for whoever sent it
#: What a row may meet that is neither a rule's refusal nor anybody's absence: it stops this row alone.
_BROKEN = (IntegrityError, DataError, VaultError)
AT_WORK = OPEN - WAITING


@dataclass(frozen=True)
class Filed:
    """Rows that were filed now; `left`: more of them wait, and the batch goes on."""

    numbers: list[str]
    left: bool


def file_some(session: Session, number: str, *, now: datetime, most: int = AT_ONCE) -> Filed:
    """File the next rows. Rows that were filed or refused before are not touched: doing it twice files nothing twice."""
    batch = lock(session, number)
    if batch.status is not BatchStatus.WORKING:
        return Filed([], False)
    filer = Filer(batch.unit, batch.filed_by, batch.via_system)
    try:
        refuse_blocked(session, filer)
    except LookupsBlocked:
        batch.status, batch.paused_at, batch.paused_by, batch.paused_why = BatchStatus.PAUSED, now, None, BLOCKED
        return Filed([], False)
    rows = session.scalars(select(BatchRow).where(BatchRow.batch == number, *_PENDING).order_by(BatchRow.line).limit(most + 1)).all()
    secret = key_of(batch)
    sent = [(row, opened(secret, row)[1]) for row in rows[:most]]
    _hold_cases(session, batch.unit, {asked.case_number for _, asked in sent if asked})
    numbers = []
    for row, asked in sent:
        if asked is None:  # its case was erased meanwhile
            row.refusal = "erased"
            continue
        found = _file(session, filer, batch, row, asked, now=now)
        if found is not None:
            numbers.append(found)
    session.flush()
    return Filed(numbers, len(rows) > most)


def _file(session: Session, filer: Filer, batch: Batch, row: BatchRow, asked: Asked, *, now: datetime) -> str | None:
    """The verification's number where it is a new one."""
    try:
        with session.begin_nested():
            found = receiving.receive(session, filer, asked, f"{batch.number}/{row.line}", batch.number, now=now, batch=batch.number)
    except Refusal as refused:
        row.refusal, row.said = refused.code, refused.text or None
        filing.refuse(
            session,
            now=now,
            unit=batch.unit,
            actor=filer.actor,
            code=refused.code,
            obligation=refused.obligation,
            batch=batch.number,
            line=row.line,
            **refused.facts,
        )
        return None
    except _BROKEN:
        row.refusal = "internal"
        return None
    row.verification, row.repeated = found.number, found.repeated
    return None if found.repeated else found.number


def _hold_cases(session: Session, unit: str, numbers: Iterable[str]) -> None:
    """Against a close meanwhile; in one order, so that two batches never wait for each other in a ring."""
    held = select(Case.id).where(Case.unit.in_(estate(session, unit)), Case.number.in_(set(numbers)))
    session.execute(held.order_by(Case.id).with_for_update())


_PENDING = BatchRow.refusal.is_(None), BatchRow.verification.is_(None)


def to_work(session: Session, number: str, *, now: datetime, limit: int) -> list[str]:
    """Rows that were filed and that nobody works on: what a run that died has left."""
    query = select(Verification.number).where(
        Verification.batch == number,
        Verification.state.in_(AT_WORK),
        Verification.paused_at.is_(None),
        Verification.flow_run.is_(None),  # with a run of its own it goes on there
        Verification.wake_requested_at.is_(None),
        Verification.next_instant <= now,
        func.coalesce(Verification.lease_until < func.clock_timestamp(), True),
    )
    return list(session.scalars(query.order_by(Verification.filed_at, Verification.number).limit(limit)))


def has_pending(session: Session, number: str) -> bool:
    return bool(session.scalar(select(exists().where(BatchRow.batch == number, *_PENDING))))
