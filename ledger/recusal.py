"""回避 on the record: asked wherever somebody decides about a unit, by the API and by commands alike (domain.recusal)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.limits import aware
from domain.recusal import BY_HERSELF, Subject, must_recuse, why_not
from domain.roles import Role
from ledger import paging
from ledger.actor import person_of
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import heir
from ledger.tables.admission import LookupBlock
from ledger.tables.catalog import CatalogQuestion, Proposal
from ledger.tables.commitments import CreditBlock
from ledger.tables.oversight import Complaint, Lead
from ledger.tables.recusals import Recusal
from ledger.tables.registry import Person, Unit
from ledger.tables.retention import Hold, RetentionItem
from ledger.tables.verifications import Request, Verification
from ledger.vault import Place, vault

OFFICE = frozenset({Role.OFFICE})


class MustRecuse(Exception):
    """回避: she may not decide this; the text is Chinese and says who can. Nothing was written."""

    def __init__(self, text: str, subject: Subject, key: str) -> None:
        super().__init__(text)
        self.subject, self.key = subject, key


class RecusalRefused(Exception):
    """There is nothing to withdraw from; the text is Chinese."""


def check(
    session: Session, subject: Subject, key: object, concerned: Iterable[str | None], *, actor: str, roles: Iterable[Role] = OFFICE
) -> None:
    """Raise `MustRecuse` where this person may not decide. `concerned`: whose conduct it is about; `roles`: who else may.

    What the system does by itself decides about nobody. A command says which person of the register decides.
    """
    if actor.startswith("system:"):
        return
    person = session.get(Person, person_of(actor))
    units = {heir(session, unit) for unit in concerned if unit}
    if person is None:
        if units:
            raise MustRecuse("须由登记的工作人员决定,请写明由谁办理。", subject, str(key))
        return
    recused = person.code in _withdrawn(session, subject, str(key))
    own = heir(session, person.unit)
    if must_recuse(own, units, recused):
        own_name = session.get_one(Unit, own).name if own in units else None
        raise MustRecuse(why_not(own_name, subject, _others(session, subject, str(key), units, roles)), subject, str(key))


def withdraw(session: Session, subject: Subject, key: str, why: str, *, person: str, unit: str, now: datetime) -> Recusal:
    """回避登记 by her own word; the same again gives what stands. Raises `RecusalRefused`."""
    if subject not in BY_HERSELF:
        raise RecusalRefused(f"{subject.chinese}按规则自动回避,无需登记。")
    if (written := _key(session, subject, key)) is None:
        raise RecusalRefused(f"没有这项{subject.chinese}。")
    key = written
    known = select(Recusal).where(Recusal.person == person, Recusal.subject == subject, Recusal.key == key)
    if (row := session.scalar(known)) is not None:
        return row
    new = uuid4()
    sealed = vault().encrypt(Place("recusals", "why", new), why.encode())
    row = Recusal(id=new, at=aware(now), person=person, unit=unit, subject=subject, key=key, why=sealed)
    session.add(row)
    session.flush()
    return row


def listed(session: Session, page: PageRequest = FIRST, *, subject: Subject | None = None) -> Page[Recusal]:
    """The newest first."""
    query = select(Recusal)
    if subject is not None:
        query = query.where(Recusal.subject == subject)
    return paging.scalars(session, query, (Recusal.at.desc(), Recusal.id.desc()), page)


def why_of(row: Recusal) -> str:
    """What she wrote, in clear."""
    return vault().decrypt(Place("recusals", "why", row.id), row.why).decode()


def _withdrawn(session: Session, subject: Subject, key: str) -> set[str]:
    return set(session.scalars(select(Recusal.person).where(Recusal.subject == subject, Recusal.key == key)))


def _others(session: Session, subject: Subject, key: str, units: set[str], roles: Iterable[Role]) -> list[str]:
    """Who may decide instead, as people are called."""
    query = (
        select(Person, Unit.name).join(Unit, Unit.code == Person.unit)
        .where(Person.active.is_(True), Unit.active.is_(True), Person.roles.overlap([role.value for role in roles]))
        .order_by(Person.code)
    )  # fmt: skip
    withdrawn = _withdrawn(session, subject, key)
    return [
        f"{person.name}({unit})"
        for person, unit in session.execute(query).tuples()
        if person.code not in withdrawn and heir(session, person.unit) not in units
    ]


#: Subject -> its table's column by which people call it.
_KEYS: Mapping[Subject, Any] = {
    Subject.COMPLAINT: Complaint.number, Subject.LEAD: Lead.number, Subject.EXCUSE: Request.id, Subject.PROPOSAL: Proposal.id,
    Subject.QUESTION: CatalogQuestion.id, Subject.RETENTION: RetentionItem.id, Subject.HOLD: Hold.id, Subject.CREDIT: CreditBlock.id,
    Subject.VERIFICATION: Verification.number, Subject.INSPECTION: Unit.code, Subject.LOOKUP_BLOCK: LookupBlock.id,
}  # fmt: skip


def _key(session: Session, subject: Subject, key: str) -> str | None:
    """The key as the ledger writes it, however somebody did (7 is 007): that is what is compared; None: there is no such thing."""
    column = _KEYS[subject]
    read: Callable[[str], Any] = column.type.python_type  # UUID, int, str
    try:
        found = session.scalar(select(column).where(column == read(key)))
    except ValueError:
        return None
    return None if found is None else str(found)
