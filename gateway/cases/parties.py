"""当事人 of a case that is there: masked to be chosen from, in clear for one step, so that nobody types a number twice.

One is named by his id, which says nothing of him: a place in the list is another's as soon as one more is registered.
"""

from __future__ import annotations

from uuid import UUID

from gateway.edge.problems import Problem
from gateway.edge.values import PartyIn
from ledger.cases import cases
from ledger.casework import views
from ledger.casework.views import PartyView
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.cases import Party


def parties_of(caller: Caller, number: str) -> list[PartyView]:
    """Those of the unit's own case. Raises Problem `case_unknown`."""
    with transaction() as session:
        view = views.find_case(session, caller.unit, number)
        if view is None:
            raise Problem("case_unknown")
        return view.parties


def party_with(caller: Caller, number: str, party: UUID) -> PartyIn:
    """The party with this id, of the unit's own case; to be asked about, not to be shown. Raises Problem `case_unknown`,
    `not_a_party`."""
    with transaction() as session:
        case = cases.find(session, caller.unit, number)
        if case is None:
            raise Problem("case_unknown")
        row = session.get(Party, party)
        if row is None or row.case != case.id:
            raise Problem("not_a_party")
        found = cases.open_subject(row, cases.case_key(case))
        return PartyIn(id_type=row.id_type, id_number=found.id_number, name=found.name)
