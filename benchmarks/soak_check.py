"""The week held against the reference: each instant walked again from the raw record, each escalation counted."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from benchmarks.walking import BEIJING, Ask, Desk, due, half_hour_from
from domain.lifecycle import OPEN, Event
from ledger.database import transaction
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.effects import Notice
from ledger.tables.inbox import Supervision, Suspension
from ledger.tables.verifications import Deadline, EventRow, Request, Verification
from settings import settings

if TYPE_CHECKING:
    from benchmarks.district_week import Week

OFFICE = Desk(((510, 720), (810, 1050)))  # the week of 2 March 2026 has no day off
ALWAYS = Desk(((0, 1440),), ((0, 1440),), sunday=((0, 1440),))
DESKS = defaultdict(lambda: OFFICE, {"370402-GUANGMING": ALWAYS, "370402-CIVIL": ALWAYS})


def still_open() -> int:
    """How many verifications have not ended."""
    with transaction() as session:
        return session.scalar(select(func.count()).where(Verification.state.in_(OPEN))) or 0


def check(week: Week, rate: float) -> tuple[str, bool]:
    """The report, and whether everything agrees."""
    with transaction() as session:
        rows = session.execute(
            select(Request, Verification, Case, Entry)
            .join(Verification, Verification.number == Request.verification)
            .join(Case, Case.id == Verification.case)
            .join(Entry, Entry.id == Verification.entry)
        ).tuples().all()
        limits: dict[UUID, list[Deadline]] = defaultdict(list)
        for limit in session.scalars(select(Deadline).where(Deadline.request.is_not(None))):
            limits[limit.request].append(limit)  # type: ignore[index]
        rests: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
        for rest in session.scalars(select(Suspension).where(Suspension.ended_at.is_not(None))):
            rests[rest.request].append((rest.asked_at.astimezone(BEIJING), rest.ended_at.astimezone(BEIJING)))  # type: ignore[union-attr]
        supervised = {one.request: one for one in session.scalars(select(Supervision))}
        events = session.scalars(select(EventRow)).all()
        ended = session.scalar(select(func.count()).select_from(Verification)) or 0
        told = session.execute(select(Notice.kind, Notice.cause, Notice.channel, Notice.recipient)).all()

    wrong: list[str] = []
    compared = 0
    for request, row, case, _ in rows:
        desk = DESKS[request.unit]
        ask = Ask(
            case.handling.value, request.received_at.astimezone(BEIJING),
            case.promise_end.astimezone(BEIJING) if case.promise_end else None, False, row.share_failed,
            tuple(rests[request.id]), desk,
        )  # fmt: skip
        wanted = due(ask)
        for limit in limits[request.id]:
            if limit.closed_at is not None and limit.kind.value != "supervision":
                continue  # ended without a score: a pause that never ended counts for nothing
            compared += 1
            if limit.kind.value == "supervision":
                expected = half_hour_from(supervised[request.id].opened_at.astimezone(BEIJING), desk)
            else:
                expected = wanted[limit.kind.value]
            if limit.due_at is None or abs(limit.due_at - expected) > timedelta(seconds=1):
                wrong.append(f"{row.number} {limit.kind.value}: {limit.due_at} instead of {expected}")
            wrong += _outcome(request, row, limit, supervised.get(request.id))
    wrong += _once(events, supervised, limits)
    wrong += [f"told twice: {cause}" for cause, count in Counter(map(tuple, told)).items() if count > 1]
    late = sorted(
        (event.recorded_at - settings().wall(event.at)).total_seconds() for event in events if event.event is Event.MISSED
    )
    by_kind = Counter(event.event.value for event in events)
    text = _report(week, rate, ended, len(rows), compared, wrong, late, by_kind)
    return text, not wrong and ended >= week.count


def _outcome(request: Request, row: Verification, limit: Deadline, supervision: Supervision | None) -> list[str]:
    """Met or missed as the raw instants say."""
    if limit.closed_at is not None or limit.due_at is None:
        return []
    if limit.kind.value == "supervision":
        assert supervision is not None
        if supervision.closed_at is not None:
            return []
        both = (supervision.handled_at, supervision.fed_back_at)
        end = max(both) if all(both) else None  # type: ignore[type-var]
    else:
        end = row.ended_at if request.answered_at else None
    should = end is None or end > limit.due_at
    if should is (limit.missed_at is not None) and (limit.missed_at in (None, limit.due_at)):
        return []
    return [f"{row.number} {limit.kind.value}: due {limit.due_at}, ended {end}, missed {limit.missed_at}"]


def _once(
    events: object, supervised: dict[UUID, Supervision], limits: dict[UUID, list[Deadline]]
) -> list[str]:
    """Every miss, 督办 and report to the office: one event each, no more and no less."""
    counted: Counter[tuple[str, str]] = Counter()
    for event in events:  # type: ignore[attr-defined]
        counted[event.event.value, event.verification] += 1
    wanted: Counter[tuple[str, str]] = Counter()
    for found in limits.values():
        for limit in found:
            if limit.missed_at is not None:
                wanted["missed", limit.verification] += 1
    for one in supervised.values():
        wanted["supervised", one.verification] += 1
        if one.office_told_at is not None:
            wanted["office_told", one.verification] += 1
    names = {"missed", "supervised", "office_told"}
    return [
        f"{number}: {name} {counted[name, number]} times instead of {wanted[name, number]}"
        for name, number in {key for key in counted if key[0] in names} | set(wanted)
        if counted[name, number] != wanted[name, number]
    ]


def _report(
    week: Week, rate: float, ended: int, requests: int, compared: int, wrong: list[str], late: list[float],
    by_kind: Counter[str],
) -> str:  # fmt: skip
    lateness = "none missed"
    if late:
        p95 = statistics.quantiles(late, n=20)[-1] if len(late) > 1 else late[0]
        lateness = f"p50 {statistics.median(late):.2f} s, p95 {p95:.2f} s, longest {late[-1]:.2f} s (wall clock)"
    shown = ("missed", "supervised", "feedback", "office_told", "returned", "forwarded", "supplement_asked", "supplemented", "withdrawn", "delivered")
    lines = [
        "# A working week, simulated",
        "",
        f"Written by `./run soak --count {week.count} --rate {rate:g} --seed {week.seed}`: real processes, one fast clock.",
        "",
        f"- {ended} verifications ended, {requests} requests to issuing units",
        f"- {compared} due instants compared with the walk over the minutes, {len(wrong)} differ",
        f"- lateness of {len(late)} recorded misses: {lateness}",
        "- events: " + ", ".join(f"{name} {by_kind[name]}" for name in shown),
        f"- refused acts, as they should be: {dict(week.refused) or 'none'}",
        *[f"- WRONG {line}" for line in wrong[:50]],
    ]
    return "\n".join(lines) + "\n"
