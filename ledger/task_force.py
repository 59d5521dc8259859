"""工作专班成员 (obligations 4.1, 4.2): who is a member on a day, by the register that its office keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.registers import RegisterKind, people_of
from ledger.tables.oversight import RegisterEntry
from ledger.tables.registry import Person, Unit


def members(session: Session, day: date) -> dict[str, str]:
    """Person's code -> the unit for which she is a member on that day."""
    found: dict[str, str] = {}
    for row in standing(session):
        since, until = row.values["起始日期"], row.values.get("截止日期", "")
        if since <= day.isoformat() and (not until or day.isoformat() <= until):
            found |= dict.fromkeys(people_of(row.values["人员"]), row.unit)
    return found


def standing(session: Session) -> list[RegisterEntry]:
    """The rows of the register that no later one replaces."""
    return list(session.scalars(select(RegisterEntry).where(RegisterEntry.register == RegisterKind.MEMBERS, RegisterEntry.stands())))


def strangers(session: Session, named: Iterable[str], day: date) -> list[str]:
    """Of those who are said to have taken part, who is no member on that day: neither by the person's code or name, nor by that of
    a member unit. Nobody, where the register of members is still empty."""
    known = members(session, day)
    if not standing(session):
        return []
    people = session.execute(select(Person.code, Person.name).where(Person.code.in_(known))).tuples()
    units = session.execute(select(Unit.code, Unit.name, Unit.aliases).where(Unit.code.in_(known.values()))).tuples()
    right = {word for pair in people for word in pair} | {word for code, name, aliases in units for word in (code, name, *aliases)}
    return [one for one in named if one not in right]
