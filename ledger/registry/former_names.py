"""曾用名: what units and proofs were called before, and until when: a list or a complaint may still call them so."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.register_changes import Register, RegisterChangeKind, RegisterChangeStatus
from ledger.tables.register_changes import RegisterChange
from ledger.tables.registry import ProofKind, Unit, UnitChange


class FormerName(NamedTuple):
    """A name that counts no more, and the day on which it ended (Asia/Shanghai)."""

    name: str
    until: date


def of_units(session: Session) -> dict[str, list[FormerName]]:
    """Unit -> what it was called, and what those were called that were merged into it; no name that a unit in use bears now."""
    heirs = dict(session.execute(select(Unit.code, Unit.merged_into)).tuples().all())
    found: dict[str, list[FormerName]] = {}
    renamed = session.execute(select(UnitChange.unit, UnitChange.before, UnitChange.at).order_by(UnitChange.at)).tuples()
    for unit, name, at in (*_confirmed(session, Register.UNITS), *renamed):
        found.setdefault(heirs.get(unit) or unit, []).append(FormerName(name, _day(at)))
    borne = set(session.scalars(select(Unit.name).where(Unit.active.is_(True))))
    return {unit: [one for one in names if one.name not in borne] for unit, names in found.items()}


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
