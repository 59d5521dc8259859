"""谁查过我: what a person is shown of who asked about him. His own alone: of a case with several parties what was asked about the others
is not his, and no name of a clerk, no content of a proof stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import Session, aliased

from domain.instants import is_past
from domain.lifecycle import Event, State
from domain.records import MismatchStatus
from domain.refusal import Refusal
from ledger import paging
from ledger.cases import cases
from ledger.casework.mismatches import MismatchOpen, NotDelivered
from ledger.casework.revocations import RevokedAlready
from ledger.lifecycle.moves import Goer, Turn, go
from ledger.paging import Page, PageRequest, Position
from ledger.sealing import publication
from ledger.sealing.publication import ProofStatus, PublicProof
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.records import Mismatch, OffSystemLookup
from ledger.tables.registry import Matter, ProofKind, Unit
from ledger.tables.subject_access import SubjectLook
from ledger.tables.verifications import EventRow, Verification
from ledger.vault import Place

ACTOR = "subject"  #: who looks; nothing says who that is
_PAGE = 50  #: lines: what a telephone loads at a window, and scrolls through


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
    """A page of it, the newest first. `count`: of all; what goes on does so after the line that is named, None where nothing follows."""

    verifications: list[AskedLine]
    elsewhere: list[ElsewhereLine]
    count: int = 0
    following: str | None = None
    elsewhere_following: UUID | None = None


def show(session: Session, look: SubjectLook, *, now: datetime, after: str | None = None, elsewhere_after: UUID | None = None) -> Asked:
    """Who asked about him whom the look is of: the first page of both lists, or the one of either that follows a line of his. Whatever
    verification he is shown gets its event, once a look: that he looked is on the record.

    The caller holds the look (`looks.find`)."""
    found, lines = Page[AskedLine]([]), Page[ElsewhereLine]([])
    if elsewhere_after is None:
        found = _verifications(session, look.lookup, after, now)
        _note(session, look, [one.row.number for one in found.rows], now)
    if after is None:
        lines = _elsewhere(session, look.lookup, elsewhere_after)
    return Asked(
        found.rows,
        lines.rows,
        _count(session, look.lookup),
        found.rows[-1].row.number if found.following else None,
        lines.rows[-1].row.id if lines.following else None,
    )


def _note(session: Session, look: SubjectLook, numbers: list[str], now: datetime) -> None:
    noted = set[str]()
    if look.shown_at is not None:
        of_this_look = EventRow.event == Event.SHOWN_TO_SUBJECT, EventRow.at >= look.opened_at  # a later code ended the earlier look
        noted.update(session.scalars(select(EventRow.verification).where(EventRow.verification.in_(numbers), *of_this_look)))
    goers = [Goer(number, None, [{}]) for number in numbers if number not in noted]
    if goers:
        go(session, None, [Turn(Event.SHOWN_TO_SUBJECT)], goers, at=now, actor=ACTOR)
    look.shown_at = look.shown_at or now


def _count(session: Session, lookup: str) -> int:
    his = select(Party.id).where(Party.lookup == lookup)
    here, elsewhere = (select(func.count()).where(one.in_(his)).scalar_subquery() for one in (Verification.party, OffSystemLookup.party))
    count: int = session.execute(select(here + elsewhere)).scalar_one()
    return count


def _verifications(session: Session, lookup: str, after: str | None, now: datetime) -> Page[AskedLine]:
    issuer, order = aliased(Unit), (Verification.filed_at.desc(), Verification.number.desc())
    query = (
        select(Verification, Entry, Unit.name, issuer.name)
        .join(Party, Party.id == Verification.party)
        .join(Entry, Entry.id == Verification.entry)
        .join(Unit, Unit.code == Verification.unit)
        .outerjoin(issuer, issuer.code == Verification.issuing_unit)
        .where(Party.lookup == lookup)
    )
    place = query.where(Verification.number == after).with_only_columns(cast(Verification.filed_at, Text), Verification.number)
    found = paging.tuples(session, query, order, PageRequest(_PAGE, _place(session, place) if after else None))
    rows = [row for row, *_ in found.rows]
    said = _objections(session, [row.number for row in rows], now)
    proofs = publication.find_all(session, rows, now=now)
    return found.map(lambda one: AskedLine(*one, proofs.get(one[0].number), *said.get(one[0].number, ())))


def _place(session: Session, place: Select[tuple[str, str]]) -> Position | None:
    """None, which is the beginning, after what is no line of his."""
    found = session.execute(place).first()
    return tuple(found) if found else None


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


def _elsewhere(session: Session, lookup: str, after: UUID | None) -> Page[ElsewhereLine]:
    order = OffSystemLookup.looked_up_at.desc(), OffSystemLookup.serial.desc()
    query = (
        select(OffSystemLookup, Case, Unit.name, Matter.name, ProofKind.name)
        .join(Party, Party.id == OffSystemLookup.party)
        .join(Case, Case.id == OffSystemLookup.case)
        .join(Unit, Unit.code == OffSystemLookup.unit)
        .join(Matter, Matter.code == Case.matter)
        .join(ProofKind, ProofKind.code == OffSystemLookup.proof)
        .where(Party.lookup == lookup)
    )
    columns = cast(OffSystemLookup.looked_up_at, Text), cast(OffSystemLookup.serial, Text)
    place = query.where(OffSystemLookup.id == after).with_only_columns(*columns)
    found = paging.tuples(session, query, order, PageRequest(_PAGE, _place(session, place) if after else None))

    def line(row: OffSystemLookup, case: Case, unit: str, matter: str, proof: str) -> ElsewhereLine:
        source = cases.case_key(case).decrypt_text(Place("off_system_lookups", "source", row.id), row.source)
        return ElsewhereLine(row, unit, matter, proof, source)

    return found.map(lambda one: line(*one))
