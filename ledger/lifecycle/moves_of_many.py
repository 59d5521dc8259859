"""The same event for many verifications, each with its own instant, detail and columns: all or none. Beside `moves`, the only
writer of a verification's state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import TEXT, ColumnElement, cast, column, func, insert, select, update, values
from sqlalchemy.orm import Session

from domain.lifecycle import NOTES, Event, State, may_move
from domain.limits import aware
from ledger.lifecycle.moves import TOLD, Lease, held, why_refused
from ledger.tables.verifications import EventRow, Verification


@dataclass(frozen=True)
class Step:
    """What happened to one of many verifications, and the columns that it sets there: of all in one call the same ones."""

    number: str
    at: datetime
    detail: dict[str, Any]
    columns: dict[str, Any] = field(default_factory=dict)


def move_all(session: Session, event: Event, origin: State, target: State, steps: list[Step], *, actor: str, lease: Lease | None) -> None:
    """`move` for many, into a state that no caller waits for. All or none: raises as `move` does.

    The caller holds their rows. With a lease: one verification's.
    """
    if not may_move(origin, event, target) or target in TOLD:
        raise ValueError(f"no such move of many: {origin} --{event}--> {target}")
    _set_all(session, steps, [Verification.state == origin, *held(lease)], origin, lease, state=target, failed_passes=0)
    _record_all(session, event, steps, actor, origin, target)


def note_all(session: Session, event: Event, steps: list[Step], *, actor: str, lease: Lease | None = None, **columns: Any) -> None:
    """`note` for many, in the given order; `columns` are set for all of them. All or none. The caller holds their rows.

    What sets nothing and may be noted in any state has no condition left to check.
    """
    if columns or any(step.columns for step in steps):
        _set_all(session, steps, [Verification.state.in_(NOTES[event]), *held(lease)], None, lease, **columns)
    elif lease is not None or NOTES[event] != frozenset(State):
        numbers = sorted({step.number for step in steps})
        there = select(Verification.number).where(Verification.number.in_(numbers), Verification.state.in_(NOTES[event]), *held(lease))
        _all_hit(session, steps, session.scalars(there), None, lease)
    _record_all(session, event, steps, actor, None, None)


def schedule_all(session: Session, instants: Mapping[str, datetime], lease: Lease | None) -> None:
    """`schedule` for many."""
    steps = [Step(number, at, {}, {"next_instant": aware(at)}) for number, at in instants.items()]
    _set_all(session, steps, held(lease), None, lease)


def _set_all(
    session: Session, steps: list[Step], where: list[ColumnElement[bool]], origin: State | None, lease: Lease | None, **columns: Any
) -> None:
    if not steps:
        return
    names = sorted(steps[0].columns)
    rows = {step.number: (step.number, *(step.columns[name] for name in names)) for step in steps}
    given = values(column("number", TEXT), *(column(name, getattr(Verification, name).type) for name in names), name="given")
    given = given.data([rows[number] for number in sorted(rows)])
    own = {name: cast(given.c[name], getattr(Verification, name).type) for name in names}
    hit = session.scalars(
        update(Verification)
        .where(Verification.number == given.c.number, *where)
        .values(**columns, **own)
        .returning(Verification.number)
        .execution_options(synchronize_session=False)
    )
    _all_hit(session, steps, hit, origin, lease)


def _all_hit(session: Session, steps: list[Step], hit: Iterable[str], origin: State | None, lease: Lease | None) -> None:
    if missing := {step.number for step in steps} - set(hit):
        raise why_refused(session, min(missing), origin, lease)


def _record_all(session: Session, event: Event, steps: list[Step], actor: str, origin: State | None, target: State | None) -> None:
    if not steps:
        return
    of_all = {"event": event, "actor": actor, "origin": origin, "target": target}
    rows = [of_all | {"verification": step.number, "at": aware(step.at), "detail": step.detail} for step in steps]
    session.execute(insert(EventRow).values(recorded_at=func.clock_timestamp()), rows)
