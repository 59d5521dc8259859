"""回避 on the record: asked wherever somebody decides about a unit, by the API and by commands alike (domain.recusal)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.recusal import Subject, must_recuse, why_not
from domain.refusal import Refusal
from domain.roles import Role
from ledger.actor import person_of
from ledger.succession import heir
from ledger.tables.recusals import Recusal
from ledger.tables.registry import Person, Unit

OFFICE = frozenset({Role.OFFICE})


class MustRecuse(Refusal, code="must_recuse"):
    """回避: she may not decide this; the text is Chinese and says who can. Nothing was written."""

    def __init__(self, text: str, subject: Subject, key: str) -> None:
        super().__init__(text, facts={"subject": subject.value, "key": key})


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


def _withdrawn(session: Session, subject: Subject, key: str) -> set[str]:
    return set(session.scalars(select(Recusal.person).where(Recusal.subject == subject, Recusal.key == key)))


def _others(session: Session, subject: Subject, key: str, units: set[str], roles: Iterable[Role]) -> list[str]:
    """Who may decide instead, as people are called."""
    query = (
        select(Person, Unit.name)
        .join(Unit, Unit.code == Person.unit)
        .where(Person.active.is_(True), Unit.active.is_(True), Person.roles.overlap([role.value for role in roles]))
        .order_by(Person.code)
    )
    withdrawn = _withdrawn(session, subject, key)
    return [
        f"{person.name}({unit})"
        for person, unit in session.execute(query).tuples()
        if person.code not in withdrawn and heir(session, person.unit) not in units
    ]
