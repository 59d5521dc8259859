"""时限重算: what still runs is computed anew from the raw instants when a rule, a day, an hour or a pause changed.

What was met or missed stays: a rule does not undo the record. Two things alone reach back: a limit that was 未定 when
it ended is decided by its year (reading 25), and an outage that the district deducts lifts the misses that it caused
(reading 21). Each change stands in one event with the numbers before and after.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.explaining import explain
from domain.instants import is_past
from domain.lifecycle import OPEN, WAITING, Event
from domain.limits import Limit, LimitKind, Situation, limits
from domain.records import Cause
from ledger import rules
from ledger.catalog.entries import load_entry
from ledger.deadlines import clocks, promises, return_limits, supervision_basis
from ledger.lifecycle.moves import note, request_wake
from ledger.lifecycle.snapshots import lock
from ledger.supervision import escalation
from ledger.tables.inbox import Return
from ledger.tables.verifications import Deadline, Request, Verification

_KINDS = LimitKind.SOFT, LimitKind.HARD


def recompute(session: Session, number: str, *, now: datetime, actor: str, cause: Cause) -> bool:
    """Compute the verification's limits anew; True where one changed. Then the change is on the record, and a pass is
    asked for, since the run's next instant has moved. Doing it twice changes nothing.

    What passed before the change is missed first, whoever would have noticed it; not where the clock stood still, for
    the stored instant does not say so yet.
    """
    row = lock(session, number)
    if cause not in {Cause.OUTAGE, Cause.SUPPLEMENT}:
        escalation.catch_up(session, row, now=now)
    rules.remember(session, now)
    changes: list[dict[str, Any]] = []
    requests = select(Request).where(Request.verification == number).order_by(Request.received_at)
    for request in session.scalars(requests).all():
        changes += _limits(session, row, request, cause, now=now, actor=actor)
        changes += _return(session, request, cause)
        changes += supervision_basis.rebase(session, row, request, lifts=cause is Cause.OUTAGE, now=now, actor=actor)
    changes += promises.rewrite(session, row, cause=cause, now=now)
    if not changes:
        return False
    session.flush()
    session.refresh(row)
    detail = {"reason": cause.value, "version": rules.readings().version, "changes": changes}
    following: dict[str, Any] = {}
    if row.state in WAITING:
        following["next_instant"] = clocks.next_look(session, number, row.issuing_unit or row.unit, now)
    note(session, number, Event.RECALCULATED, at=now, actor=actor, detail=detail, **following)
    if row.state in OPEN:
        request_wake(session, number)
    return True


def _limits(session: Session, row: Verification, request: Request, cause: Cause, *, now: datetime, actor: str) -> list[dict[str, Any]]:
    """The soft and the hard limit of one request."""
    known = session.scalars(select(Deadline).where(Deadline.request == request.id, Deadline.kind.in_(_KINDS))).all()
    # One that vanished behind the promise may come back, as long as the request runs.
    open_ones = {one.kind: one for one in known if not _is_decided(one) and not (one.closed_at and request.ended_at)}
    missed = {one.kind: one for one in known if one.missed_at is not None}
    lifts = cause is Cause.OUTAGE
    if request.ended_at is not None and not open_ones and not (lifts and missed):
        return []
    situation = _situation(session, row, request, now)
    computed = {limit.kind: limit for limit in limits(situation)}
    changes = []
    for kind in _KINDS:
        limit, deadline, late = computed.get(kind), open_ones.get(kind), missed.get(kind)
        if deadline is None and lifts and late is not None and late.pausable and (limit is None or limit.due != late.due_at):
            clocks.lift(session, late, now=now, actor=actor)
            deadline = late
        if deadline is None:
            if limit is None or request.ended_at is not None or (late is not None and not _is_another(limit, late, cause, now)):
                continue
            deadline = Deadline(id=uuid4(), verification=row.number, request=request.id)
        changed = _rewrite(session, deadline, limit, situation, now)
        _decide(session, deadline, request, lifts=lifts, now=now, actor=actor)
        if changed:
            changes.append(clocks.numbers(kind, changed))
    return changes


def _situation(session: Session, row: Verification, request: Request, now: datetime) -> Situation:
    """By the readings in force, unless they would judge it backwards: what by them would have ended before they take
    effect runs on by those that it began with, and so does what has ended and only waits for its year."""
    entry, own = load_entry(session, row.entry), rules.of_request(session, request.id)
    situation = clocks.situation_of(session, row, request, entry, rules.readings())
    if own.version == rules.readings().version:
        return situation
    since, _ = rules.starts(session, now)
    if request.ended_at is None and not clocks.falls_before(limits(situation), since):
        return situation
    return clocks.situation_of(session, row, request, entry, own)


def _is_decided(limit: Deadline) -> bool:
    return limit.met_at is not None or limit.missed_at is not None


def _is_another(limit: Limit, late: Deadline, cause: Cause, now: datetime) -> bool:
    """A promise that was moved after it had been missed is a new one, if it is still ahead (reading 10)."""
    moved = cause is Cause.PROMISE and not late.pausable and limit.due != late.due_at
    return moved and (limit.due is None or not is_past(limit.due, now))


def _rewrite(session: Session, deadline: Deadline, limit: Limit | None, situation: Situation, now: datetime) -> dict[str, tuple[Any, Any]]:
    if limit is None:  # it vanished behind the hard one (reading 3)
        was, deadline.closed_at = deadline.closed_at, deadline.closed_at or now
        return {"due_at": (deadline.due_at, None)} if was is None else {}
    warns = clocks.warning(situation, limit)
    changed = clocks.write(session, deadline, limit, explain(situation, limit), now=now, warns=warns, readings=situation.readings)
    if deadline.closed_at is not None:
        deadline.closed_at = None
        changed |= {"due_at": (None, deadline.due_at)}
    session.flush()
    return changed


def _decide(session: Session, deadline: Deadline, request: Request, *, lifts: bool, now: datetime, actor: str) -> None:
    """Met or missed by the raw instants, where the request's clock has ended already; a lifted miss at once."""
    if deadline.closed_at is not None or deadline.due_at is None:
        return
    if request.ended_at is None:
        if lifts and is_past(deadline.due_at, now):
            clocks.miss(session, deadline, actor=actor, lease=None)
    elif is_past(deadline.due_at, request.ended_at):
        clocks.miss(session, deadline, actor=actor, lease=None)
    elif request.withdrawn_at is None:
        deadline.met_at = request.ended_at
    else:
        deadline.closed_at = request.ended_at


def _return(session: Session, request: Request, cause: Cause) -> list[dict[str, Any]]:
    """退回 in time or late (obligation 10.10): decided when its year comes, or when an outage moved its half hour."""
    back = session.scalar(select(Return).where(Return.request == request.id))
    if back is None or (back.limit_at is not None and cause is not Cause.OUTAGE):
        return []
    before, limit = (back.limit_at, back.late), return_limits.due_of(session, request)
    back.limit_at, back.late = limit, limit is not None and is_past(limit, back.at)
    if before == (back.limit_at, back.late):
        return []
    return [clocks.numbers("return", {"due_at": (before[0], limit), "late": (before[1], back.late)})]
