"""姓名更正: a clerk's slip in a party's name is mended on the record, as long as nobody was asked in that name."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN, Event
from domain.refusal import Refusal
from domain.roles import IdType
from ledger.cases import cases
from ledger.casework.registration import CaseClosed
from ledger.lifecycle.moves import note
from ledger.tables.cases import Case, NameCorrection, Party
from ledger.tables.records import OffSystemLookup
from ledger.tables.verifications import Verification
from ledger.vault import Place


class NotAParty(Refusal, code="not_a_party"):
    """Nobody of this number is registered in the case."""


class NameAsked(Refusal, code="name_asked", obligation="15.4"):
    """太迟: a source, a unit or the applicant was asked in the name that stands, and the answer rests on it."""


def correct_name(session: Session, case: Case, id_type: IdType, id_number: str, name: str, *, now: datetime, actor: str) -> None:
    """Write the right name, with who, when, before and after. The same name again changes nothing.

    The caller holds the case (`cases.find`), against a verification that is filed meanwhile. Raises `CaseClosed`,
    `NotAParty`, `NameAsked`; then nothing was written.
    """
    party = cases.find_party(session, case, id_type, id_number)
    if party is None:
        raise NotAParty
    key = cases.case_key(case)
    before = cases.open_subject(party, key).name
    if before == name:
        return
    if case.closed_at is not None:
        raise CaseClosed
    waiting = _waiting(session, party)
    correction = uuid4()
    session.add(
        NameCorrection(
            id=correction,
            case=case.id,
            party=party.id,
            at=now,
            actor=actor,
            before=key.encrypt_text(Place("name_corrections", "before", correction), before),
            after=key.encrypt_text(Place("name_corrections", "after", correction), name),
        )
    )
    party.name = key.encrypt_text(Place("parties", "name", party.id), name)
    session.flush()
    for number in waiting:
        note(session, number, Event.NAME_CORRECTED, at=now, actor=actor, detail={"correction": str(correction)})


def _waiting(session: Session, party: Party) -> list[str]:
    """The open verifications of this party, held so that no pass begins to ask meanwhile. Raises `NameAsked`."""
    of_party = select(Verification).where(Verification.party == party.id).order_by(Verification.number)
    rows = list(session.scalars(of_party.with_for_update().execution_options(populate_existing=True)))
    elsewhere = select(OffSystemLookup.id).where(OffSystemLookup.party == party.id).limit(1)
    # A method is chosen in the transaction in which the asking begins.
    if any(row.method is not None for row in rows) or session.scalar(elsewhere) is not None:
        raise NameAsked(facts={"case": str(party.case)})
    return [row.number for row in rows if row.state in OPEN]


def listed(session: Session, case: Case) -> list[tuple[NameCorrection, str, str]]:
    """The corrections of a case, oldest first, each with the name before and after in clear."""
    key = cases.case_key(case)
    found = session.scalars(select(NameCorrection).where(NameCorrection.case == case.id).order_by(NameCorrection.at))
    return [
        (
            row,
            key.decrypt_text(Place("name_corrections", "before", row.id), row.before),
            key.decrypt_text(Place("name_corrections", "after", row.id), row.after),
        )
        for row in found
    ]
