"""办件: find a case and its parties, close it, open its key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from domain.identity import person_key
from domain.roles import IdType
from domain.share import Subject
from ledger.succession import estate
from ledger.tables.cases import Case, Party
from ledger.vault import CaseKey, Place, vault


def close(session: Session, unit: str, number: str, *, now: datetime, actor: str) -> Case | None:
    """Close the case; None where the unit has no such case. Closing again changes nothing."""
    case = find(session, unit, number, for_update=True)
    if case is not None and case.closed_at is None:
        case.closed_at, case.closed_by = now, actor
    return case


def find(session: Session, unit: str, number: str, *, for_update: bool = False) -> Case | None:
    """The unit's own case of this number, or None: another unit's case is as unknown as a missing one."""
    asked = {"units": estate(session, unit), "number": number, "unit": unit}
    return session.scalar(_HELD if for_update else _OWN, asked)


#: Two systems may count alike: a unit's own case goes before one that it inherited.
_OWN = (
    select(Case)
    .where(Case.unit.in_(bindparam("units", expanding=True)), Case.number == bindparam("number"))
    .order_by(Case.unit != bindparam("unit"))
    .limit(1)
)
_HELD = _OWN.with_for_update()


def find_party(session: Session, case: Case, id_type: IdType, id_number: str) -> Party | None:
    """The party of this case with this identity number, or None."""
    return session.scalar(select(Party).where(Party.case == case.id, Party.lookup == lookup_of(id_type, id_number)))


def lookup_of(id_type: IdType, id_number: str) -> str:
    """By what a party is found: it shows nothing of the number."""
    return vault().lookup(*person_key(id_type, id_number))


def case_key(case: Case) -> CaseKey:
    """The case's data key, opened."""
    return vault().open_case_key(case.id, case.data_key, case.master_key)


def key_of(session: Session, case: UUID) -> CaseKey:
    """The data key of the case with this id, opened."""
    return case_key(session.get_one(Case, case))


def open_subject(party: Party, key: CaseKey) -> Subject:
    """A party in clear: for one step, in memory."""
    return Subject(
        name=key.decrypt_text(Place("parties", "name", party.id), party.name),
        id_type=party.id_type,
        id_number=key.decrypt_text(Place("parties", "id_number", party.id), party.id_number),
    )
