"""退回时限 (obligation 10.10): until when a request may be returned in time, while it lies open and after it was returned.

It binds who returns and nobody else: kept among the limits it would pass in every request that is answered, so it is
computed from the raw instants whenever it is asked for, and kept with the return (`Return.limit_at`, `late`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.explaining import explain
from domain.instants import is_past, written
from domain.limits import HandlingType, Situation, return_limit
from domain.readings import Readings
from ledger import rules
from ledger.calendars import opening_hours
from ledger.deadlines.around import Around
from ledger.tables.duty import RuleChange
from ledger.tables.inbox import Return, Suspension
from ledger.tables.verifications import Deadline, Request


@dataclass(frozen=True)
class ReturnLimit:
    """`status`: running, passed (an answer is owed, a return would be late), undetermined; met or missed once it was
    returned; closed where it ended otherwise."""

    due: datetime | None
    status: str
    missing_year: int | None
    explanation: str


def due_of(session: Session, request: Request) -> datetime | None:
    """The instant; None where its year has no calendar, or there was no regulation yet."""
    limit = return_limit(_situation(session, request))
    return limit.due if limit is not None else None


def of_request(session: Session, request: Request, *, now: datetime) -> ReturnLimit | None:
    """The limit with its reason and how it stands; None before the regulation was in force."""
    situation = _situation(session, request)
    limit = return_limit(situation)
    if limit is None:
        return None
    back = session.scalar(select(Return).where(Return.request == request.id))
    if back is None:
        return ReturnLimit(limit.due, _status(limit.due, request, now), limit.missing_year, explain(situation, limit))
    said = explain(situation, limit)
    if back.limit_at is not None and back.limit_at != limit.due:  # the record stands, whatever the rules say now
        said = f"退回时按当时的规则和安排,退回时限为{written(back.limit_at)}(义务 10.10)。"
    status = "undetermined" if back.limit_at is None else "missed" if back.late else "met"
    return ReturnLimit(back.limit_at, status, limit.missing_year if back.limit_at is None else None, said)


def of_page(session: Session, requests: Collection[Request]) -> dict[UUID, datetime | None]:
    """Of the open requests of a page of one unit's inbox, without a question for each."""
    ids = [one.id for one in requests]
    rested = set(session.scalars(select(Suspension.request).where(Suspension.request.in_(ids))))
    current, change = rules.readings(), rules.change_to(session, rules.readings().version)
    older = select(Deadline.request).where(Deadline.request.in_(ids), Deadline.rule_version != current.version)
    before = set(session.scalars(older)) | {one.id for one in requests if change is not None and one.received_at < _since(change)}
    hours = {unit: opening_hours.timetable_of(session, unit) for unit in {one.unit for one in requests}}
    found: dict[UUID, datetime | None] = {}
    for request in requests:
        if request.id in before or request.id in rested or current.outage_deducted:
            found[request.id] = due_of(session, request)
            continue
        limit = return_limit(
            Situation(HandlingType.OTHER, request.received_at, None, hours[request.unit](request.received_at), current, unit=request.unit)
        )
        found[request.id] = limit.due if limit is not None else None
    return found


def _situation(session: Session, request: Request) -> Situation:
    """By the readings by which the request runs; what a change would have ended before it took effect, by those of before."""
    own = rules.of_request(session, request.id)
    change = rules.change_to(session, own.version)
    found = _by(session, request, own)
    if change is None or request.received_at >= _since(change):
        return found
    limit = return_limit(found)
    backwards = limit is not None and limit.due is not None and limit.due <= _since(change)
    return _by(session, request, rules.before(session, change)) if backwards else found


def _since(change: RuleChange) -> datetime:
    return change.effective_from or change.at


def _by(session: Session, request: Request, readings: Readings) -> Situation:
    around = Around(session, request.received_at)
    hours, pauses = around.hours(request.unit, request.received_at), around.stopped(request, readings)
    return Situation(HandlingType.OTHER, request.received_at, None, hours, readings, pauses=pauses, unit=request.unit)


def _status(due: datetime | None, request: Request, now: datetime) -> str:
    if request.ended_at is not None or request.answered_at is not None:
        return "closed"
    if due is None:
        return "undetermined"
    return "passed" if is_past(due, now) else "running"
