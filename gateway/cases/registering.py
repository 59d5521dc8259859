"""登记办件: a case with its parties, everything checked before anything is written (obligation 15.4)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from domain.clear_text import named_by_number, names_one_of
from domain.quotas import Deed
from gateway.cases.schemas import CaseIn
from gateway.edge.problems import Problem
from gateway.edge.values import PartyIn
from gateway.edge.visibility import is_own
from ledger.casework import registration
from ledger.database import transaction
from ledger.lifecycle import admission, filing
from ledger.registry.keys import Caller
from ledger.tables.registry import Matter
from settings import settings


def register_case(caller: Caller, number: str, body: CaseIn, *, only_new: bool = False) -> bool:
    """Write the case; True where it is new. `only_new`: another case of this number stays as it is, and that is told. Raises Problem."""
    refuse_personal(number, body.parties)
    if body.origin_system and _says_who(body.origin_system, body.parties):
        raise Problem("names_somebody", errors=[("origin_system", "不得含当事人姓名或证件号码。")])
    try:
        return _register(caller, number, body, only_new)
    except IntegrityError as error:
        if not filing.is_duplicate(error):
            raise
        return _register(caller, number, body, only_new)  # the same case arrived twice at once: the other call made it


def _register(caller: Caller, number: str, body: CaseIn, only_new: bool) -> bool:
    with transaction() as session:
        matter = session.get(Matter, body.matter)
        if matter is None:
            raise Problem("matter_unknown")
        if not is_own(session, caller, matter.unit):
            raise Problem("matter_not_yours", obligation="15.4", facts={"matter": matter.code})
        data, now = body.as_data(number), settings().now()
        if new := registration.register(session, caller.unit, data, only_new=only_new, now=now, actor=caller.actor):
            admission.admit(session, caller.filer, Deed.CASE, now=now, matter=matter.code)
        return new


def refuse_personal(text: str, people: Sequence[PartyIn]) -> None:
    if named_by_number(text) or _says_who(text, people):
        raise Problem("personal_data_in_number", obligation="15.4")


def _says_who(text: str, people: Sequence[PartyIn]) -> bool:
    """The number of a document, or the name of somebody whom it is about, stands in it; a body's name is no secret."""
    return names_one_of(text, [said for party in people if party.id_type.is_person for said in (party.name, party.id_number)])
