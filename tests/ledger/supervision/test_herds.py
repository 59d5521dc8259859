"""督办 of many at once: each as if it were alone, once, whoever else acts on it at that instant, and at the cost of few."""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from domain.inbox import ExcuseReason, SupervisionOutcome
from domain.lifecycle import State
from domain.methods import Answer
from domain.share import ShareOutcome
from ledger.arrangements.opening_hours import set_timetable
from ledger.calendars import duty
from ledger.casework import attention
from ledger.database import transaction
from ledger.deadlines import justifications, supervision_basis, sweep
from ledger.inbox import requests, supplements
from ledger.lifecycle.moves import Lease, LeaseLost
from ledger.lifecycle.snapshots import lock
from ledger.methods import failures
from ledger.supervision import escalation, opening, supervisions
from ledger.tables.effects import Notice
from ledger.tables.inbox import Supervision
from settings import Settings
from tasks import sweep as sweeping
from tests.ledger.acting import (
    HOUR,
    ISSUER,
    MINUTE,
    TICK,
    alarms,
    all_of,
    asked,
    at_once,
    do,
    events,
    found,
    hold,
    immediate,
    limits,
    names,
    reply,
    row,
    take_up,
)
from tests.ledger.filing import NOW, file
from tests.patience import wait_until
from tests.statements import counting

pytestmark = pytest.mark.usefixtures("ledger")

CHIEF = "person:demo-guangming-2"


def at_half_past() -> list[str]:
    return [immediate()[0].number for _ in range(12)]


# --- each as if it were alone


def choosing(at: datetime) -> str:
    lease = hold(file(now=at))
    take_up(lease, at)
    found(lease, ShareOutcome.SEVERAL, now=at)
    return lease.number


def with_a_person(at: datetime) -> str:
    lease, _ = immediate(at)
    for _ in range(5):
        do(failures.pass_failed, lease, "SomeError", now=at, actor="system:w1")
    return lease.number


def paused(at: datetime) -> str:
    lease, _ = asked(at=at)
    do(attention.pause, lease.number, now=at, actor="test")
    return lease.number


def unverifiable(at: datetime) -> str:
    lease, request = immediate(at)
    reply(request, Answer.CANNOT_VERIFY, at + MINUTE, fields={})
    return lease.number


def answered(at: datetime) -> str:
    lease, request = immediate(at)
    reply(request, now=at + MINUTE)
    return lease.number


def resting(at: datetime) -> str:
    lease, request = immediate(at)
    do(supplements.ask, request, ISSUER, "缺少门牌号", now=at + MINUTE, actor="x")
    return lease.number


def rested(at: datetime) -> str:
    number = resting(at)
    do(supplements.supply, number, "演示路 1 号", now=at + 9 * MINUTE, actor="person:demo-permit-1")
    return number


def excused(at: datetime) -> str:
    lease, request = asked(at=at)
    do(justifications.give, request, ISSUER, next(iter(ExcuseReason)), now=at + MINUTE, actor="x")
    do(justifications.decide, request, True, now=at + 2 * MINUTE, actor="system:test")
    return lease.number


def known_to_the_office(at: datetime) -> str:
    lease, _ = immediate(at - 2 * HOUR)
    do(escalation.escalate, lease.number, now=at - HOUR + TICK, actor="x")
    return lease.number


KINDS = [
    lambda at: immediate(at)[0].number,
    lambda at: asked(at=at)[0].number,
    choosing,
    with_a_person,
    paused,
    unverifiable,
    answered,
    resting,
    rested,
    excused,
    known_to_the_office,
]


def record(number: str) -> dict[str, Any]:
    """Everything that is kept of it, but for ids and when it was written."""
    now, of = row(number), {one.id: one for one in all_of(Supervision, verification=number)}
    spoken = [(one.event, one.at, one.origin, one.target, {k: v for k, v in one.detail.items() if not is_id(v)}) for one in events(number)]
    return {
        "stands": (now.state, now.next_instant, now.attention, now.attention_from, now.method),
        "events": spoken,
        "limits": {kind: (one.started_at, one.due_at, one.missed_at, one.explanation) for kind, one in limits(number).items()},
        "supervisions": sorted((one.unit, one.supervisor or "", one.opened_at, str(one.office_told_at)) for one in of.values()),
        "notices": sorted((one.kind, one.recipient, one.channel, one.about) for one in all_of(Notice, verification=number)),
    }


