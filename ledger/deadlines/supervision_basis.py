"""督办的依据: whether and from when 督办 of a request counts, and its half hour, from the facts alone (obligation 10.12, reading 11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.explaining import explain_supervision
from domain.hours import ServiceHours
from domain.instants import is_past
from domain.lifecycle import Event, State
from domain.limits import LimitKind, supervision
from domain.progress import warn_at
from domain.readings import Readings
from domain.records import Cause
from ledger import rules
from ledger.calendars import opening_hours
from ledger.deadlines import clocks
from ledger.deadlines.pauses import pauses_of
from ledger.lifecycle.moves import move, note
from ledger.outbox.alarms import clear_alarm
from ledger.tables.inbox import Supervision
from ledger.tables.verifications import Deadline, Request, Verification


def of_request(session: Session, request: UUID) -> Supervision | None:
    """The 督办 of a request: one at most that stands, whichever limit was missed first."""
    newest = select(Supervision).where(Supervision.request == request).order_by(Supervision.closed_at.desc().nulls_first())
    return session.scalar(newest.limit(1))


def ground(session: Session, request: Request) -> datetime | None:
    """The instant from which 督办 of this request counts (obligation 10.12, reading 11), or None: it is no matter of who noticed.

    The first limit that was missed before the unit had answered; a soft one counts unless a reason for it had been
    approved by then. Not while a supplement was waited for: then from its end.
    """
    return grounds(session, [request]).get(request.id)


def grounds(session: Session, requests: Iterable[Request]) -> dict[UUID, datetime]:
    """The same for each of many; without those of which 督办 does not count."""
    of = {request.id: request for request in requests}
    missed = select(Deadline).where(
        Deadline.request.in_(of), Deadline.kind.in_((LimitKind.SOFT, LimitKind.HARD)), Deadline.missed_at.is_not(None)
    )
    rests = pauses_of(session, of)
    urges = cache(lambda version: rules.of_version(session, version).soft_supervision)
    found: dict[UUID, datetime] = {}
    for limit in session.scalars(missed.order_by(Deadline.missed_at)):
        at, request = limit.missed_at, limit.request
        assert at is not None and request is not None
        if request in found:
            continue  # the first one counts
        if limit.known_at is not None and is_past(at, limit.known_at):
            continue  # nobody could have known it: no 督办 in arrears (reading 25)
        if limit.kind is LimitKind.SOFT and (not urges(limit.rule_version) or _was_excused(limit, at)):
            continue
        since = max([at, *(rest.end for rest in rests.get(request, ()) if rest.start <= at < rest.end)])
        answered = of[request].answered_at
        if answered is None or since < answered:
            found[request] = since
    return found


def _was_excused(limit: Deadline, at: datetime) -> bool:
    return limit.excuse_approved is True and limit.excuse_decided_at is not None and limit.excuse_decided_at <= at


def set_half_hour(
    session: Session, deadline: Deadline, unit: str, since: datetime, *, hours: ServiceHours, own: Readings, now: datetime
) -> dict[str, Any]:
    """The half hour from `since` in the row, as the unit's hours are; gives what changed.

    One that runs by readings of its own keeps them where those in force would have ended it before they took effect:
    one that only begins has those by which the limit ran whose miss it follows.
    """
    readings = rules.readings()
    limit = supervision(since, hours, readings, unit)
    if own.version != readings.version and clocks.falls_before([limit], rules.starts(session, now)[0]):
        limit, readings = supervision(since, hours, own, unit), own
    said, warns = explain_supervision(since, limit, hours, readings), warn_at(limit, readings, hours)
    return clocks.write(session, deadline, limit, said, now=now, warns=warns, readings=readings)


def end(session: Session, found: Supervision, now: datetime) -> None:
    """Without a score: nothing is owed any more. A half hour that was missed stays missed."""
    found.closed_at = now
    deadline = session.get_one(Deadline, found.deadline)
    if deadline.missed_at is None:
        deadline.closed_at = now


def rebase(session: Session, row: Verification, request: Request, *, lifts: bool, now: datetime, actor: str) -> list[dict[str, Any]]:
    """Days or hours changed, or its year came (reading 25): the half hour as it is now, from the same instant.

    `lifts`: an outage may have taken back or moved the miss on which the 督办 rests; then it follows.
    """
    found = of_request(session, request.id)
    if found is None or found.closed_at is not None:
        return []
    deadline = session.get_one(Deadline, found.deadline)
    since = ground(session, request) if lifts else found.opened_at
    if since == found.opened_at and (deadline.met_at is not None or deadline.missed_at is not None):
        return []
    if since != found.opened_at and deadline.missed_at is not None:
        clocks.lift(session, deadline, now=now, actor=actor)
    if since is None:
        return _withdraw(session, row, found, deadline, now=now, actor=actor)
    changed: dict[str, tuple[Any, Any]] = {}
    if since != found.opened_at:
        changed["opened_at"], found.opened_at, deadline.met_at = (found.opened_at, since), since, None
    hours, own = opening_hours.hours_of(session, found.unit, since), rules.of_version(session, deadline.rule_version)
    changed |= set_half_hour(session, deadline, found.unit, since, hours=hours, own=own, now=now)
    session.flush()
    _decide(session, found, deadline, now=now, actor=actor)
    return [clocks.numbers(LimitKind.SUPERVISION, changed)] if changed else []


def _withdraw(
    session: Session, row: Verification, found: Supervision, deadline: Deadline, *, now: datetime, actor: str
) -> list[dict[str, Any]]:
    """Nothing was missed after all: the 督办 ends without a score, and the unit's own limit runs again."""
    deadline.met_at = None
    end(session, found, now)
    clear_alarm(session, "supervision_missed", row.number, now=now)
    detail = {"supervision": str(found.id), "reason": Cause.OUTAGE.value}
    if row.state is State.ESCALATED:
        move(session, row.number, Event.LIFTED, State.ESCALATED, State.AWAITING_REPLY, at=now, actor=actor, detail=detail)
    else:
        back = State.AWAITING_REPLY if row.attention_from is State.ESCALATED else row.attention_from
        note(session, row.number, Event.LIFTED, at=now, actor=actor, detail=detail, attention_from=back)
    return [clocks.numbers(LimitKind.SUPERVISION, {"due_at": (deadline.due_at, None)})]


def _decide(session: Session, found: Supervision, deadline: Deadline, *, now: datetime, actor: str) -> None:
    """Both halves are done already: met or missed by when they were."""
    if found.handled_at is None or found.fed_back_at is None or deadline.due_at is None:
        return
    done = max(found.handled_at, found.fed_back_at)
    if is_past(deadline.due_at, done):
        clocks.miss(session, deadline, actor=actor, lease=None)
    else:
        deadline.met_at = done
