"""受理: file a verification, or put its refusal on the record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, TextClause, and_, bindparam, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient_to_detached

from domain.commitments import CheckOutcome
from domain.lifecycle import OPEN, Event, State
from domain.limits import HandlingType, aware
from domain.methods import Result
from domain.numbers import new_number
from domain.reasons import AgainReason
from domain.records import MismatchStatus
from domain.refusal import Refusal
from ledger import timekeeping
from ledger.actor import Filer
from ledger.cases import cases
from ledger.lifecycle import authorisations
from ledger.listen_notify import SHORT_CHANNEL, WAKE_CHANNEL
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.commitments import CommitmentCheck
from ledger.tables.effects import IdempotencyKey, Proof, RefusalRow
from ledger.tables.records import Mismatch
from ledger.tables.registry import Unit
from ledger.tables.verifications import Verification

#: In place of a body's digest once its case was erased (obligation 2.7): the key still leads to its number, whatever comes with it.
FORGOTTEN = "erased"


class KeyReused(Refusal, code="idempotency_key_reused"):
    """The same Idempotency-Key came with another body."""


@dataclass(frozen=True)
class Repeat:
    """What a key made before, if anything. `home`: the asking unit, held while others ask for its estate: a session
    forgets the rows that nobody holds."""

    home: Unit | None
    number: str | None


_REPEAT = (
    select(Unit, IdempotencyKey.body_digest, IdempotencyKey.verification)
    .outerjoin(
        IdempotencyKey,
        and_(IdempotencyKey.key == bindparam("key"), IdempotencyKey.unit == func.any(func.array_append(Unit.inherits, Unit.code))),
    )
    .where(Unit.code == bindparam("unit"))
    .order_by(IdempotencyKey.unit != Unit.code)
    .limit(1)
)


def find_repeat(session: Session, unit: str, key: str, body_digest: str) -> Repeat:
    """The verification that this key already made. Raises `KeyReused` for another body."""
    found = session.execute(_REPEAT, {"unit": unit, "key": key}).one_or_none()
    if found is None:
        return Repeat(None, None)
    home, digest, number = found
    if number is not None and digest not in (body_digest, FORGOTTEN):
        raise KeyReused
    return Repeat(home, number)


def file_verification(
    session: Session,
    filer: Filer,
    case: Case,
    party: Party,
    entry: int,
    issuing_unit: str | None,
    *,
    now: datetime,
    idempotency_key: str,
    body_digest: str,
    follows: str | None = None,
    again_why: AgainReason | None = None,
    batch: str | None = None,
    authorisation: str | None = None,
    replaces: str | None = None,
) -> Verification:
    """Write the verification with its key and its first event and ask for a pass, in one round trip; gives its row.

    `follows`: the verification whose result it checks (obligation 11.3). `again_why`: why the same is asked again (reading 20).
    `batch`: it is a row of this one, which itself knows its verification and takes it on: no key, no run of its own.
    `authorisation`: 持证人授权 in clear, kept under the case's key. `replaces`: the one whose revoked proof the new one takes the place of.

    Two calls with the same key at the same instant: one writes, the other raises IntegrityError and finds the
    first one's number by `find_repeat`.
    """
    columns, number = _columns(), new_number(now)
    row = Verification(
        **{name: getattr(column.default, "arg", None) for name, column in columns.items()}
        | {
            "number": number,
            "case": case.id,
            "party": party.id,
            "entry": entry,
            "unit": filer.unit,
            "filed_at": aware(now),
            "filed_by": filer.person,
            "via_system": filer.system,
            "state": State.RECEIVED,
            "issuing_unit": issuing_unit,
            "follows": follows,
            "again_why": again_why,
            "replaces": replaces,
            "batch": batch,
            "authorisation": None if authorisation is None else authorisations.sealed(cases.case_key(case), number, authorisation),
            "next_instant": now,  # due at once: if everything else is lost, the search for suspects finds it
        }
    )
    detail = {
        name: value for name, value in (("follows", follows), ("again", again_why), ("batch", batch), ("replaces", replaces)) if value
    }
    channel = SHORT_CHANNEL if case.handling is HandlingType.IMMEDIATE else WAKE_CHANNEL
    session.flush()
    timekeeping.ensure(session)  # which sees the ORM's own statements alone
    session.execute(
        _statement(alone=batch is None),
        {f"set_{name}": getattr(row, name) for name in columns}
        | {"event": Event.FILED, "actor": filer.actor, "detail": json.dumps(detail)}
        | ({"key": idempotency_key, "digest": body_digest, "channel": channel} if batch is None else {}),
    )
    make_transient_to_detached(row)
    session.add(row)  # as if it had been read: who answers with it need not ask for it
    return row


@lru_cache(maxsize=1)
def _columns() -> dict[str, Column[Any]]:
    """What is written of a new verification, by the attributes' names; when it asked for a pass, the database's clock says."""
    return {name: column for name, column in Verification.__mapper__.columns.items() if name != "wake_requested_at"}


@lru_cache(maxsize=2)
def _statement(alone: bool) -> TextClause:
    columns = _columns()
    known = """, known AS (
            INSERT INTO idempotency_keys (unit, key, body_digest, verification, made_at)
            SELECT unit, :key, :digest, number, filed_at FROM filed
        )"""
    return text(
        f"""
        WITH filed AS (
            INSERT INTO verifications ({", ".join(column.name for column in columns.values())}, wake_requested_at)
            VALUES ({", ".join(f":set_{name}" for name in columns)}, {"clock_timestamp()" if alone else "NULL"})
            RETURNING number, unit, filed_at
        ){known if alone else ""}
        INSERT INTO events (verification, event, at, recorded_at, actor, detail)
        SELECT number, :event, filed_at, clock_timestamp(), :actor, CAST(:detail AS jsonb) FROM filed
        RETURNING id{", pg_notify(:channel, verification)" if alone else ""}
        """
    ).bindparams(*(bindparam(f"set_{name}", type_=column.type) for name, column in columns.items()))


def remember_key(session: Session, unit: str, key: str, body_digest: str, number: str, *, now: datetime) -> None:
    """From now on this key leads to this verification."""
    session.add(IdempotencyKey(unit=unit, key=key, body_digest=body_digest, verification=number, made_at=now))
    session.flush()


#: A later list does not make it another proof.
_SAME = (
    select(Verification)
    .join(Entry, Entry.id == Verification.entry)
    .where(
        Verification.case == bindparam("case"),
        Verification.party == bindparam("party"),
        Entry.proof == select(Entry.proof).where(Entry.id == bindparam("entry")).scalar_subquery(),
    )
    .order_by(Verification.filed_at.desc())
)


@dataclass(frozen=True)
class Earlier:
    """What became of the same question before. `answer`: the verification that answers it, still open, or delivered and valid (reading
    20); `revoked`: the newest one whose proof is revoked, which the next proof replaces and names (obligation 17.5)."""

    answer: str | None = None
    revoked: str | None = None


def find_same(session: Session, case: Case, party: Party, entry: int, validity_days: int, *, now: datetime) -> Earlier:
    """One that a check corrected does not answer, its check does (obligation 11.3); nor does an untrue commitment (reading 23)."""
    revoked = None
    for row in session.scalars(_SAME, {"case": case.id, "party": party.id, "entry": entry}):
        corrects = row.follows is not None and _corrected(session, Mismatch.check == row.number)
        if row.follows is not None and not corrects:
            continue  # a check is a question of its own
        if row.state is State.DELIVERED and _revoked(session, row):
            revoked = revoked or row.number
        elif row.state in OPEN or _still_answers(session, row, validity_days, now):
            return Earlier(row.number, revoked)
    return Earlier(None, revoked)


def _still_answers(session: Session, row: Verification, validity_days: int, now: datetime) -> bool:
    if row.state is not State.DELIVERED or row.result in (None, Result.MISMATCH) or row.ended_at is None:
        return False
    if row.ended_at + timedelta(days=validity_days) <= now or _corrected(session, Mismatch.verification == row.number):
        return False
    untrue = select(CommitmentCheck.id).where(CommitmentCheck.verification == row.number, CommitmentCheck.outcome == CheckOutcome.UNTRUE)
    return session.scalar(untrue) is None


def _revoked(session: Session, row: Verification) -> bool:
    found = select(Proof.id).where(Proof.verification == row.number, Proof.version == row.proof_version, Proof.revoked_at.is_not(None))
    return session.scalar(found) is not None


def _corrected(session: Session, which: ColumnElement[bool]) -> bool:
    found = select(Mismatch.id).where(which, Mismatch.status == MismatchStatus.CORRECTED)
    return session.scalar(found.limit(1)) is not None


def refuse(session: Session, *, now: datetime, unit: str | None, actor: str, code: str, obligation: str | None, **detail: Any) -> None:
    """Put a refusal on the record (obligations 2.3, 2.4, 2.5, 15.4): codes only, no personal data."""
    session.add(RefusalRow(at=now, unit=unit, actor=actor, code=code, obligation=obligation, detail=detail))


def is_duplicate(error: IntegrityError) -> bool:
    """True where the database refused a second row with the same key, not something else."""
    return getattr(error.orig, "pgcode", None) == "23505"
