"""电子证明的取出: the sealed proof of a verification, found and opened. Apart from how it comes about (ledger.sealing.sealing), so that
who only reads one need not bring all of that along.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.lifecycle import State
from domain.revocations import when_and_why
from ledger.tables.effects import Proof, ProofExtension
from ledger.tables.verifications import Verification
from ledger.vault import CaseKey, Place
from settings import settings


@dataclass(frozen=True)
class KnownProof:
    """What a check of a file needs to know (proofs.check): wall clock of the sealing, end of validity."""

    digest: str
    sealed_at: datetime
    valid_until: datetime
    revoked: bool
    ended: str  #: of a revoked one when and why, in Chinese
    whole: str = ""  #: the digest of the file with what was put behind it since, where that was asked for


def current_proof(session: Session, number: str) -> Proof | None:
    """The proof of a verification's present version, revoked or not, or None where that version was not sealed.

    Not simply the newest: after a re-route the new answer may be one that is not sealed, and the proof of the old
    answer must not stand in for it.
    """
    return session.scalar(_current().where(Proof.verification == number))


def current_proofs(session: Session, numbers: Collection[str]) -> dict[str, Proof]:
    """`current_proof` of many, by number; who has none is left out."""
    return {one.verification: one for one in session.scalars(_current().where(Proof.verification.in_(numbers)))}


def _current() -> Select[tuple[Proof]]:
    joined = select(Proof).join(Verification, Verification.number == Proof.verification)
    return joined.where(Proof.version == Verification.proof_version)


def delivered_proof(session: Session, row: Verification) -> Proof | None:
    """The sealed proof, once it is delivered: what is sealed and not yet sent is nobody's (reading 6)."""
    return current_proof(session, row.number) if row.state is State.DELIVERED else None


def known_proof(session: Session, number: str, digest: str = "") -> KnownProof | None:
    """The delivered proof whose file has this SHA-256, an older version too; else the newest one under the number."""
    row = session.get(Verification, number)
    if row is None or row.state is not State.DELIVERED:
        return None
    same = session.scalar(select(Proof).where(Proof.verification == number, Proof.digest == digest))
    stage = None
    if same is None:
        stage = session.scalar(select(ProofExtension).where(ProofExtension.verification == number, ProofExtension.digest == digest))
        same = session.get_one(Proof, stage.proof) if stage else None
    proof = same or current_proof(session, number)
    if proof is None:
        return None
    overtaken = proof.revoked_at is not None or proof.version != row.proof_version
    return KnownProof(
        proof.digest, settings().wall(proof.made_at), proof.valid_until, overtaken, ended(proof), stage.digest if stage else ""
    )


def ended(proof: Proof) -> str:
    """When and why it was revoked, in words for everybody; empty where it was not."""
    return when_and_why(proof.revoked_at, proof.revoked_why) if proof.revoked_at else ""


def open_pdf(proof: Proof, key: CaseKey) -> bytes:
    """The sealed file in clear."""
    return key.decrypt(Place("proofs", "pdf", proof.id), proof.pdf)


def stages(session: Session, proof: Proof) -> list[ProofExtension]:
    """What was put behind it since, in its order."""
    return list(session.scalars(select(ProofExtension).where(ProofExtension.proof == proof.id).order_by(ProofExtension.position)))


def open_whole(proof: Proof, stages: Iterable[ProofExtension], key: CaseKey) -> bytes:
    """The sealed file with its stages, in clear."""
    later = [key.decrypt(Place("proof_extensions", "appended", one.id), one.appended) for one in stages]
    return b"".join([open_pdf(proof, key), *later])


def open_content(proof: Proof, key: CaseKey) -> list[tuple[str, str]]:
    """What is printed: label and value."""
    return [(label, value) for label, value in json.loads(key.decrypt(Place("proofs", "content", proof.id), proof.content))]
