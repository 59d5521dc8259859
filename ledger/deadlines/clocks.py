"""时限 on the record (article 10): set with the request, ended, missed at the instant that was due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, not_, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from domain import limits as rule
from domain.calendar import Calendar, MissingYear
from domain.explaining import explain
from domain.instants import is_past
from domain.lifecycle import Event
from domain.limits import COMPUTED_LATER, Limit, LimitKind, Situation, limits, next_opening_reminder
from domain.progress import warn_at
from domain.readings import Readings
from domain.records import Cause
from domain.scope import CatalogEntry
from ledger import rules
from ledger.calendars import opening_hours
from ledger.deadlines.around import Around
from ledger.deadlines.pauses import rests
from ledger.lifecycle.moves import Lease, note
from ledger.lifecycle.moves_of_many import Step, note_all
from ledger.lifecycle.snapshots import state_at
from ledger.outbox.alarms import raise_alarm
from ledger.tables.cases import Case
from ledger.tables.verifications import Deadline, Request, Verification

STANDING = Deadline.met_at.is_(None), Deadline.missed_at.is_(None), Deadline.closed_at.is_(None)


def known_in_time() -> ColumnElement[bool]:
    """In a query over misses: the limit was known when it passed. Whose year came later urges nobody (reading 25)."""
    return or_(Deadline.known_at.is_(None), not_(is_past(Deadline.missed_at, Deadline.known_at)))


def set_limits(session: Session, row: Verification, request: Request, entry: CatalogEntry, *, now: datetime) -> datetime:
    """Start the clocks of a request that has just come (reading 6); gives when it is due next."""
    situation = situation_of(session, row, request, entry, rules.readings())
    since, until_then = rules.starts(session, now)
    if until_then is not None and falls_before(limits(situation), since):
        situation = situation_of(session, row, request, entry, until_then)
    rules.remember(session, now)
    for limit in limits(situation):
        fresh = Deadline(id=uuid4(), verification=row.number, request=request.id)
        write(session, fresh, limit, explain(situation, limit), now=now, warns=warning(situation, limit), readings=situation.readings)
    session.flush()
    return next_look(session, row.number, request.unit, now)


def warning(situation: Situation, limit: Limit) -> datetime | None:
    """When a limit of this request is warned of: in the unit's service time."""
    return warn_at(limit, situation.readings, situation.hours, situation.pauses if limit.pausable else ())


def falls_before(found: Iterable[Limit], since: datetime) -> bool:
    """Whether one of them ends before a changed reading takes effect: then the readings of before go on for them all."""
    return any(limit.due is not None and limit.due <= since for limit in found)


def situation_of(
    session: Session, row: Verification, request: Request, entry: CatalogEntry, readings: Readings, around: Around | None = None
) -> Situation:
    """What decides the limits of a request by these readings, as its case, its unit's hours and its pauses stand now.

    A promise that had passed before the request came binds others, not this unit (`ledger.deadlines.promises`). `around`: of whoever
    looks at many.
    """
    around = around or Around(session, request.received_at)
    case = session.get_one(Case, row.case)
    ahead = case.promise_end is None or not is_past(case.promise_end, request.received_at)
    return Situation(
        handling=case.handling,
        received=request.received_at,
        promise_end=case.promise_end if ahead else None,
        promise_derived=case.promise_derived,
        promise_provisional=promise_is_provisional(case, lambda: around.calendar),
        promise_missing=promise_missing(case, lambda: around.calendar),
        database_backed=entry.database_backed,
        share_failed=row.share_failed,
        own_limit=entry.limit,
        hours=around.hours(request.unit, request.received_at),
        readings=readings,
        pauses=around.stopped(request, readings),
        unit=request.unit,
    )


def promise_missing(case: Case, known: Callable[[], Calendar]) -> int | None:
    """The year whose calendar the promised days wait for, or None. `known` is asked where it matters."""
    if case.promise_end is not None or case.promised_days is None:
        return None
    try:
        rule.promise_end(case.accepted_at, case.promised_days, known())
    except MissingYear as missing:
        return missing.year
    return None


def promise_is_provisional(case: Case, known: Callable[[], Calendar]) -> bool:
    """True where the promised days were counted in a provisional year (reading 25)."""
    if case.promise_end is None or not case.promise_derived:
        return False
    return rule.promise_is_provisional(case.accepted_at, case.promise_end, known())


def write(
    session: Session,
    row: Deadline,
    limit: Limit,
    explanation: str,
    *,
    now: datetime,
    warns: datetime | None = None,
    readings: Readings | None = None,
) -> dict[str, Any]:
    """The limit in its row, with the reason why it falls on that minute; gives what changed: name -> (before, after).

    Where nothing changed the row stays as it is, its explanation too. A warning given for another instant is none.
    One that waited for its year says so for good (reading 25). `readings`: by which it was computed; those in force.
    """
    readings = readings or rules.readings()
    note_text = limit.note
    if limit.missing_year is None and (row.missing_year is not None or COMPUTED_LATER in (row.note or "")):
        note_text = ";".join(text for text in (limit.note, COMPUTED_LATER) if text)
        explanation += "到期时刻原因缺少工作日历暂记“未定”,系日历录入后补算(解读 25)。"
    values = {
        "kind": limit.kind,
        "started_at": limit.start,
        "target_at": limit.target,
        "due_at": limit.due,
        "warn_at": warns,
        "pausable": limit.pausable,
        "missing_year": limit.missing_year,
        "provisional": limit.provisional,
        "rule_version": readings.version,
        "obligations": list(limit.obligations),
        "note": note_text,
    }
    changed = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
    if changed:
        for name, (_, value) in changed.items():
            setattr(row, name, value)
        row.explanation = explanation
        if "missing_year" in changed and changed["missing_year"][0] is not None and limit.missing_year is None:
            row.known_at = now
        if "warn_at" in changed:
            row.warned_at = None
        session.add(row)
    if limit.missing_year is not None:
        text = f"{limit.missing_year} 年的工作日历尚未录入,有时限暂记“未定”。请录入日历,时限将自动补算。"
        raise_alarm(session, "calendar_missing", str(limit.missing_year), text, now=now)
    return changed


