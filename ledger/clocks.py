"""时限 on the record (article 10): set with the request, moved by pauses, ended, missed at the instant that was due."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from domain import limits as rule
from domain.calendar import MissingYear
from domain.explaining import explain
from domain.intervals import Interval, union
from domain.lifecycle import Event
from domain.limits import Limit, LimitKind, Situation, limits, next_opening_reminder
from domain.progress import warn_at
from domain.scope import CatalogEntry
from ledger import outages, rules, timetables
from ledger.alarms import raise_alarm
from ledger.calendars import calendar
from ledger.entries import load_entry
from ledger.moves import Lease, note, request_wake
from ledger.standings import lock
from ledger.tables.cases import Case
from ledger.tables.inbox import Suspension
from ledger.tables.verifications import Deadline, Request, Verification

_FAR = datetime.max.replace(tzinfo=UTC)
_STANDING = Deadline.met_at.is_(None), Deadline.missed_at.is_(None), Deadline.closed_at.is_(None)


def set_limits(session: Session, row: Verification, request: Request, entry: CatalogEntry, *, now: datetime) -> datetime:
    """Start the clocks of a request that has just come (reading 6); gives when it is due next."""
    situation = situation_of(session, row, request, entry)
    rules.remember(session, now)
    for limit in limits(situation):
        session.add(_written(session, Deadline(id=uuid4(), verification=row.number, request=request.id), limit, situation, now))
    session.flush()
    ahead = open_limits(session, row.number)
    return ahead[0].due_at or now if ahead else reminder(session, request.unit, now)


def situation_of(session: Session, row: Verification, request: Request, entry: CatalogEntry) -> Situation:
    """What decides the limits of a request, as its case, its unit's hours and its pauses stand now."""
    case = session.get_one(Case, row.case)
    return Situation(
        handling=case.handling,
        received=request.received_at,
        promise_end=case.promise_end,
        promise_derived=case.promise_derived,
        promise_missing=_promise_missing(session, case),
        database_backed=entry.database_backed,
        share_failed=row.share_failed,
        own_limit=entry.limit,
        hours=timetables.hours_of(session, request.unit, request.received_at),
        readings=rules.readings(),
        pauses=_stopped(session, request),
    )


def _promise_missing(session: Session, case: Case) -> int | None:
    """The year whose calendar the promised days wait for, or None."""
    if case.promise_end is not None or case.promised_days is None:
        return None
    try:
        rule.promise_end(case.accepted_at, case.promised_days, calendar(session))
    except MissingYear as missing:
        return missing.year
    return None


def _stopped(session: Session, request: Request) -> tuple[Interval, ...]:
    """When the request's clock stood still: supplements, and outages where the district deducts them (reading 21)."""
    found = pauses(session, request.id)
    if rules.readings().outage_deducted:
        found += tuple(outages.between(session, request.received_at, _FAR))
    return union(found)


def _written(session: Session, row: Deadline, limit: Limit, situation: Situation, now: datetime) -> Deadline:
    """The limit in its row, with the reason why it falls on that minute."""
    row.kind, row.started_at, row.target_at, row.due_at = limit.kind, limit.start, limit.target, limit.due
    row.warn_at = warn_at(limit.start, limit.due, situation.readings) if limit.start and limit.due else None
    row.pausable, row.missing_year, row.provisional = limit.pausable, limit.missing_year, limit.provisional
    row.rule_version, row.obligations, row.note = situation.readings.version, list(limit.obligations), limit.note
    row.explanation = explain(situation, limit)
    if limit.missing_year is not None:
        text = f"{limit.missing_year} 年的工作日历尚未录入,有时限暂记“未定”。请录入日历,时限将自动补算。"
        raise_alarm(session, "calendar_missing", str(limit.missing_year), text, now=now)
    return row


