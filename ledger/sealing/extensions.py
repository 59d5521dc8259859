"""证明的延续: which proofs are to get a timestamp over all that stands, and what was put behind each (obligation 11.1).

A proof is never changed: it grows at its end, and each stage is a row that nobody changes, with the digest of the file as it stands then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from domain.lifecycle import Event, State
from domain.proof_form import Form
from ledger.cases.cases import case_key
from ledger.lifecycle.moves import note
from ledger.sealing import papers
from ledger.tables.cases import Case
from ledger.tables.effects import Proof, ProofExtension
from ledger.tables.verifications import Verification
from ledger.vault import Place

YEARLY = timedelta(days=365)
_BEFORE = timedelta(days=60)  #: a certificate that ends sooner than the year is followed by another timestamp this long before


@dataclass(frozen=True)
class Standing:
    """A proof as it stands: the whole file, personal data, in memory only; `position`: how many stages it has."""

    proof: UUID
    verification: str
    position: int
    pdf: bytes

    def __repr__(self) -> str:
        return f"Standing({self.verification}, {self.position})"


@dataclass(frozen=True)
class Stage:
    """What one stage adds; instants aware, wall clock."""

    appended: bytes
    server: str
    at: datetime
    until: datetime

    @property
    def due_at(self) -> datetime:
        """When the next one is."""
        return min(self.at + YEARLY, self.until - _BEFORE)


def due(session: Session, *, wall: datetime, after: tuple[datetime, UUID] | None, limit: int) -> list[tuple[datetime, UUID]]:
    """Delivered proofs that are due, by the instant of their sealing: none revoked, overtaken or erased, and PDF alone: what is put
    behind one stands in no OFD. `after`: the last one seen."""
    newest, later = aliased(ProofExtension), aliased(ProofExtension)
    query = (
        select(Proof.made_at, Proof.id)
        .join(Verification, (Verification.number == Proof.verification) & (Verification.proof_version == Proof.version))
        .join(Case, Case.id == Verification.case)
        .outerjoin(newest, newest.proof == Proof.id)
        .outerjoin(later, (later.proof == Proof.id) & (later.position > newest.position))
        .where(Verification.state == State.DELIVERED, Proof.revoked_at.is_(None), func.length(Case.data_key) > 0, later.id.is_(None))
        .where(Proof.form == Form.PDF)
        .where(or_(newest.id.is_(None), newest.due_at <= wall))
        .order_by(Proof.made_at, Proof.id)
        .limit(limit)
    )
    if after is not None:
        at, proof = after
        query = query.where(or_(Proof.made_at > at, and_(Proof.made_at == at, Proof.id > proof)))
    return [(made_at, proof) for made_at, proof in session.execute(query)]


def standing(session: Session, proof: UUID) -> Standing:
    """The file as it stands now."""
    row = session.get_one(Proof, proof)
    case = session.get_one(Case, session.get_one(Verification, row.verification).case)
    stages = papers.stages(session, row)
    return Standing(proof, row.verification, len(stages), papers.open_whole(row, stages, case_key(case)))


def keep(session: Session, before: Standing, stage: Stage, *, now: datetime, actor: str) -> bool:
    """Record one stage with its event; False where somebody did meanwhile: nothing is written twice."""
    case = session.get_one(Case, session.get_one(Verification, before.verification).case)
    made, digest = uuid4(), hashlib.sha256(before.pdf + stage.appended).hexdigest()
    row = {
        "id": made,
        "verification": before.verification,
        "proof": before.proof,
        "position": before.position + 1,
        "digest": digest,
        "appended": case_key(case).encrypt(Place("proof_extensions", "appended", made), stage.appended),
        "server": stage.server,
        "stamped_at": stage.at,
        "until": stage.until,
        "due_at": stage.due_at,
        "made_at": now,
    }
    written = session.scalar(insert(ProofExtension).values(row).on_conflict_do_nothing().returning(ProofExtension.id))
    if written is None:
        return False
    detail = {"digest": digest, "level": "B-LTA", "stamped_by": stage.server, "position": before.position + 1}
    note(session, before.verification, Event.PROOF_EXTENDED, at=now, actor=actor, detail=detail)
    return True
