"""新受理: verifications that were filed and that no pass has looked at. Workers take them from the ledger itself; Prefect
hears of each when its first pass has ended (decision 0036).

The order is the regulation's and a fair one: 即办件 before the others; of each unit one after the other in turn, so that a
unit's own rush waits behind the others' single requests; then what the department promised first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from domain.lifecycle import State
from domain.limits import HandlingType
from domain.methods import Method
from ledger.lifecycle.groups import hold
from ledger.lifecycle.moves import Lease
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.verifications import Verification
from settings import settings

_NOW = func.clock_timestamp()


def _fresh(of: Any) -> ColumnElement[bool]:
    return and_(of.state == State.RECEIVED, of.flow_run.is_(None), of.wake_requested_at.is_not(None))


def _free(of: Any = Verification) -> ColumnElement[bool]:
    """`of`: the table, or columns of it by their names."""
    return and_(_fresh(of), of.paused_at.is_(None), or_(of.lease_until.is_(None), of.lease_until < _NOW))


#: What this module looks after: whatever else wants a pass has its flow run, by which Prefect calls it.
FRESH = _fresh(Verification)
_SHORT: ColumnElement[bool] = Case.handling == HandlingType.IMMEDIATE
_ASKED = (Verification.state, Verification.flow_run, Verification.wake_requested_at, Verification.paused_at, Verification.lease_until)


def _line(*only: ColumnElement[bool]) -> Select[tuple[str, datetime, int]]:
    """All that wait, by number: each with its place, the first in turn being 1. `only`: of these alone."""
    immediate = case((_SHORT, 0), else_=1)
    turn = func.row_number().over(partition_by=(Verification.unit, immediate), order_by=Verification.filed_at)
    turns = (
        select(Verification.number, Verification.filed_at, immediate.label("rank"), turn.label("turn"), Case.promise_end)
        .join(Case, Case.id == Verification.case)
        .where(_free(), *only)
        .subquery()
    )
    order = turns.c.rank, turns.c.turn, turns.c.promise_end.nulls_last(), turns.c.filed_at, turns.c.number
    return select(turns.c.number, turns.c.filed_at, func.row_number().over(order_by=order).label("place"))


@dataclass(frozen=True)
class Fresh:
    """One of them, under a lease; `serial`, `unit` and `method` (the first of the list's order) are its run's. `short`: 即办件."""

    lease: Lease
    serial: int
    unit: str
    method: Method | None
    short: bool = False


def take(session: Session, owner: str, limit: int, *, short: bool | None = None) -> list[Fresh]:
    """Takes the leases of at most `limit` of them, the first in turn first; each goes to one worker only. `short`: of 即办件
    alone, or of all but them."""
    line = _line(*([] if short is None else [_SHORT == short])).order_by("place").subquery()
    # Locked one by one in the line's order, each found by its number: a line that has just grown is in no statistics, and a join
    # planned for one or two that wait made the whole line again for each of two hundred.
    row = select(Verification.number, *_ASKED).where(Verification.number == line.c.number).limit(1)
    locked = row.with_for_update(skip_locked=True).lateral()
    chosen = select(locked.c.number).select_from(line.join(locked, true())).where(_free(locked.c)).limit(limit)
    rows = session.execute(
        hold(chosen, owner).returning(
            Verification.number,
            Verification.lease_token,
            Verification.run_serial,
            Verification.unit,
            select(Entry.methods).where(Entry.id == Verification.entry).scalar_subquery(),
            select(_SHORT).where(Case.id == Verification.case).scalar_subquery(),
        )
    )
    return [
        Fresh(Lease(number, owner, token), serial, unit, Method(methods[0]) if methods else None, short)
        for number, token, serial, unit, methods, short in rows
    ]


def waiting(session: Session) -> tuple[int, int]:
    """How many there are: of 即办件, and of the others."""
    immediate = func.count().filter(_SHORT)
    query = select(immediate, func.count()).select_from(Verification).join(Case, Case.id == Verification.case)
    short, every = session.execute(query.where(_free())).one()
    return short, every - short


def expected_seconds(session: Session, number: str, *, now: datetime) -> float | None:
    """How long its first pass will be waited for, by its place and by what has ended since the line began; None where it
    does not wait, or where the line is too young to say."""
    # Of a 即办件 the line of all that wait behind it is not made; and none is made twice.
    mine = select(_SHORT).join(Verification, Verification.case == Case.id).where(Verification.number == number).scalar_subquery()
    line = _line(or_(_SHORT, ~mine)).cte("line")
    began = select(func.min(line.c.filed_at)).scalar_subquery()
    ended = select(func.count()).where(Verification.ended_at >= began).scalar_subquery()
    found = session.execute(select(line.c.place, began, ended).where(line.c.number == number)).one_or_none()
    if found is None or not found[2] or (lasted := (now - found[1]).total_seconds() / settings().clock_rate) < 1:
        return None
    return float(int(found[0]) * lasted / int(found[2]))
