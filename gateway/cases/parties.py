"""当事人 of a case that is there, in clear for one step: so that nobody types a number twice."""

from __future__ import annotations

from sqlalchemy import select

from gateway.edge.problems import Problem
from gateway.edge.values import PartyIn
from ledger.cases import cases
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.cases import Party


def party_of(caller: Caller, number: str, position: int) -> PartyIn:
    """The party at this place of the unit's own case, in the order of `ledger.casework.views.find_case`; to be asked about, not
    to be shown. Raises Problem `case_unknown`, `not_a_party`."""
    with transaction() as session:
        case = cases.find(session, caller.unit, number)
        if case is None:
            raise Problem("case_unknown")
        rows = session.scalars(select(Party).where(Party.case == case.id).order_by(Party.role, Party.id)).all()
        if not 0 <= position < len(rows):
            raise Problem("not_a_party")
        found = cases.open_subject(rows[position], cases.case_key(case))
        return PartyIn(id_type=rows[position].id_type, id_number=found.id_number, name=found.name)
