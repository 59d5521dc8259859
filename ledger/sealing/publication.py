"""公开核验 (obligation 11.1): what the public may learn of a proof that the system made and delivered, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import State
from ledger.cases.cases import key_of
from ledger.lifecycle.snapshots import step_context
from ledger.sealing import papers
from ledger.sealing.papers import current_proof, open_content
from ledger.sealing.sealing import evidence
from ledger.tables.effects import Proof
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
    return PublicProof(proof, _standing(proof, now), proof.code_digest, papers.ended(proof))


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