def is_id(value: Any) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


@pytest.mark.parametrize("seed", range(3))
def test_of_many_at_once_each_has_the_record_that_it_has_alone(seed: int) -> None:
    """Twins: the one goes through its limits alone, the other in the herd, at instants that a worker happened to look."""
    draw = random.Random(seed)
    shorter = [{"workday": [["09:30", "11:00"]], "first": "01-01", "last": "12-31"}]
    do(set_timetable, ISSUER, shorter, effective_from=NOW + 3 * HOUR, reason="test", now=NOW - HOUR, actor="x")
    arrivals = [(kind, NOW + draw.randrange(0, 240) * MINUTE) for kind in KINDS]
    alone, together = ([kind(at) for kind, at in arrivals] for _ in range(2))
    looks = sorted(NOW + draw.choice([40 * MINUTE, 5 * HOUR, 24 * HOUR]) + draw.randrange(0, 4000) * MINUTE for _ in range(3))
    for now in looks:
        for number in alone:
            do(escalation.escalate, number, now=now, actor="x")
        assert do(escalation.escalate_all, together, now=now, actor="x") == set(together)
        assert [record(number) for number in together] == [record(number) for number in alone]
    assert len(all_of(Supervision)) >= 8


def test_the_herd_of_a_unit_without_supervisor_is_one_alarm_and_tells_its_agents() -> None:
    first, second = (immediate()[0].number for _ in range(2))
    for one in do(duty.appointments, ISSUER):
        do(duty.end_appointment, ISSUER, one.id, None, now=NOW + MINUTE, actor="x")
    do(escalation.escalate_all, [first, second], now=NOW + 31 * MINUTE, actor="x")
    assert ("no_supervisor", ISSUER) in alarms()
    assert {one.supervisor for one in all_of(Supervision)} == {None}
    told = {(one.verification, one.recipient) for one in all_of(Notice, kind="supervision", unit=ISSUER)}
    assert {number for number, _ in told} == {first, second} and len({person for _, person in told}) >= 1


# --- at the cost of few


def test_thirty_cost_no_more_statements_than_three() -> None:
    spent = []
    for count in (3, 30):
        numbers = [immediate()[0].number for _ in range(count)]
        for now in (NOW + 31 * MINUTE, NOW + 61 * MINUTE):  # 督办 opens; then the office is told of what became of it
            with counting() as asked_for:
                assert do(escalation.escalate_all, numbers, now=now, actor="x") == set(numbers)
            spent.append(len(asked_for.statements))
        assert all(names(number)[3:] == ["missed", "supervised", "missed", "office_told"] for number in numbers)
    assert spent[:2] == spent[2:] and max(spent) <= 40


# --- once, whoever else acts on it at that instant


def test_sweeps_passes_and_people_at_one_instant_open_each_once() -> None:
    now = NOW + 31 * MINUTE
    for _ in range(3):
        held = [immediate() for _ in range(24)]
        numbers = [lease.number for lease, _ in held]
        do(sweep.record_misses, now=now, actor="x")
        swept = [partial(sweeping._escalate_all, numbers[:], now)] * 2
        passes = [partial(do, escalation.escalate, lease.number, now=now, actor="x", lease=lease) for lease, _ in held[:4]]
        replies = [partial(reply, request, now=now) for _, request in held[4:8]]
        left = [partial(do, attention.withdraw, number, now=now, actor="person:demo-permit-1") for number in numbers[8:12]]
        asks = [partial(do, supplements.ask, request, ISSUER, "缺少门牌号", now=now, actor="x") for _, request in held[12:14]]
        outcomes = at_once(*swept, *passes, *replies, *left, *asks)
        assert [one for one in outcomes[:-2] if isinstance(one, Exception)] == []
        for number in numbers:
            opened = all_of(Supervision, verification=number)
            assert len(opened) == 1 and names(number).count("supervised") == names(number).count("missed") == 1
            told = [(one.cause, one.recipient) for one in all_of(Notice, verification=number, kind="supervision")]
            assert len(told) == len(set(told)) and {cause for cause, _ in told} == {str(opened[0].id)}
        assert do(sweep.to_escalate, now=now) == []