def numbers(kind: str, changed: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    """What `write` changed, as the event tells it: one can follow each number back."""
    return {
        "kind": kind,
        "before": {name: _plain(before) for name, (before, _) in changed.items()},
        "after": {name: _plain(after) for name, (_, after) in changed.items()},
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def reminder(session: Session, unit: str, now: datetime) -> datetime:
    """When to look again where no limit is ahead: the unit's next opening, never in the past."""
    return next_opening_reminder(now, opening_hours.hours_of(session, unit, now))


def next_limit(session: Session, number: str) -> datetime | None:
    """The next limit that somebody keeps, or None. The promise of a case in nobody's inbox is none of them: nothing
    follows from it but its record, which is the sweep's."""
    return first_kept(open_limits(session, number))


def first_kept(running: Iterable[Deadline]) -> datetime | None:
    """The same of limits that were read."""
    return next((limit.due_at for limit in running if limit.request or limit.kind is LimitKind.CHOICE), None)


def next_look(session: Session, number: str, unit: str, now: datetime) -> datetime:
    """When a pass has something to do: the next limit, else the next opening of `unit`."""
    return next_limit(session, number) or reminder(session, unit, now)


def end_limits(
    session: Session, number: str, *, now: datetime, actor: str, answered: bool, lease: Lease | None = None, request: UUID | None = None
) -> None:
    """End every open limit (of one request, or of all): met where `answered`, else without a score (reading 20).

    A limit that has passed is missed either way, whether or not a pass has noticed it yet. One that is 未定 when it is
    answered waits for its year, which decides it by `Request.ended_at`. 督办 is not ended here: its feedback is still
    owed (reading 11, `ledger.supervision.supervisions`).
    """
    for limit in session.scalars(select(Deadline).where(Deadline.verification == number, *STANDING)).all():
        if limit.kind is LimitKind.SUPERVISION or (request is not None and limit.request != request):
            continue
        if limit.due_at is not None and is_past(limit.due_at, now) and limit.kind is not LimitKind.CHOICE:
            miss(session, limit, actor=actor, lease=lease)
        elif not answered:
            limit.closed_at = now
        elif limit.due_at is not None:
            limit.met_at = now
    ended = select(Request).where(Request.verification == number, Request.ended_at.is_(None))
    for one in session.scalars(ended if request is None else ended.where(Request.id == request)):
        one.ended_at = now
    session.flush()


def miss(session: Session, limit: Deadline, *, actor: str, lease: Lease | None) -> None:
    """Put a miss on the record, stamped with the instant that was due."""
    miss_all(session, [limit], actor=actor, lease=lease)


def miss_all(session: Session, passed: list[Deadline], *, actor: str, lease: Lease | None) -> None:
    """`miss` for many, in that order; their verifications are locked."""
    if not passed:
        return
    at_its_instant = update(Deadline).where(Deadline.id.in_([limit.id for limit in passed])).values(missed_at=Deadline.due_at)
    session.execute(at_its_instant.execution_options(synchronize_session=False))
    for limit in passed:
        set_committed_value(limit, "missed_at", limit.due_at)
    steps = [missed(session, limit.verification, limit.request, limit.kind, limit.obligations, limit.due_at) for limit in passed]
    note_all(session, Event.MISSED, steps, actor=actor, lease=lease)


def missed(session: Session, number: str, request: UUID | None, kind: LimitKind, marks: list[str], due: datetime | None) -> Step:
    """What the record says of a limit that has passed."""
    assert due is not None
    detail = {"kind": kind.value, "obligations": ",".join(marks)}
    if request is None and kind is LimitKind.HARD:
        detail |= where(session, number, due)
    return Step(number, due, detail)


def lift(session: Session, limit: Deadline, *, now: datetime, actor: str) -> None:
    """Take a miss back: the platform was away (reading 21). The miss stays among the events, and this beside it."""
    assert limit.missed_at is not None
    detail = {"kind": limit.kind.value, "was": limit.missed_at.isoformat(), "reason": Cause.OUTAGE.value}
    limit.missed_at = None
    note(session, limit.verification, Event.LIFTED, at=now, actor=actor, detail=detail)


def where(session: Session, number: str, at: datetime) -> dict[str, str]:
    """Where the case lay when a promise of its own passed: with no unit, so that the record names the state."""
    state = state_at(session, number, at)
    return {"where": state.value} if state is not None else {}


def open_limits(session: Session, number: str) -> list[Deadline]:
    """Limits that run: neither met nor missed nor closed, not 未定, not resting for a supplement; the earliest first."""
    return open_limits_of(session, [number])[number]


def open_limits_of(session: Session, numbers: Collection[str]) -> dict[str, list[Deadline]]:
    """The same for each of many."""
    running = select(Deadline).where(Deadline.verification.in_(numbers), *STANDING, Deadline.due_at.is_not(None), not_(rests()))
    found: dict[str, list[Deadline]] = {number: [] for number in numbers}
    for limit in session.scalars(running.order_by(Deadline.due_at)):
        found[limit.verification].append(limit)
    return found
