"""督办的依据: whether and from when 督办 of a request counts, and its half hour, from the facts alone (10.12, reading 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.explaining import explain_supervision
from domain.instants import is_past
from domain.lifecycle import Event, State
from domain.limits import LimitKind, supervision
from domain.progress import warn_at
from domain.readings import Readings
from domain.records import Cause
from ledger import rules
from ledger.calendars import opening_hours
from ledger.deadlines import clocks
from ledger.deadlines.pauses import pauses
from ledger.lifecycle.moves import move, note
from ledger.outbox.alarms import clear_alarm
from ledger.tables.inbox import Supervision
from ledger.tables.verifications import Deadline, Request, Verification


def of_request(session: Session, request: UUID) -> Supervision | None:
    """The 督办 of a request: one at most that stands, whichever limit was missed first."""
    newest = select(Supervision).where(Supervision.request == request).order_by(Supervision.closed_at.desc().nulls_first())
    return session.scalar(newest.limit(1))


def ground(session: Session, request: Request) -> datetime | None:
    """The instant from which 督办 of this request counts (10.12, reading 11), or None: it is no matter of who noticed.

    The first limit that was missed before the unit had answered; a soft one counts unless a reason for it had been
    approved by then. Not while a supplement was waited for: then from its end.
    """
    missed = select(Deadline).where(
        Deadline.request == request.id, Deadline.kind.in_((LimitKind.SOFT, LimitKind.HARD)), Deadline.missed_at.is_not(None)
    )
    rests = pauses(session, request.id)
    for limit in session.scalars(missed.order_by(Deadline.missed_at)):
        at = limit.missed_at
        assert at is not None
        if limit.known_at is not None and is_past(at, limit.known_at):
            continue  # nobody could have known it: no 督办 in arrears (reading 25)
        if limit.kind is LimitKind.SOFT and (not rules.of_version(session, limit.rule_version).soft_supervision or _was_excused(limit, at)):
            continue
        since = max([at, *(rest.end for rest in rests if rest.start <= at < rest.end)])
        if request.answered_at is None or since < request.answered_at:
            return since
    return None


def _was_excused(limit: Deadline, at: datetime) -> bool:
    return limit.excuse_approved is True and limit.excuse_decided_at is not None and limit.excuse_decided_at <= at


def set_half_hour(session: Session, deadline: Deadline, unit: str, since: datetime, *, now: datetime) -> dict[str, Any]:
    """The half hour from `since` in the row, as the unit's hours are; gives what changed.

    One that runs by other readings keeps them where those in force would have ended it before they took effect.
    """
    hours, readings = opening_hours.hours_of(session, unit, since), rules.readings()
    limit = supervision(since, hours, readings, unit)
    own = _own_readings(session, deadline)
    if own.version != readings.version and clocks.falls_before([limit], rules.starts(session, now)[0]):
        limit, readings = supervision(since, hours, own, unit), own
    said, warns = explain_supervision(since, limit, hours, readings), warn_at(limit, readings, hours)
    return clocks.write(session, deadline, limit, said, now=now, warns=warns, readings=readings)


def _own_readings(session: Session, deadline: Deadline) -> Readings:
    """By which it runs; of one that only begins: by which the limit ran whose miss it follows."""
    if deadline.rule_version is not None:
        return rules.of_version(session, deadline.rule_version)
    return rules.readings() if deadline.request is None else rules.of_request(session, deadline.request)


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
    changed |= set_half_hour(session, deadline, found.unit, since, now=now)
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
