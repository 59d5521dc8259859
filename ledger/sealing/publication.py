"""公开核验 (obligation 11.1): what the public may learn of a proof that the system made and delivered, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import State
from domain.records import MismatchStatus
from ledger.cases.cases import key_of
from ledger.lifecycle.snapshots import step_context
from ledger.sealing import papers
from ledger.sealing.papers import open_content
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
    return find_all(session, [row], now=now).get(number) if row else None


def find_all(session: Session, rows: Iterable[Verification], *, now: datetime) -> dict[str, PublicProof]:
    """`find` for many, by number; where none was delivered there is none."""
    delivered = [row.number for row in rows if row.state is State.DELIVERED]
    proofs = papers.current_proofs(session, delivered) if delivered else {}
    instead = _replaced_by(session, proofs, now)
    return {
        number: PublicProof(one, _standing(one, now), one.code_digest, papers.ended(one), instead.get(number))
        for number, one in proofs.items()
    }


def _replaced_by(session: Session, proofs: Mapping[str, Proof], now: datetime) -> dict[str, str]:
    """Number of a revoked one -> the newest that stands in its place and holds: the check that corrected it, or what was asked anew
    (obligations 11.3, 17.5). All ways are gone together, a step at a time."""
    ways = {number: [one] for number, one in proofs.items() if one.revoked_at is not None}
    ends = dict[str, str]()
    while ways:
        newest = _in_place_of(session, {way[-1].verification for way in ways.values()})
        further = dict[str, list[Proof]]()
        for number, way in ways.items():
            after = newest.get(way[-1].verification)
            if after is None or after.verification in {one.verification for one in way}:
                continue
            if after.revoked_at is not None:
                further[number] = [*way, after]
            elif _standing(after, now) is ProofStatus.VALID:
                ends[number] = after.verification
        ways = further
    return ends


def _in_place_of(session: Session, numbers: Collection[str]) -> dict[str, Proof]:
    """Of each the newest proof that was delivered after it."""
    anew = select(Verification.replaces.label("of"), Verification.number.label("number")).where(Verification.replaces.in_(numbers))
    corrected = select(Mismatch.verification, Mismatch.check).where(
        Mismatch.verification.in_(numbers), Mismatch.status == MismatchStatus.CORRECTED
    )
    after = union(anew, corrected).subquery()
    there = (
        select(after.c.of, Proof)
        .join(Verification, Verification.number == after.c.number)
        .join(Proof, (Proof.verification == Verification.number) & (Proof.version == Verification.proof_version))
    )
    return dict(session.execute(there.where(Verification.state == State.DELIVERED).order_by(Proof.made_at)).tuples().all())


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
