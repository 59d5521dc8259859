"""单位: who they were at the end of the span, their rows, their rank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from ledger.registry import unit_changes
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
    """The register as several figures look at it."""
    found: Register = span.once("register", lambda: _register(session, span))
    return found


def _register(session: Session, span: Span) -> Register:
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
    for unit, since, heir in _inherited(session, span):
        notes[heir] = notes.get(heir, "") + f"含承继的{names[unit]}({_day(since)}并入)此前收到、此后到期或答复的核验。"
    return Register(names, [code for code, is_active in standing.items() if is_active], notes)


def _inherited(session: Session, span: Span) -> list[tuple[str, datetime, str]]:
    """(unit, since, heir) where something that a merged unit had received ran on in the span: both names are said."""
    steps = {unit: (since, heir) for unit, since, heir in reversed(span.charges.steps)}  # the last one of each
    first = {unit: since for unit, since, _ in span.charges.steps}  # and since when it was no longer its own
    ran = (
        span.rows(
            session,
            """SELECT DISTINCT r.unit FROM requests r JOIN unnest(CAST(:units AS text[]), CAST(:since AS timestamptz[])) m(unit, since)
           ON m.unit = r.unit WHERE r.received_at < m.since AND (r.ended_at IS NULL OR r.ended_at >= greatest(m.since, :start))""",
            units=list(first),
            since=list(first.values()),
        )
        if first
        else []
    )
    return sorted((row.unit, first[row.unit], steps[row.unit][1]) for row in ran)


def _said(change: UnitChange, names: dict[str, str]) -> str:
    day = _day(change.at)
    if change.merged_into is not None:
        return f"{change.before}于{day}并入{names[change.merged_into]},本行为并入前到期、答复的,此后的计入{names[change.merged_into]}。"
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
