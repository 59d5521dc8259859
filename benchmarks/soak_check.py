"""The week held against the reference: each instant walked again from the raw record, each escalation counted."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from benchmarks.verdicts import Expected, History, Verdict, expected
from domain.lifecycle import OPEN, Event, State
from ledger.database import transaction
from ledger.tables.cases import Case
from ledger.tables.effects import Notice
from ledger.tables.inbox import Supervision, Suspension
from ledger.tables.verifications import Deadline, EventRow, Request, Verification
from settings import settings
from tests.domain.walking import BEIJING, Ask, Desk

if TYPE_CHECKING:
    from benchmarks.district_week import Week

OFFICE = Desk(((510, 720), (810, 1050)))  # the week of 2 March 2026 has no day off
ALWAYS = Desk(((0, 1440),), ((0, 1440),), sunday=((0, 1440),))
DESKS = defaultdict(lambda: OFFICE, {"370402-GUANGMING": ALWAYS, "370402-CIVIL": ALWAYS})
SECOND = timedelta(seconds=1)


def still_open() -> int:
    """How many verifications have not ended."""
    with transaction() as session:
        return session.scalar(select(func.count()).where(Verification.state.in_(OPEN))) or 0


def check(week: Week, rate: float) -> tuple[str, bool]:
    """The report, and whether everything agrees."""
    now = settings().now()
    with transaction() as session:
        rows = (
            session.execute(
                select(Request, Verification, Case)
                .join(Verification, Verification.number == Request.verification)
                .join(Case, Case.id == Verification.case)
                .order_by(Request.received_at)
            )
            .tuples()
            .all()
        )
        limits: dict[UUID | None, list[Deadline]] = defaultdict(list)
        for limit in session.scalars(select(Deadline)):
            limits[limit.request].append(limit)
        rests: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
        for rest in session.scalars(select(Suspension)):
            rests[rest.request].append((_local(rest.asked_at), _local(rest.ended_at or now)))
        supervised: dict[UUID, list[Supervision]] = defaultdict(list)
        for one in session.scalars(select(Supervision)):
            supervised[one.request].append(one)
        events = session.scalars(select(EventRow)).all()
        ended = session.scalar(select(func.count()).select_from(Verification)) or 0
        told = session.execute(select(Notice.kind, Notice.cause, Notice.channel, Notice.recipient)).all()

    wrong: list[str] = []
    wanted: Counter[tuple[str, str]] = Counter()
    compared = 0
    for request, row, case in rows:
        opened = supervised[request.id]
        should = expected(_history(request, row, case, rests[request.id], opened, now))
        compared += len(should.limits) + (should.half_hour is not None)
        where = f"{row.number} {request.unit}"
        wrong += [f"{where}: {line}" for line in _differences(should, limits[request.id], opened)]
        wanted += _counted(row.number, should)
    wrong += _promises(rows, limits[None], wanted)
    counted = Counter((event.event.value, event.verification) for event in events)
    wrong += [
        f"{number}: {name} {counted[name, number]} times instead of {wanted[name, number]}"
        for name, number in {key for key in counted if key[0] in {"missed", "supervised", "office_told"}} | set(wanted)
        if counted[name, number] != wanted[name, number]
    ]
    wrong += [f"told twice: {cause}" for cause, count in Counter(map(tuple, told)).items() if count > 1]
    late = sorted((event.recorded_at - settings().wall(event.at)).total_seconds() for event in events if event.event is Event.MISSED)
    by_kind = Counter(event.event.value for event in events)
    text = _report(week, rate, ended, len(rows), compared, wrong, late, by_kind)
    return text, not wrong and ended >= week.count


def _local(instant: datetime) -> datetime:
    return instant.astimezone(BEIJING)


def _history(
    request: Request, row: Verification, case: Case, rests: list[tuple[datetime, datetime]], opened: list[Supervision], now: datetime
) -> History:
    promise = case.promise_end if case.promise_end is not None and case.promise_end >= request.received_at else None
    ask = Ask(
        case.handling.value,
        _local(request.received_at),
        _local(promise) if promise else None,
        False,
        row.share_failed,
        tuple(sorted(rests)),
        DESKS[request.unit],
    )
    return History(
        ask=ask,
        answered=request.answered_at,
        sent=row.ended_at if request.answered_at and row.state is State.DELIVERED else None,
        left=request.withdrawn_at,
        withdrawn=row.ended_at if row.state is State.WITHDRAWN else None,
        fed_back=opened[0].fed_back_at if opened else None,
        now=now,
    )


def _differences(should: Expected, found: list[Deadline], opened: list[Supervision]) -> list[str]:
    """What of the record is not as it must be: limits, closed ones too, 督办 and its half hour."""
    wanted = dict(should.limits)
    if should.half_hour is not None:
        wanted["supervision"] = should.half_hour
    said = []
    for kind in sorted({limit.kind.value for limit in found} | set(wanted)):
        stored = [limit for limit in found if limit.kind.value == kind]
        if kind not in wanted:
            # A soft limit that vanished behind the promise, once a pause had moved it (reading 3).
            said += [f"{kind}: {limit.due_at} should not be" for limit in stored if _outcome_of(limit) != "closed"]
        elif len(stored) != 1:
            said.append(f"{kind}: {len(stored)} times")
        else:
            said += _difference(kind, stored[0], wanted[kind])
    begun = [one.opened_at for one in opened]
    if len(begun) != (should.supervised is not None) or any(abs(at - should.supervised) > SECOND for at in begun if should.supervised):
        said.append(f"supervised {begun} instead of {should.supervised}")
    office = [one.office_told_at is not None for one in opened]
    if any(office) != (should.half_hour is not None and should.half_hour.outcome == "missed"):
        said.append(f"office told {office}, half hour {should.half_hour}")
    return said


def _difference(kind: str, stored: Deadline, wanted: Verdict) -> list[str]:
    outcome = _outcome_of(stored)
    if stored.due_at is None or abs(stored.due_at - wanted.due) > SECOND or outcome != wanted.outcome:
        return [f"{kind}: {stored.due_at} {outcome} instead of {wanted.due} {wanted.outcome}"]
    return [] if stored.missed_at in (None, stored.due_at) else [f"{kind}: stamped {stored.missed_at}, due {stored.due_at}"]


def _outcome_of(limit: Deadline) -> str:
    if limit.missed_at is not None:
        return "missed"
    if limit.met_at is not None:
        return "met"
    return "closed" if limit.closed_at is not None else "running"


def _counted(number: str, should: Expected) -> Counter[tuple[str, str]]:
    """The events that there must be, each once."""
    verdicts = [*should.limits.values(), *([should.half_hour] if should.half_hour else [])]
    found: Counter[tuple[str, str]] = Counter()
    found["missed", number] += sum(verdict.outcome == "missed" for verdict in verdicts)
    found["supervised", number] += should.supervised is not None
    found["office_told", number] += should.half_hour is not None and should.half_hour.outcome == "missed"
    return found


def _promises(rows: object, found: list[Deadline], wanted: Counter[tuple[str, str]]) -> list[str]:
    """The promise between two units: missed once where it passed there, else closed when the next unit had it."""
    asked: dict[str, list[Request]] = defaultdict(list)
    promises: dict[str, datetime | None] = {}
    for request, row, case in rows:  # type: ignore[attr-defined]
        asked[row.number].append(request)
        promises[row.number] = case.promise_end
    between = [limit for limit in found if limit.kind.value == "hard"]
    said = []
    for limit in between:
        promise, requests = promises[limit.verification], asked[limit.verification]
        gap = next((b.received_at for a, b in zip(requests, requests[1:], strict=False) if a.withdrawn_at == limit.started_at), None)
        missed = promise is not None and gap is not None and promise <= gap
        wanted["missed", limit.verification] += missed
        if limit.due_at != promise or (limit.missed_at is not None) != missed:
            said.append(f"{limit.verification}: promise {limit.due_at} missed {limit.missed_at}, promised {promise}")
    returned = sum(len(requests) - 1 for number, requests in asked.items() if promises[number] is not None)
    return said if len(between) >= returned else [*said, f"{returned} returns of cases with a promise, {len(between)} stretches"]


def _report(
    week: Week, rate: float, ended: int, requests: int, compared: int, wrong: list[str], late: list[float], by_kind: Counter[str]
) -> str:
    lateness = "none missed"
    if late:
        p95 = statistics.quantiles(late, n=20)[-1] if len(late) > 1 else late[0]
        lateness = f"p50 {statistics.median(late):.2f} s, p95 {p95:.2f} s, longest {late[-1]:.2f} s (wall clock)"
    shown = (
        "missed",
        "supervised",
        "feedback",
        "office_told",
        "returned",
        "forwarded",
        "supplement_asked",
        "supplemented",
        "recalculated",
        "withdrawn",
        "delivered",
    )
    lines = [
        "# A working week, simulated",
        "",
        f"Written by `./run soak --count {week.count} --rate {rate:g} --seed {week.seed}`: real processes, one fast clock.",
        "",
        f"- {ended} verifications ended, {requests} requests to issuing units",
        f"- {compared} limits, closed ones and 督办 too, compared with the walk over the minutes; {len(wrong)} differences",
        f"- lateness of {len(late)} recorded misses: {lateness}",
        "- events: " + ", ".join(f"{name} {by_kind[name]}" for name in shown),
        f"- acts while the clock rested: {_counts(week.rested)}",
        f"- refused acts, as they should be: {_counts(week.refused)}",
        *[f"- WRONG {line}" for line in wrong[:50]],
    ]
    return "\n".join(lines) + "\n"


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"
