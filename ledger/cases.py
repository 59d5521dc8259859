"""办件: register a case with its parties, close it, open its key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.limits import HandlingType
from domain.roles import Channel, IdType, PartyRole
from domain.share import Subject
from ledger.tables.cases import Case, Party
from ledger.vault import CaseKey, Place, vault


@dataclass(frozen=True)
class PartyData:
    """当事人 as the requesting unit sent it: checked before it comes here."""

    role: PartyRole
    id_type: IdType
    id_number: str
    name: str

    def __repr__(self) -> str:
        return f"PartyData({self.role})"


@dataclass(frozen=True)
class CaseData:
    """办件 as the requesting unit sent it; all instants aware."""

    number: str
    matter: str
    handling: HandlingType
    accepted_at: datetime
    promise_end: datetime | None
    promise_derived: bool
    channel: Channel
    origin_system: str | None
    parties: tuple[PartyData, ...]


class CaseClosed(Exception):
    """A closed case is not changed any more."""


class NameDiffers(Exception):
    """The same identity number was registered in this case under another name."""


def register(session: Session, unit: str, data: CaseData, *, now: datetime, actor: str) -> bool:
    """Write the case and add its parties; True where it is new. Sending the same again changes nothing.

    Parties are only ever added: a verification may already rest on one. Raises `CaseClosed` and `NameDiffers`.
    """
    case = find(session, unit, data.number, for_update=True)
    new = case is None
    if case is None:
        case_id = uuid4()
        wrapped, master = vault().new_case_key(case_id)
        case = Case(id=case_id, unit=unit, number=data.number, registered_at=now, registered_by=actor)
        case.data_key, case.master_key, case.closed_at = wrapped, master, None
        session.add(case)
    elif case.closed_at is not None:
        raise CaseClosed
    case.matter, case.handling, case.accepted_at = data.matter, data.handling, data.accepted_at
    case.promise_end, case.promise_derived = data.promise_end, data.promise_derived
    case.channel, case.origin_system = data.channel, data.origin_system
    session.flush()
    for party in data.parties:
        _add_party(session, case, party)
    return new


def _add_party(session: Session, case: Case, data: PartyData) -> None:
    lookup = vault().lookup(data.id_type, data.id_number)
    known = session.scalar(select(Party).where(Party.case == case.id, Party.lookup == lookup))
    key = case_key(case)
    if known is not None:
        if key.decrypt_text(Place("parties", "name", known.id), known.name) != data.name:
            raise NameDiffers
        known.role = data.role
        return
    party = uuid4()
    session.add(
        Party(
            id=party,
            case=case.id,
            role=data.role,
            id_type=data.id_type,
            lookup=lookup,
            name=key.encrypt_text(Place("parties", "name", party), data.name),
            id_number=key.encrypt_text(Place("parties", "id_number", party), data.id_number.upper()),
        )
    )
    session.flush()


def close(session: Session, unit: str, number: str, *, now: datetime, actor: str) -> Case | None:
    """Close the case; None where the unit has no such case. Closing again changes nothing."""
    case = find(session, unit, number, for_update=True)
    if case is not None and case.closed_at is None:
        case.closed_at, case.closed_by = now, actor
    return case


def find(session: Session, unit: str, number: str, *, for_update: bool = False) -> Case | None:
    """The unit's own case of this number, or None: another unit's case is as unknown as a missing one."""
    query = select(Case).where(Case.unit == unit, Case.number == number)
    return session.scalar(query.with_for_update() if for_update else query)


def find_party(session: Session, case: Case, id_type: IdType, id_number: str) -> Party | None:
    """The party of this case with this identity number, or None."""
    lookup = vault().lookup(id_type, id_number)
    return session.scalar(select(Party).where(Party.case == case.id, Party.lookup == lookup))


def case_key(case: Case) -> CaseKey:
    """The case's data key, opened."""
    return vault().open_case_key(case.id, case.data_key, case.master_key)


def key_of(session: Session, case: UUID) -> CaseKey:
    """The data key of the case with this id, opened."""
    return case_key(session.get_one(Case, case))


def subject_of(session: Session, party: UUID, key: CaseKey) -> Subject:
    """The person or body with this id, in clear: for one step, in memory."""
    return open_subject(session.get_one(Party, party), key)


def open_subject(party: Party, key: CaseKey) -> Subject:
    """A party in clear: for one step, in memory."""
    return Subject(
        name=key.decrypt_text(Place("parties", "name", party.id), party.name),
        id_type=party.id_type,
        id_number=key.decrypt_text(Place("parties", "id_number", party.id), party.id_number),
    )
