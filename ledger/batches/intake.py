"""收下一批: all of it or nothing, within what the unit may send in a day; the rows as they were sent, encrypted."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, insert, select, text, tuple_
from sqlalchemy.orm import Session

from domain.batches import PREFIX, BatchQuotaSpent, BatchStatus, ResponsibleUnknown
from domain.mismatch_rate import Asker
from domain.numbers import new_number
from domain.quotas import Window
from domain.reasons import AgainReason
from domain.roles import IdType
from ledger.actor import Filer
from ledger.lifecycle.admission import LookupsBlocked
from ledger.lifecycle.filing import FORGOTTEN, KeyReused
from ledger.lifecycle.receiving import Asked
from ledger.succession import estate
from ledger.tables.admission import LookupBlock
from ledger.tables.batches import Batch, BatchQuota, BatchRow
from ledger.tables.registry import Person, ProofKind
from ledger.vault import CaseKey, Erased, Place, vault
from settings import settings


@dataclass(frozen=True)
class RowSent:
    """One row: the sender's own cells; and what is asked, or why it cannot be (`refusal`, a code, and fixed words)."""

    line: int
    own: tuple[str, ...]
    asked: Asked | None
    refusal: str | None = None
    said: str | None = None

    def __repr__(self) -> str:
        return f"RowSent({self.line})"


@dataclass(frozen=True)
class BatchSent:
    """批次 as it comes. `heads`: the sender's own columns."""

    purpose: str
    responsible: str
    heads: tuple[str, ...]
    rows: Sequence[RowSent]
    callback: bool = True

    def __repr__(self) -> str:
        return f"BatchSent({len(self.rows)})"


def take_in(session: Session, filer: Filer, sent: BatchSent, key: str, digest: str, *, now: datetime) -> tuple[Batch, bool]:
    """收下; True where the same key had brought it before. Raises `KeyReused`, `ResponsibleUnknown`, `LookupsBlocked`,
    `BatchQuotaSpent`.

    One unit's batches come one after the other: two at once may not both have what is left.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:unit, 0))"), {"unit": f"batches of {filer.unit}"})
    known = session.scalar(select(Batch).where(Batch.unit.in_(estate(session, filer.unit)), Batch.key == key))
    if known is not None:
        if known.body_digest not in (digest, FORGOTTEN):
            raise KeyReused
        return known, True
    person = session.get(Person, sent.responsible)
    if person is None or not person.active or person.unit != filer.unit:
        raise ResponsibleUnknown
    refuse_blocked(session, filer)
    counted = sum(row.asked is not None for row in sent.rows)
    limit, left = quota_left(session, filer.unit, now=now)
    if counted > left:
        until = Window.DAY.until(now)
        wait = max(1, math.ceil((settings().wall(until) - settings().wall(now)).total_seconds()))
        raise BatchQuotaSpent(limit, left, counted, wait)
    batch = Batch(
        id=uuid4(),
        number=new_number(now, PREFIX),
        unit=filer.unit,
        purpose=sent.purpose,
        responsible=person.code,
        filed_by=filer.person,
        via_system=filer.system,
        filed_at=now,
        status=BatchStatus.WORKING,
        rows=len(sent.rows),
        counted=counted,
        callback=sent.callback,
        key=key,
        body_digest=digest,
        next_instant=now,  # due at once: a worker makes its run
    )
    batch.data_key, batch.master_key = vault().new_case_key(batch.id)
    secret = key_of(batch)
    batch.heads = secret.encrypt_text(Place("batches", "heads", batch.id), json.dumps(sent.heads, ensure_ascii=False))
    session.add(batch)
    session.flush()
    session.execute(insert(BatchRow), [_kept(batch, secret, row) for row in sent.rows])
    return batch, False


def quota_left(session: Session, unit: str, *, now: datetime) -> tuple[int, int]:
    """批量限额 of a unit for a day, and what is left of it today."""
    own = session.get(BatchQuota, unit)
    limit = settings().batch_rows_a_day if own is None else own.rows_a_day
    sent = select(func.coalesce(func.sum(Batch.counted), 0)).where(Batch.unit == unit, Batch.filed_at >= Window.DAY.since(now))
    return limit, limit - int(session.scalar(sent) or 0)


def proof_names(session: Session) -> list[tuple[str, str]]:
    """Every proof of the register, code and name: tables name them either way."""
    return list(session.execute(select(ProofKind.code, ProofKind.name)).tuples())


def refuse_blocked(session: Session, filer: Filer) -> None:
    """Raise `LookupsBlocked` where 查询限制 stands for the unit, or for the key that sends."""
    asker = (Asker.SYSTEM.value, filer.system) if filer.system else (Asker.PERSON.value, filer.person)
    meant = tuple_(LookupBlock.asker, LookupBlock.holder).in_([(Asker.UNIT.value, filer.unit), asker])
    found = session.execute(select(LookupBlock.id, LookupBlock.asker).where(LookupBlock.lifted_at.is_(None), meant).limit(1)).one_or_none()
    if found is not None:
        raise LookupsBlocked(found.id, Asker(found.asker))


def refuse_erased(batch: Batch) -> None:
    """Raise `Erased` where its time was over."""
    if not batch.data_key:
        raise Erased


def key_of(batch: Batch) -> CaseKey:
    """The batch's data key, opened."""
    return vault().open_case_key(batch.id, batch.data_key, batch.master_key)


def place_of(batch: str, line: int) -> Place:
    return Place("batch_rows", "sent", f"{batch}/{line}")


def _kept(batch: Batch, secret: CaseKey, row: RowSent) -> dict[str, object]:
    document = {"own": row.own, "asked": None if row.asked is None else asdict(row.asked)}
    return {
        "batch": batch.number,
        "line": row.line,
        "sent": secret.encrypt_text(place_of(batch.number, row.line), json.dumps(document, ensure_ascii=False)),
        "refusal": row.refusal,
        "said": row.said,
        "repeated": False,
    }


def opened(secret: CaseKey, row: BatchRow) -> tuple[list[str], Asked | None]:
    """A row as it was sent: the sender's own cells, none once they are erased, and what is asked."""
    if not row.sent or not secret.key:
        return [], None
    found = json.loads(secret.decrypt_text(place_of(row.batch, row.line), row.sent))
    if found["asked"] is None:
        return found["own"], None
    asked = dict(found["asked"])
    again = asked.pop("again_why")
    id_type = IdType(asked.pop("id_type"))
    return found["own"], Asked(**asked, id_type=id_type, again_why=AgainReason(again) if again else None)


def heads(batch: Batch) -> list[str]:
    """The sender's own columns."""
    secret = key_of(batch)
    found: list[str] = json.loads(secret.decrypt_text(Place("batches", "heads", batch.id), batch.heads)) if secret.key else []
    return found
