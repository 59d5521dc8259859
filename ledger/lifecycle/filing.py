"""受理: file a verification, or put its refusal on the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.commitments import CheckOutcome
from domain.lifecycle import OPEN, Event, State
from domain.methods import Result
from domain.numbers import new_number
from domain.reasons import AgainReason
from domain.records import MismatchStatus
from domain.refusal import Refusal
from ledger.actor import Filer
from ledger.lifecycle.moves import note
from ledger.listen_notify import WAKE_CHANNEL, notify
from ledger.succession import estate
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.commitments import CommitmentCheck
from ledger.tables.effects import IdempotencyKey, Proof, RefusalRow
from ledger.tables.records import Mismatch
from ledger.tables.verifications import Verification

#: In place of a body's digest once its case was erased (2.7): the key still leads to its number, whatever comes with it.
FORGOTTEN = "erased"
#: How long the gateway has to start the flow run by itself before a worker does it.
GATEWAY_STARTS_WITHIN = timedelta(seconds=5)


class KeyReused(Refusal, code="idempotency_key_reused"):
    """The same Idempotency-Key came with another body."""


def find_repeat(session: Session, unit: str, key: str, body_digest: str) -> str | None:
    """The verification that this key already made, or None. Raises `KeyReused` for another body."""
    asked = select(IdempotencyKey).where(IdempotencyKey.unit.in_(estate(session, unit)), IdempotencyKey.key == key)
    known = session.scalar(asked.order_by(IdempotencyKey.unit != unit).limit(1))
    if known is None:
        return None
    if known.body_digest not in (body_digest, FORGOTTEN):
        raise KeyReused
    return known.verification


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
) -> str:
    """Write the verification with its first event and ask for a pass; gives its number.

    `follows`: the verification whose result it checks (11.3). `again_why`: why the same is asked again (reading 20).

    Two calls with the same key at the same instant: one writes, the other raises IntegrityError and finds the
    first one's number by `find_repeat`.
    """
    number = new_number(now)
    session.add(
        Verification(
            number=number,
            case=case.id,
            party=party.id,
            entry=entry,
            unit=filer.unit,
            filed_at=now,
            filed_by=filer.person,
            via_system=filer.system,
            state=State.RECEIVED,
            issuing_unit=issuing_unit,
            follows=follows,
            again_why=again_why,
            next_instant=now,  # due at once: if everything else is lost, the search for suspects finds it
            wake_requested_at=func.clock_timestamp(),
            wake_claimed_until=func.clock_timestamp() + GATEWAY_STARTS_WITHIN,
        )
    )
    session.flush()
    remember_key(session, filer.unit, idempotency_key, body_digest, number, now=now)
    detail = {name: value for name, value in (("follows", follows), ("again", again_why)) if value}
    note(session, number, Event.FILED, at=now, actor=filer.actor, detail=detail)
    return number


def remember_key(session: Session, unit: str, key: str, body_digest: str, number: str, *, now: datetime) -> None:
    """From now on this key leads to this verification."""
    session.add(IdempotencyKey(unit=unit, key=key, body_digest=body_digest, verification=number, made_at=now))
    session.flush()


def find_same(session: Session, case: Case, party: Party, entry: int, validity_days: int, *, now: datetime) -> str | None:
    """The verification that already answers this question: still open, or delivered and valid (reading 20).

    Neither one that a check corrected, whose check answers in its place (11.3), nor an untrue commitment (reading 23).
    """
    proof = select(Entry.proof).where(Entry.id == entry).scalar_subquery()  # a later list does not make it another one
    query = (
        select(Verification)
        .join(Entry, Entry.id == Verification.entry)
        .where(Verification.case == case.id, Verification.party == party.id, Entry.proof == proof)
    )
    for row in session.scalars(query.order_by(Verification.filed_at.desc())):
        corrects = row.follows is not None and _corrected(session, Mismatch.check == row.number)
        if row.follows is not None and not corrects:
            continue  # a check is a question of its own
        if row.state in OPEN or _still_answers(session, row, validity_days, now):
            return row.number
    return None


def _still_answers(session: Session, row: Verification, validity_days: int, now: datetime) -> bool:
    if row.state is not State.DELIVERED or row.result in (None, Result.MISMATCH) or row.ended_at is None:
        return False
    if row.ended_at + timedelta(days=validity_days) <= now or _corrected(session, Mismatch.verification == row.number):
        return False
    revoked = select(Proof.id).where(Proof.verification == row.number, Proof.version == row.proof_version, Proof.revoked_at.is_not(None))
    untrue = select(CommitmentCheck.id).where(CommitmentCheck.verification == row.number, CommitmentCheck.outcome == CheckOutcome.UNTRUE)
    return session.scalar(revoked) is None and session.scalar(untrue) is None


def _corrected(session: Session, which: ColumnElement[bool]) -> bool:
    found = select(Mismatch.id).where(which, Mismatch.status == MismatchStatus.CORRECTED)
    return session.scalar(found.limit(1)) is not None


def started(session: Session, number: str) -> None:
    """The flow run exists: tell the workers."""
    notify(session, WAKE_CHANNEL, number)


def refuse(session: Session, *, now: datetime, unit: str | None, actor: str, code: str, obligation: str | None, **detail: Any) -> None:
    """Put a refusal on the record (2.3–2.5, 15.4): codes only, no personal data."""
    session.add(RefusalRow(at=now, unit=unit, actor=actor, code=code, obligation=obligation, detail=detail))


def is_duplicate(error: IntegrityError) -> bool:
    """True where the database refused a second row with the same key, not something else."""
    return getattr(error.orig, "pgcode", None) == "23505"
