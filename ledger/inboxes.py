"""收件箱 as the issuing unit reads it (10.4): what is asked, about whom, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.masking import mask_name, mask_number
from domain.roles import IdType
from ledger import cases
from ledger.audit import record_access
from ledger.requests import inbox
from ledger.tables.cases import Case, Party
from ledger.tables.effects import Access
from ledger.tables.registry import Entry, Matter, ProofKind, Unit
from ledger.tables.verifications import Deadline, Request, Verification
from ledger.vault import Place

_READ = "request"  #: the word under which a reading of a request stands in the record


@dataclass(frozen=True)
class InboxLine:
    """One request. Name and number are in clear while it is open and masked afterwards (15.4)."""

    request: Request
    due_at: datetime | None
    proof: str
    proof_name: str
    fields: list[str]
    matter_name: str
    requesting_unit: str
    name: str
    id_type: IdType
    id_number: str

    def __repr__(self) -> str:
        return f"InboxLine({self.request.id})"


def lines(session: Session, unit: str, *, answered: bool, actor: str, now: datetime) -> list[InboxLine]:
    """The inbox of a unit, what is due first on top. Who sees a request for the first time is put on the record."""
    items = inbox(session, unit, answered=answered)
    found = _lines(session, {item.request.id: item.due_at for item in items})
    ordered = [found[item.request.id] for item in items]
    if not answered:
        _record_first_reading(session, ordered, unit=unit, actor=actor, now=now)
    return ordered


def line(session: Session, unit: str, request: UUID, *, actor: str, now: datetime) -> InboxLine | None:
    """One request of the unit's inbox, the reading on the record; None where it is not the unit's."""
    row = session.get(Request, request)
    if row is None or row.unit != unit:
        return None
    due = session.scalar(
        select(func.min(Deadline.due_at)).where(
            Deadline.request == request,
            Deadline.met_at.is_(None),
            Deadline.closed_at.is_(None),
            Deadline.missed_at.is_(None),
        )
    )
    if row.answered_at is None and row.withdrawn_at is None:
        record_access(session, row.verification, _READ, actor=actor, unit=unit, now=now)
    return _lines(session, {request: due})[request]


def _lines(session: Session, due: dict[UUID, datetime | None]) -> dict[UUID, InboxLine]:
    rows = session.execute(
        select(Request, Case, Party, Entry, ProofKind.name, Matter.name, Unit.name)
        .join(Verification, Verification.number == Request.verification)
        .join(Case, Case.id == Verification.case)
        .join(Party, Party.id == Verification.party)
        .join(Entry, Entry.id == Verification.entry)
        .join(ProofKind, ProofKind.code == Entry.proof)
        .join(Matter, Matter.code == Entry.matter)
        .join(Unit, Unit.code == Verification.unit)
        .where(Request.id.in_(due))
    )
    found = {}
    for request, case, party, entry, proof_name, matter_name, unit_name in rows:
        key = cases.case_key(case)
        name = key.decrypt_text(Place("parties", "name", party.id), party.name)
        number = key.decrypt_text(Place("parties", "id_number", party.id), party.id_number)
        still_open = request.answered_at is None and request.withdrawn_at is None
        found[request.id] = InboxLine(
            request=request,
            due_at=due[request.id],
            proof=entry.proof,
            proof_name=proof_name,
            fields=entry.fields,
            matter_name=matter_name,
            requesting_unit=unit_name,
            name=name if still_open else mask_name(name),
            id_type=party.id_type,
            id_number=number if still_open else mask_number(number),
        )
    return found


def _record_first_reading(
    session: Session, shown: list[InboxLine], *, unit: str, actor: str, now: datetime
) -> None:
    """An inbox is polled each second by some systems: the record keeps who saw what, not how often."""
    numbers = {item.request.verification for item in shown}
    known = session.scalars(
        select(Access.verification).where(
            Access.verification.in_(numbers), Access.actor == actor, Access.what == _READ
        )
    )
    for number in sorted(numbers - set(known)):
        record_access(session, number, _READ, actor=actor, unit=unit, now=now)
