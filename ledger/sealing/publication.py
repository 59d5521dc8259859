"""公开核验 (obligation 11.1): what the public may learn of a proof that the system made and delivered, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import State
from domain.records import MismatchStatus
from ledger.cases.cases import key_of
from ledger.lifecycle.snapshots import step_context
from ledger.sealing import papers
from ledger.sealing.papers import current_proof, open_content
from ledger.sealing.sealing import evidence
from ledger.tables.effects import Proof
from ledger.tables.records import Mismatch
from ledger.tables.verifications import Verification


class ProofStatus(StrEnum):
    """Whether a proof holds."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class PublicProof:
    """A delivered proof. `code_digest` is what the QR code's secret must hash to."""

    proof: Proof
    standing: ProofStatus
    code_digest: str
    ended: str = ""  #: of a revoked one when and why, in Chinese
    replaced_by: str | None = None  #: of a revoked one: the number under which a proof in its place holds


@dataclass(frozen=True)
class Printed:
    """What stands on the paper: personal data, to be masked before anybody sees it."""

    kind: str
    matter_name: str
    requesting_unit: str
    maker: str
    result: str  #: 核验结论
    content: list[tuple[str, str]]
    otherwise: str  #: 法律法规另有规定 (obligation 11.1): the basis, as printed

    def __repr__(self) -> str:
        return "Printed(…)"


def find(session: Session, number: str, *, now: datetime) -> PublicProof | None:
    """The newest proof under this number, or None where none was delivered: a case in progress is nobody's business."""
    row = session.get(Verification, number)
    if row is None or row.state is not State.DELIVERED:
        return None
    proof = current_proof(session, number)
    if proof is None:
        return None
    return PublicProof(proof, _standing(proof, now), proof.code_digest, papers.ended(proof), _replaced_by(session, proof, now))


def _replaced_by(session: Session, proof: Proof, now: datetime) -> str | None:
    """The newest that stands in its place and holds: the check that corrected it, or what was asked anew (obligations 11.3, 17.5)."""
    seen, number = {proof.verification}, proof.verification
    while proof.revoked_at is not None:
        corrected = select(Mismatch.check).where(Mismatch.verification == number, Mismatch.status == MismatchStatus.CORRECTED)
        after = (Verification.replaces == number) | Verification.number.in_(corrected)
        there = select(Proof).join(
            Verification, (Verification.number == Proof.verification) & (Verification.proof_version == Proof.version)
        )
        found = session.scalar(there.where(after, Verification.state == State.DELIVERED).order_by(Proof.made_at.desc()).limit(1))
        if found is None or found.verification in seen:
            return None
        proof, number = found, found.verification
        seen.add(number)
    return number if len(seen) > 1 and _standing(proof, now) is ProofStatus.VALID else None


def printed(session: Session, number: str, proof: Proof) -> Printed:
    """The content of a proof in clear, for one answer."""
    about, said = step_context(session, number), evidence(session, number)
    return Printed(
        kind=about.entry.proof_name,
        matter_name=about.entry.matter_name,
        requesting_unit=about.unit_name,
        maker=said.maker,
        result=said.result.label,
        content=open_content(proof, key_of(session, about.case_id)),
        otherwise=proof.otherwise,
    )


def _standing(proof: Proof, now: datetime) -> ProofStatus:
    if proof.revoked_at is not None:
        return ProofStatus.REVOKED
    return ProofStatus.EXPIRED if is_past(proof.valid_until, now) else ProofStatus.VALID
