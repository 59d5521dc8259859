"""办件: find a case and its parties, close it, open its key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
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
    units = estate(session, unit)
    # Two systems may count alike: a unit's own case goes before one that it inherited.
    query = select(Case).where(Case.unit.in_(units), Case.number == number).order_by(Case.unit != unit).limit(1)
    return session.scalar(query.with_for_update() if for_update else query)


def find_party(session: Session, case: Case, id_type: IdType, id_number: str) -> Party | None:
    """The party of this case with this identity number, or None."""
    lookup = vault().lookup(*person_key(id_type, id_number))
    return session.scalar(select(Party).where(Party.case == case.id, Party.lookup == lookup))


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
