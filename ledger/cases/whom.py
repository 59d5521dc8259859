"""当事人: whom a case is about, in clear and in memory only, so that no field that is kept in clear names them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.roles import IdType
from ledger.cases.cases import case_key, open_subject
from ledger.tables.cases import Case, Party
from ledger.tables.verifications import Verification


def names_of(session: Session, case: Case) -> list[str]:
    """The names and numbers of a case's parties; none where its key is destroyed."""
    if not case.data_key:
        return []
    key = case_key(case)
    people = [open_subject(party, key) for party in session.scalars(select(Party).where(Party.case == case.id))]
    return [text for person in people if IdType(person.id_type).is_person for text in (person.name, person.id_number)]


def names_behind(session: Session, numbers: Iterable[str]) -> list[str]:
    """The same of the cases of these verifications."""
    wanted = list(numbers)
    query = select(Case).join(Verification, Verification.case == Case.id).where(Verification.number.in_(wanted)).distinct()
    return [text for case in session.scalars(query) for text in names_of(session, case)] if wanted else []