def test_one_that_somebody_works_on_does_not_keep_the_others_waiting() -> None:
    numbers, now = at_half_past(), NOW + 31 * MINUTE
    do(sweep.record_misses, now=now, actor="x")
    with transaction() as session:
        lock(session, numbers[5])
        thread = threading.Thread(target=sweeping._escalate_all, args=(numbers, now), daemon=True)
        thread.start()
        wait_until(lambda: len(all_of(Supervision)) == 11, 20, "the others are supervised")
        assert thread.is_alive()
    thread.join(20)
    assert len(all_of(Supervision)) == 12 and names(numbers[5])[-1] == "supervised"


def test_one_that_fails_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, now = at_half_past(), NOW + 31 * MINUTE
    monkeypatch.setattr(Settings, "now", lambda _self: now)
    half_hour = supervision_basis.set_half_hour

    def set_half_hour(session: Any, deadline: Any, *args: Any, **more: Any) -> Any:
        if deadline.verification == numbers[11]:
            raise RuntimeError("a row that nobody foresaw")
        return half_hour(session, deadline, *args, **more)

    monkeypatch.setattr(opening.supervision_basis, "set_half_hour", set_half_hour)
    assert sweeping.catch_up() >= 12
    assert {one.verification for one in all_of(Supervision)} == set(numbers) - {numbers[11]}
    monkeypatch.undo()
    monkeypatch.setattr(Settings, "now", lambda _self: now)
    sweeping.catch_up()
    assert {one.verification for one in all_of(Supervision)} == set(numbers)


def test_a_pass_that_lost_its_lease_opens_nothing() -> None:
    lease, _ = immediate()
    lost = Lease(lease.number, lease.owner, lease.token - 1)
    for recorded in (False, True):
        with pytest.raises(LeaseLost):
            do(escalation.escalate, lease.number, now=NOW + 31 * MINUTE, actor="x", lease=lost)
        assert all_of(Supervision) == [] and "supervised" not in names(lease.number)
        if not recorded:
            do(sweep.record_misses, now=NOW + 31 * MINUTE, actor="x")


def test_feedback_that_came_in_the_half_hour_is_not_undone_by_the_herd() -> None:
    numbers = at_half_past()[:4]
    do(escalation.escalate_all, numbers, now=NOW + 31 * MINUTE, actor="x")
    (one,) = all_of(Supervision, verification=numbers[0])
    request = do(requests.open_request, numbers[0])
    assert request is not None
    reply(request.id, now=NOW + 40 * MINUTE)
    do(supervisions.feed_back, one.id, ISSUER, SupervisionOutcome.DONE, "已督促", now=NOW + 41 * MINUTE, actor=CHIEF)
    do(escalation.escalate_all, numbers, now=NOW + 2 * HOUR, actor="x")
    assert row(numbers[0]).state is State.TO_BE_SEALED and limits(numbers[0])["supervision"].missed_at is None
    assert [names(number)[-1] for number in numbers[1:]] == ["office_told"] * 3


def test_warnings_of_many_leave_at_once_and_once() -> None:
    numbers = at_half_past()
    due = limits(numbers[0])["hard"].warn_at
    assert due is not None
    with counting() as asked_for:
        assert do(sweep.warn, now=due, actor="x") == 12
    assert len(asked_for.statements) <= 12
    assert sorted(one.verification or "" for one in all_of(Notice, kind="warning")) == sorted(numbers)
    assert do(sweep.warn, now=due + timedelta(minutes=1), actor="x") == 0
