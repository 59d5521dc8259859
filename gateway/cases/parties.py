"""当事人 of a case that is there, in clear for one step: so that nobody types a number twice."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.edge.problems import Problem
from gateway.edge.values import PartyIn
from ledger.cases import cases
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.cases import Case, Party


def party_of(caller: Caller, number: str, position: int) -> PartyIn:
    """The party at this place of the unit's own case, in the order of `ledger.casework.views.find_case`; to be asked about, not
    to be shown. Raises Problem `case_unknown`, `not_a_party`."""
    with transaction() as session:
        case, rows = _rows(session, caller, number)
        return _opened(case, rows[position] if 0 <= position < len(rows) else None)


def party_id(caller: Caller, number: str, position: int) -> UUID:
    """The id of that party, which names nobody. Raises as `party_of` does."""
    with transaction() as session:
        _, rows = _rows(session, caller, number)
        if not 0 <= position < len(rows):
            raise Problem("not_a_party")
        return rows[position].id


def party_with(caller: Caller, number: str, party: UUID) -> PartyIn:
    """The party with this id, of the unit's own case. Raises as `party_of` does."""
    with transaction() as session:
        case, rows = _rows(session, caller, number)
        return _opened(case, next((row for row in rows if row.id == party), None))


def _rows(session: Session, caller: Caller, number: str) -> tuple[Case, Sequence[Party]]:
    case = cases.find(session, caller.unit, number)
    if case is None:
        raise Problem("case_unknown")
    return case, session.scalars(select(Party).where(Party.case == case.id).order_by(Party.role, Party.id)).all()


def _opened(case: Case, row: Party | None) -> PartyIn:
    if row is None:
        raise Problem("not_a_party")
    found = cases.open_subject(row, cases.case_key(case))
    return PartyIn(id_type=row.id_type, id_number=found.id_number, name=found.name)
