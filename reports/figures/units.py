"""单位: who they were at the end of the span, their rows, their rank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from ledger import unit_changes
from ledger.tables.registry import Unit, UnitChange
from reports.figures.span import Span
from reports.model import Rate

RANKED_FROM = 10  #: limits that fell due; fewer are not ranked


@dataclass(frozen=True)
class Register:
    """Names and standing at the end of a span, and what changed within it."""

    names: dict[str, str]
    active: list[str]
    notes: dict[str, str]


def register(session: Session, span: Span) -> Register:
    """`units` holds what is so now: changes after the span are taken back, the newest first."""
    rows = session.execute(select(Unit.code, Unit.name, Unit.active).order_by(Unit.code)).all()
    names, standing = {row.code: row.name for row in rows}, {row.code: row.active for row in rows}
    changes = unit_changes.changes(session)
    for change in reversed(changes):
        if change.at >= span.cut:
            names[change.unit] = change.before
            standing[change.unit] = standing[change.unit] or change.merged_into is not None
    notes: dict[str, str] = {}
    for change in changes:
        if span.start <= change.at < span.cut:
            notes[change.unit] = notes.get(change.unit, "") + _said(change, names)
    return Register(names, [code for code, is_active in standing.items() if is_active], notes)


def _said(change: UnitChange, names: dict[str, str]) -> str:
    day = _day(change.at)
    if change.merged_into is not None:
        return f"{change.before}于{day}并入{names[change.merged_into]},本行为并入前的情况。"
    return f"{names[change.unit]}{day}前名称为{change.before}。"


def _day(at: datetime) -> str:
    local = at.astimezone(LOCAL)
    return f"{local.month}月{local.day}日"


def ranks(rates: dict[str, Rate]) -> dict[str, int]:
    """Unit -> place by limits kept; equal shares share a place, and the next one is counted on (1, 1, 3)."""
    ranked = {unit: rate for unit, rate in rates.items() if rate.whole >= RANKED_FROM}
    return {
        # In whole numbers: 2/3 and 4/6 are the same share.
        unit: 1 + sum(other.part * rate.whole > rate.part * other.whole for other in ranked.values())
        for unit, rate in ranked.items()
    }