def recompute(
    session: Session, number: str, *, now: datetime, actor: str, reason: str, lease: Lease | None = None
) -> None:
    """Compute the open request's limits anew: a pause ended, the promise moved, a calendar came, hours changed.

    What was met or missed stays as it is: a rule does not undo the record. `reason` is a fixed code. The change is on
    the record, and a pass is asked for, since the run's next instant has moved.
    """
    row = lock(session, number)
    request = session.scalar(
        select(Request).where(
            Request.verification == number, Request.answered_at.is_(None), Request.withdrawn_at.is_(None)
        )
    )
    if request is None:
        return
    situation = situation_of(session, row, request, load_entry(session, row.entry))
    rules.remember(session, now)
    computed = {limit.kind: limit for limit in limits(situation)}
    known = {
        limit.kind: limit
        for limit in session.scalars(
            select(Deadline).where(Deadline.request == request.id, Deadline.kind.in_((LimitKind.SOFT, LimitKind.HARD)))
        )
    }
    for kind, deadline in known.items():
        if deadline.met_at is None and deadline.missed_at is None:
            if kind in computed:
                _written(session, deadline, computed[kind], situation, now).closed_at = None
            else:
                deadline.closed_at = now
    for kind in computed.keys() - known.keys():
        fresh = Deadline(id=uuid4(), verification=number, request=request.id)
        session.add(_written(session, fresh, computed[kind], situation, now))
    session.flush()
    ahead = open_limits(session, number)
    detail = {"reason": reason, "version": situation.readings.version}
    detail |= {limit.kind.value: limit.due.isoformat() if limit.due else "undetermined" for limit in computed.values()}
    following = ahead[0].due_at if ahead else reminder(session, request.unit, now)
    note(
        session, number, Event.RECALCULATED, at=now, actor=actor, lease=lease, detail=detail, next_instant=following
    )
    request_wake(session, number)


def pauses(session: Session, request: UUID) -> tuple[Interval, ...]:
    """补正 of a request that have ended, to the second (reading 10)."""
    rows = session.scalars(
        select(Suspension).where(Suspension.request == request, Suspension.ended_at.is_not(None)).order_by(Suspension.asked_at)
    )
    return tuple(Interval(row.asked_at, row.ended_at) for row in rows if row.ended_at is not None)


def is_resting(session: Session, request: UUID) -> bool:
    """True while a supplement is asked for."""
    query = select(Suspension.id).where(Suspension.request == request, Suspension.ended_at.is_(None))
    return session.scalar(query) is not None


def return_limit(session: Session, request: Request) -> datetime | None:
    """Until when the request may be returned in time (10.10); None where the year has no calendar."""
    row = session.get_one(Verification, request.verification)
    return rule.return_limit(situation_of(session, row, request, load_entry(session, row.entry)))


def reminder(session: Session, unit: str, now: datetime) -> datetime:
    """When to look again where no limit is ahead: the unit's next opening, never in the past."""
    return next_opening_reminder(now, timetables.hours_of(session, unit, now))


def end_limits(
    session: Session, number: str, *, now: datetime, actor: str, answered: bool, lease: Lease | None = None,
    request: UUID | None = None,
) -> None:  # fmt: skip
    """End every open limit (of one request, or of all): met where `answered`, else without a score (reading 20).

    A limit that has passed is missed either way, whether or not a pass has noticed it yet. 督办 is not ended by an
    answer: its feedback is still owed (reading 11, `ledger.supervisions`).
    """
    for limit in _standing(session, number):
        if request is not None and limit.request != request:
            continue
        if limit.kind is LimitKind.SUPERVISION and answered:
            continue
        rests = limit.pausable and limit.request is not None and is_resting(session, limit.request)
        if limit.due_at is not None and limit.due_at < now and not rests and limit.kind is not LimitKind.CHOICE:
            miss(session, limit, actor=actor, lease=lease)
        elif answered:
            limit.met_at = now
        else:
            limit.closed_at = now


def miss(session: Session, limit: Deadline, *, actor: str, lease: Lease | None) -> None:
    """Put a miss on the record, stamped with the instant that was due."""
    assert limit.due_at is not None
    limit.missed_at = limit.due_at
    detail = {"kind": limit.kind.value, "obligations": ",".join(limit.obligations)}
    note(session, limit.verification, Event.MISSED, at=limit.due_at, actor=actor, lease=lease, detail=detail)


def _standing(session: Session, number: str) -> list[Deadline]:
    return list(session.scalars(select(Deadline).where(Deadline.verification == number, *_STANDING)))


def open_limits(session: Session, number: str) -> list[Deadline]:
    """Limits that run: neither met nor missed nor closed, not 未定, not resting for a supplement; the earliest first."""
    resting = select(Suspension.id).where(Suspension.request == Deadline.request, Suspension.ended_at.is_(None)).exists()
    return list(
        session.scalars(
            select(Deadline)
            .where(
                Deadline.verification == number,
                *_STANDING,
                Deadline.due_at.is_not(None),
                not_(and_(Deadline.pausable, resting)),
            )
            .order_by(Deadline.due_at)
        )
    )
