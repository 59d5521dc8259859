"""曾用名: what units, matters and proofs were called before, and until when: a list or a complaint may still call them so."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.list_rows import Topic
from domain.register_changes import Register, RegisterChangeKind, RegisterChangeStatus
from ledger.tables.catalog import CatalogQuestion
from ledger.tables.register_changes import RegisterChange
from ledger.tables.registry import Matter, ProofKind, Unit, UnitChange


class FormerName(NamedTuple):
    """A name that counts no more, and the day on which it ended (Asia/Shanghai)."""

    name: str
    until: date


def of_units(session: Session) -> dict[str, list[FormerName]]:
    """Unit -> what it was called, and what those were called, for short too, that were merged into it; no name that a unit in use
    bears now."""
    heirs = dict(session.execute(select(Unit.code, Unit.merged_into)).tuples().all())
    found: dict[str, list[FormerName]] = {}
    renamed = session.execute(select(UnitChange.unit, UnitChange.before, UnitChange.at).order_by(UnitChange.at)).tuples()
    for unit, name, at in (*_confirmed(session, Register.UNITS), *renamed, *_short_names_of_merged(session)):
        found.setdefault(heirs.get(unit) or unit, []).append(FormerName(name, _day(at)))
    in_use = session.execute(select(Unit.name, Unit.aliases).where(Unit.active.is_(True))).tuples()
    borne = {each for name, aliases in in_use for each in (name, *aliases)}
    return {unit: [one for one in names if one.name not in borne] for unit, names in found.items()}


def _short_names_of_merged(session: Session) -> list[tuple[str, str, datetime]]:
    """别称 of units that are in use no more: they ended with the merger."""
    query = select(Unit.code, Unit.aliases, UnitChange.at).join(UnitChange, UnitChange.unit == Unit.code)
    merged = query.where(UnitChange.merged_into.is_not(None), Unit.active.is_(False)).order_by(UnitChange.at)
    return [(unit, alias, at) for unit, aliases, at in session.execute(merged).tuples() for alias in aliases]


def of_matters(session: Session) -> dict[str, list[FormerName]]:
    """Matter, by its code of today -> what it was called, and what the codes were whose place it took; no name that another matter in use
    bears now."""
    today = dict(session.execute(select(Matter.code, func.coalesce(Matter.succeeded_by, Matter.code))).tuples().all())
    borne = set(session.scalars(select(Matter.name).where(Matter.active.is_(True))))
    found: dict[str, list[FormerName]] = {}
    for matter, name, at in (*_confirmed(session, Register.MATTERS), *_names_of_former_codes(session)):
        if name not in borne and matter in today:
            found.setdefault(today[matter], []).append(FormerName(name, _day(at)))
    return found


def _names_of_former_codes(session: Session) -> list[tuple[str, str, datetime]]:
    """What was called otherwise under its former code ended when a person said so (事项换码)."""
    row = CatalogQuestion
    said = select(Matter.code, Matter.name, row.answered_at).join(Matter, Matter.code == row.answer)
    query = said.where(row.topic == Topic.SUCCESSION, Matter.succeeded_by.is_not(None), row.answered_at.is_not(None))
    return [(code, name, at) for code, name, at in session.execute(query.order_by(row.answered_at)).tuples() if at is not None]


def of_proofs(session: Session) -> dict[str, list[FormerName]]:
    """Proof -> what it was called; no name that another proof bears now."""
    borne = set(session.scalars(select(ProofKind.name)))
    found: dict[str, list[FormerName]] = {}
    for proof, name, at in _confirmed(session, Register.PROOFS):
        if name not in borne:
            found.setdefault(proof, []).append(FormerName(name, _day(at)))
    return found


def _confirmed(session: Session, register: Register) -> list[tuple[str, str, datetime]]:
    """(code, name until then, when) of the names that two people changed."""
    row = RegisterChange
    query = select(row.code, row.before["name"].astext, row.decided_at).where(
        row.register == register,
        row.kind == RegisterChangeKind.PUT,
        row.standing == RegisterChangeStatus.CONFIRMED,
        row.before.has_key("name"),
        row.before["name"] != row.after["name"],
    )
    return [(code, name, at) for code, name, at in session.execute(query.order_by(row.decided_at)).tuples() if at is not None]


def _day(at: datetime) -> date:
    return at.astimezone(LOCAL).date()
