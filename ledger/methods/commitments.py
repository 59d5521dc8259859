"""告知承诺 on the record (obligation 7.4, reading 23): offered, signed, declined or timed out; `commitment_checks` is what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from domain.commitments import CheckOutcome, Decision, Evidence
from domain.lifecycle import Event, State
from domain.limits import LimitKind
from domain.methods import Result
from domain.refusal import Refusal
from domain.scope import CatalogEntry
from ledger import rules
from ledger.cases.cases import key_of
from ledger.lifecycle.moves import Lease, MoveRefused, move, note, request_wake
from ledger.lifecycle.snapshots import lock
from ledger.methods import commitment_checks
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.outbox.callbacks_sent import announce
from ledger.tables.cases import Party
from ledger.tables.catalog import Entry
from ledger.tables.commitments import Commitment, CommitmentCheck, CommitmentText, CreditBlock
from ledger.tables.registry import ProofKind
from ledger.tables.verifications import Deadline, Verification
from ledger.vault import Place


class CommitmentBlocked(Refusal, code="commitment_blocked"):
    """This person may not commit until credit is restored: the next method, as after a decline (reading 23)."""


@dataclass(frozen=True)
class Offer:
    """What the applicant reads before signing, and how far it is."""

    row: Commitment
    text: CommitmentText
    proof_name: str
    check_due: datetime | None
    check_provisional: bool
    checked: CheckOutcome | None


def put_text(session: Session, proof: str, text: str, check_days: int, basis: str, *, now: datetime, actor: str) -> CommitmentText:
    """The commitment's text of a proof: a change is a new version; old commitments keep theirs."""
    session.get_one(ProofKind, proof, with_for_update=True)
    newest = newest_text(session, proof)
    if newest is not None and (newest.text, newest.check_days, newest.basis) == (text, check_days, basis):
        return newest
    row = CommitmentText(
        id=uuid4(),
        proof=proof,
        version=newest.version + 1 if newest else 1,
        text=text,
        check_days=check_days,
        basis=basis,
        made_at=now,
        made_by=actor,
    )
    session.add(row)
    session.flush()
    clear_alarm(session, "no_commitment_text", proof, now=now)
    return row


def bar(session: Session, row: Verification, entry: CatalogEntry) -> str:
    """Why this person cannot commit for this proof, as a code; "" where nothing is in the way."""
    if newest_text(session, entry.proof) is None:
        message = f"证明 {entry.proof} 的核验方式含告知承诺,但没有承诺书文本,已转下一种方式。请专班办公室补充。"
        raise_alarm(session, "no_commitment_text", entry.proof, message, now=row.filed_at)
        return "no_commitment_text"
    return "commitment_blocked" if _blocked(session, row, entry.proof) else ""


def _blocked(session: Session, row: Verification, proof: str) -> bool:
    """True while an untrue commitment bars this person from committing for this proof (reading 23)."""
    standing = select(CreditBlock.id).where(
        CreditBlock.lookup == session.get_one(Party, row.party).lookup,
        CreditBlock.restored_at.is_(None),
        or_(CreditBlock.proof.is_(None), CreditBlock.proof == proof),
    )
    return session.scalar(standing.limit(1)) is not None


def limit(at: datetime) -> datetime:
    """Until when the applicant may think; then the next method follows."""
    return at + rules.readings().commitment_limit


def offer(session: Session, number: str, *, now: datetime, actor: str, lease: Lease | None) -> None:
    """Hand out the text (告知) and tell the requesting unit. Offering again changes nothing."""
    row = session.get_one(Verification, number, populate_existing=True)
    if session.scalar(select(Commitment.id).where(Commitment.verification == number)) is not None:
        return
    party = session.get_one(Party, row.party)
    proof = session.get_one(Entry, row.entry).proof
    text = newest_text(session, proof)
    assert text is not None  # else `bar` has said so
    session.add(Commitment(id=uuid4(), verification=number, text_id=text.id, lookup=party.lookup, offered_at=now))
    session.add(
        Deadline(
            id=uuid4(),
            verification=number,
            kind=LimitKind.CHOICE,
            started_at=now,
            target_at=limit(now),
            due_at=limit(now),
            rule_version=rules.readings().version,
            obligations=["7.4"],
            note="",
            explanation="申请人考虑是否承诺的时间;逾期未承诺的,转下一种核验方式,不得要求申请人提交证明。",
        )
    )
    detail = {"text": str(text.id), "version": text.version}
    offered = note(session, number, Event.COMMITMENT_OFFERED, at=now, actor=actor, lease=lease, detail=detail)
    announce(session, {number: offered}, State.AWAITING_COMMITMENT, now=now)


