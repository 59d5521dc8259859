"""时限说明: every limit of a verification, why it falls on that minute, its colour, and the time that has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import limits as rule
from domain.lifecycle import Event
from domain.limits import LimitKind
from domain.progress import PROMISE_SHORT, Bound, Colour, Elapsed, colour, elapsed, promise_is_short
from ledger import rules
from ledger.calendars import opening_hours, outages
from ledger.catalog.entries import load_entry
from ledger.deadlines import clocks, promises, return_limits, supervision_basis
from ledger.deadlines.pauses import pauses
from ledger.deadlines.return_limits import ReturnLimit
from ledger.deadlines.rule_preview import verdict
from ledger.succession import estate
from ledger.tables.inbox import Supervision, Suspension
from ledger.tables.registry import Unit
from ledger.tables.verifications import Deadline, EventRow, Request, Verification


@dataclass(frozen=True)
class RequestTiming:
    """One request's clocks. Its elapsed times run until its clocks ended (`Request.ended_at`), or to now."""

    request: Request
    unit_name: str
    limits: list[Deadline]
    return_limit: ReturnLimit | None  #: 退回时限 (obligation 10.10)
    colour: Colour
    resting_since: datetime | None
    elapsed: Elapsed
    supervision: Supervision | None
    platform_seconds: int  #: how much of it the platform was away (reading 21)
    first_action: timedelta | None  #: until somebody of the unit did anything with it (reading 7)
    recounted: list[Recount]  #: by the readings in force, where the limits were computed by others


@dataclass(frozen=True)
class Recount:
    """What a limit would have been under the readings in force now: the raw instants say it, the record stays."""

    kind: LimitKind
    due: datetime | None
    status: str  #: running, met, missed, closed, undetermined


@dataclass(frozen=True)
class Timing:
    """The whole verification: `total` is the requesting unit's clock, which no return stops (reading 9)."""

    filed_at: datetime
    ended_at: datetime | None
    total: timedelta
    rule_version: str
    requests: list[RequestTiming]
    promise: list[Deadline]  #: the promise while no unit had the case (reading 9)


def timing(session: Session, row: Verification, *, now: datetime) -> Timing:
    """Everything about the time of one verification; no personal data."""
    rows = session.execute(
        select(Request, Unit.name)
        .join(Unit, Unit.code == Request.unit)
        .where(Request.verification == row.number)
        .order_by(Request.received_at)
    ).all()
    return Timing(
        filed_at=row.filed_at,
        ended_at=row.ended_at,
        total=(row.ended_at or now) - row.filed_at,
        rule_version=rules.readings().version,
        requests=[_request(session, row, request, name, now) for request, name in rows],
        promise=promises.of_case(session, row.number),
    )


def was_asked(session: Session, number: str, unit: str) -> bool:
    """True where a request of this verification came to `unit`."""
    return (
        session.scalar(select(Request.id).where(Request.verification == number, Request.unit.in_(estate(session, unit))).limit(1))
        is not None
    )


def colour_of(limits: list[Deadline], now: datetime, *, resting: bool) -> Colour:
    """绿, 黄 or 红 of a request with these limits; `resting`: a supplement is asked for."""
    return colour([_bound(limit, resting) for limit in limits if limit.closed_at is None], now)


def notes_of(limits: list[Deadline]) -> list[str]:
    """What is to be known of these limits, in words: 推算, 类推, 所剩不足半小时 and the like."""
    waits = sorted({limit.missing_year for limit in limits if limit.missing_year is not None and limit.closed_at is None})
    notes = [f"未定:{year} 年的工作日历尚未录入" for year in waits] + [limit.note for limit in limits if limit.note]
    short = any(promise_is_short(limit.obligations, limit.started_at, limit.due_at) for limit in limits)
    return notes + ([PROMISE_SHORT] if short else [])


def _bound(limit: Deadline, resting: bool) -> Bound:
    return Bound(
        kind=limit.kind,
        start=limit.started_at,
        due=limit.due_at,
        warns=limit.warn_at,
        missed=limit.missed_at is not None,
        short=promise_is_short(limit.obligations, limit.started_at, limit.due_at),
        ended=limit.met_at is not None,
        rests=resting and limit.pausable,
    )


def _request(session: Session, row: Verification, request: Request, unit_name: str, now: datetime) -> RequestTiming:
    limits = list(session.scalars(select(Deadline).where(Deadline.request == request.id).order_by(Deadline.due_at.nulls_last())))
    ended = request.ended_at or now
    resting = session.scalar(select(Suspension.asked_at).where(Suspension.request == request.id, Suspension.ended_at.is_(None)))
    hours = opening_hours.hours_of(session, request.unit, request.received_at)
    return RequestTiming(
        request=request,
        unit_name=unit_name,
        limits=limits,
        return_limit=return_limits.of_request(session, request, now=now),
        colour=colour_of([*limits, *promises.missed_before(session, [request]).get(request.id, [])], now, resting=resting is not None),
        resting_since=resting,
        elapsed=elapsed(request.received_at, max(ended, request.received_at), pauses(session, request.id, until=now), hours),
        supervision=supervision_basis.of_request(session, request.id),
        first_action=_first_action(session, request),
        platform_seconds=int(outages.overlapping(session, request.received_at, ended).total_seconds()),
        recounted=_recounted(session, row, request, limits, now),
    )


def _recounted(session: Session, row: Verification, request: Request, limits: list[Deadline], now: datetime) -> list[Recount]:
    if all(limit.rule_version == rules.readings().version for limit in limits):
        return []
    situation = clocks.situation_of(session, row, request, load_entry(session, row.entry), rules.readings())
    return [Recount(limit.kind, limit.due, verdict(limit.due, request, now)) for limit in rule.limits(situation)]


def _first_action(session: Session, request: Request) -> timedelta | None:
    """立即 is no number (reading 7): how long until the unit claimed, asked back, answered or returned."""
    at = session.scalar(
        select(func.min(EventRow.at)).where(
            EventRow.verification == request.verification,
            EventRow.event.in_((Event.CLAIMED, Event.SUPPLEMENT_ASKED, Event.REPLIED, Event.RETURNED)),
            EventRow.detail["request"].astext == str(request.id),
        )
    )
    return at - request.received_at if at is not None else None
