"""谁查过我: what a person is shown of who asked about him. His own alone: of a case with several parties what was asked about the others
is not his, and no name of a clerk, no content of a proof stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from domain.instants import is_past
from domain.lifecycle import Event, State
from domain.records import MismatchStatus
from domain.refusal import Refusal
from ledger.cases import cases
from ledger.casework.mismatches import MismatchOpen, NotDelivered
from ledger.casework.revocations import RevokedAlready
from ledger.lifecycle.moves import Goer, Turn, go
from ledger.sealing import publication
from ledger.sealing.publication import ProofStatus, PublicProof
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.records import Mismatch, OffSystemLookup
from ledger.tables.registry import Matter, ProofKind, Unit
from ledger.tables.subject_access import SubjectLook
from ledger.tables.verifications import Verification
from ledger.vault import Place

ACTOR = "subject"  #: who looks; nothing says who that is


class CheckedAlready(Refusal, code="correction_answered"):
    """The issuing unit has answered a doubt about this result; who does not agree may appeal (obligation 11.4)."""


def obstacle(row: Verification, newest: Mismatch | None, proof: PublicProof | None) -> type[Refusal] | None:
    """Why a result can not be doubted now, or None: what was told and still holds can be, until somebody has answered it."""
    if row.state is not State.DELIVERED:
        return NotDelivered
    if newest is not None and newest.status is not MismatchStatus.UNSETTLED:
        return CheckedAlready if newest.settled_at else MismatchOpen
    return RevokedAlready if proof is not None and proof.standing is ProofStatus.REVOKED else None


@dataclass(frozen=True)
class AskedLine:
    """One verification about him. `issuer`: who was asked or answers for it; `proof`: what is delivered, as everybody may check it."""

    row: Verification
    entry: Entry
    unit_name: str
    issuer: str | None
    proof: PublicProof | None
    objection: Mismatch | None = None  #: the newest report that it is wrong, his own or the unit's
    checker: str | None = None  #: who checks it
    overdue: bool = False  #: it should have been checked by now

    @property
    def may_object(self) -> bool:
        """Whether a check is offered."""
        return obstacle(self.row, self.objection, self.proof) is None

    @property
    def result(self) -> str | None:
        """What was told; None where nothing has been told yet, or never was."""
        return self.row.result.label if self.row.result and self.row.state is State.DELIVERED else None


@dataclass(frozen=True)
class ElsewhereLine:
    """系统外查询 about him (obligation 7.3)."""

    row: OffSystemLookup
    unit_name: str
    matter_name: str
    proof_name: str
    source: str


@dataclass(frozen=True)
class Asked:
    """All of it, the newest first."""

    verifications: list[AskedLine]
    elsewhere: list[ElsewhereLine]


def show(session: Session, look: SubjectLook, *, now: datetime) -> Asked:
    """Who asked about him whom the look is of. The first time each verification in it gets its event: that he looked is on the record.

    The caller holds the look (`looks.find`)."""
    lines = _verifications(session, look.lookup, now)
    if look.shown_at is None:
        goers = [Goer(one.row.number, None, [{}]) for one in lines]
        if goers:
            go(session, None, [Turn(Event.SHOWN_TO_SUBJECT)], goers, at=now, actor=ACTOR)
        look.shown_at = now
    return Asked(lines, _elsewhere(session, look.lookup))


def _verifications(session: Session, lookup: str, now: datetime) -> list[AskedLine]:
    issuer = aliased(Unit)
    query = (
        select(Verification, Entry, Unit.name, issuer.name)
        .join(Party, Party.id == Verification.party)
        .join(Entry, Entry.id == Verification.entry)
        .join(Unit, Unit.code == Verification.unit)
        .outerjoin(issuer, issuer.code == Verification.issuing_unit)
        .where(Party.lookup == lookup)
        .order_by(Verification.filed_at.desc(), Verification.number)
    )
    found = session.execute(query).tuples().all()
    said = _objections(session, [one[0].number for one in found], now)
    return [AskedLine(*one, publication.find(session, one[0].number, now=now), *said.get(one[0].number, ())) for one in found]


def _objections(session: Session, numbers: list[str], now: datetime) -> dict[str, tuple[Mismatch, str | None, bool]]:
    """Of each the newest, the name of the unit that checks it, and whether it is late."""
    check = aliased(Verification)
    query = (
        select(Mismatch, Unit.name)
        .outerjoin(check, check.number == Mismatch.check)
        .outerjoin(Unit, Unit.code == check.issuing_unit)
        .where(Mismatch.verification.in_(numbers))
        .order_by(Mismatch.reported_at)
    )
    found = session.execute(query).tuples()
    return {row.verification: (row, name, _is_overdue(row, now)) for row, name in found}


def _is_overdue(row: Mismatch, now: datetime) -> bool:
    return row.settled_at is None and row.due_at is not None and is_past(row.due_at, now)


def _elsewhere(session: Session, lookup: str) -> list[ElsewhereLine]:
    query = (
        select(OffSystemLookup, Case, Unit.name, Matter.name, ProofKind.name)
        .join(Party, Party.id == OffSystemLookup.party)
        .join(Case, Case.id == OffSystemLookup.case)
        .join(Unit, Unit.code == OffSystemLookup.unit)
        .join(Matter, Matter.code == Case.matter)
        .join(ProofKind, ProofKind.code == OffSystemLookup.proof)
        .where(Party.lookup == lookup)
        .order_by(OffSystemLookup.looked_up_at.desc(), OffSystemLookup.serial)
    )
    lines = []
    for row, case, unit, matter, proof in session.execute(query).tuples():
        source = cases.case_key(case).decrypt_text(Place("off_system_lookups", "source", row.id), row.source)
        lines.append(ElsewhereLine(row, unit, matter, proof, source))
    return lines