def sign(session: Session, number: str, evidence: Evidence, digest: str, reference: str, *, now: datetime, actor: str) -> None:
    """承诺: the applicant's own act is on record; it stands in for the proof, and a later check is due (obligation 12.1).

    `digest`: SHA-256 of the signed document; `reference`: where it is kept, personal data. Raises `MoveRefused`, and
    `CommitmentBlocked` where an untrue commitment was found since the offer was made.
    """
    row = lock(session, number)
    commitment, text = _pending(session, row)
    if _blocked(session, row, text.proof):
        raise CommitmentBlocked
    key = key_of(session, row.case)
    commitment.decision, commitment.decided_at, commitment.recorded_by = Decision.SIGNED, now, actor
    commitment.evidence_kind, commitment.evidence_digest = evidence, digest
    commitment.evidence = key.encrypt_text(Place("commitments", "evidence", commitment.id), reference)
    commitment_checks.plan(session, commitment.id, row, text.check_days, signed_at=now)
    move(
        session,
        number,
        Event.COMMITTED,
        State.AWAITING_COMMITMENT,
        State.TO_BE_DELIVERED,
        at=now,
        actor=actor,
        detail={"commitment": str(commitment.id), "evidence": evidence.value},
        result=Result.COMMITTED,
        next_instant=now,
    )
    _end_thinking(session, number, now)
    request_wake(session, number)


def decide_otherwise(session: Session, row: Verification, decision: Decision, *, now: datetime, actor: str) -> None:
    """Declined or timed out: on record; the caller enters the next method. Raises `MoveRefused`."""
    commitment, _ = _pending(session, row)
    commitment.decision, commitment.decided_at, commitment.recorded_by = decision, now, actor
    _end_thinking(session, row.number, now)


def _pending(session: Session, row: Verification) -> tuple[Commitment, CommitmentText]:
    found = session.execute(
        select(Commitment, CommitmentText)
        .join(CommitmentText, CommitmentText.id == Commitment.text_id)
        .where(Commitment.verification == row.number)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or row.state is not State.AWAITING_COMMITMENT or found[0].decision is not None:
        raise MoveRefused(f"{row.number}: 现状为“{row.state.label}”,不在等待承诺")
    return found[0], found[1]


def _end_thinking(session: Session, number: str, now: datetime) -> None:
    for row in session.scalars(
        select(Deadline).where(
            Deadline.verification == number, Deadline.kind == LimitKind.CHOICE, Deadline.met_at.is_(None), Deadline.missed_at.is_(None)
        )
    ):
        row.met_at = now


def offer_of(session: Session, number: str) -> Offer | None:
    """The commitment of a verification, or None where none was offered."""
    found = session.execute(
        select(Commitment, CommitmentText, ProofKind.name, CommitmentCheck)
        .join(CommitmentText, CommitmentText.id == Commitment.text_id)
        .join(ProofKind, ProofKind.code == CommitmentText.proof)
        .outerjoin(CommitmentCheck, CommitmentCheck.commitment == Commitment.id)
        .where(Commitment.verification == number)
    ).one_or_none()
    if found is None:
        return None
    row, text, name, later = found
    if later is None:
        return Offer(row, text, name, None, False, None)
    return Offer(row, text, name, later.due_at, later.provisional, later.outcome)


def newest_text(session: Session, proof: str) -> CommitmentText | None:
    """The text that is handed out now, or None where the proof has none."""
    newest = select(func.max(CommitmentText.version)).where(CommitmentText.proof == proof).scalar_subquery()
    return session.scalar(select(CommitmentText).where(CommitmentText.proof == proof, CommitmentText.version == newest))
