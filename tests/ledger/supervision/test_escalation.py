"""超时与督办: each thing once, stamped with the instant that was due."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.inbox import SupervisionOutcome
from domain.lifecycle import Event, State
from domain.limits import HandlingType
from domain.methods import Answer
from domain.share import ShareOutcome
from ledger.casework import attention
from ledger.deadlines import supervision_basis
from ledger.inbox import requests
from ledger.lifecycle.moves import Lease
from ledger.methods import failures
from ledger.supervision import escalation, supervisions
from tests.ledger.acting import (
    HOUR,
    MINUTE,
    TICK,
    alarms,
    ask,
    deliver,
    do,
    escalate,
    events,
    found,
    hold,
    limits,
    names,
    promises,
    reply,
    row,
    seal,
    set_columns,
    take_up,
)
from tests.ledger.filing import NOW, file

pytestmark = pytest.mark.usefixtures("shared_ledger")

HALF = 30 * MINUTE


def asked(**changes: object) -> Lease:
    lease = hold(file("P-HARDSHIP", **changes))
    take_up(lease)
    ask(lease)
    return lease


def immediate() -> Lease:
    return asked(handling=HandlingType.IMMEDIATE, promise_end=None)


def story(number: str) -> list[tuple[str, datetime]]:
    return [(event.event.value, event.at) for event in events(number)][3:]  # after filed, taken_up, asked


def test_before_the_limit_nothing_happens_but_the_next_instant() -> None:
    lease = immediate()
    set_columns(lease.number, next_instant=NOW)
    escalate(lease, NOW + 29 * MINUTE)
    assert story(lease.number) == []
    assert row(lease.number).next_instant == NOW + HALF


@pytest.mark.parametrize("noticed", [HALF, 41 * MINUTE, 59 * MINUTE])
def test_a_miss_is_stamped_when_it_was_due_and_opens_supervision_from_there(noticed: timedelta) -> None:
    lease = immediate()
    escalate(lease, NOW + noticed)
    assert story(lease.number) == [("missed", NOW + HALF), ("supervised", NOW + HALF)]
    hard, supervision = limits(lease.number)["hard"], limits(lease.number)["supervision"]
    assert hard.missed_at == NOW + HALF
    assert (supervision.started_at, supervision.due_at) == (NOW + HALF, NOW + HOUR)
    assert supervision.obligations == ["10.12"] and supervision.missed_at is None
    now = row(lease.number)
    assert (now.state, now.next_instant) == (State.ESCALATED, NOW + HOUR)


def test_a_missed_supervision_is_the_offices_with_an_alarm_and_a_reminder_each_day() -> None:
    lease = immediate()
    for noticed in (HALF, HOUR, 5 * HOUR, 26 * HOUR):
        escalate(lease, NOW + noticed)
    assert story(lease.number) == [
        ("missed", NOW + HALF),
        ("supervised", NOW + HALF),
        ("missed", NOW + HOUR),
        ("office_told", NOW + HOUR),
        ("reminded", NOW + 26 * HOUR + TICK),
    ]
    assert ("supervision_missed", lease.number) in alarms()
    assert row(lease.number).next_instant == NOW + 26 * HOUR + TICK + timedelta(days=1)


def test_what_is_noticed_late_is_recorded_all_at_once_as_it_was_due() -> None:
    """A worker that was away for a day: the record is the same as if it had been there, but for reminders."""
    lease, away = immediate(), NOW + timedelta(days=1)
    escalate(lease, away)
    assert story(lease.number) == [("missed", NOW + HALF), ("supervised", NOW + HALF), ("missed", NOW + HOUR), ("office_told", NOW + HOUR)]


@pytest.mark.parametrize("noticed", [MINUTE, HALF, HOUR, timedelta(days=2), timedelta(days=30)])
def test_doing_it_twice_changes_nothing_and_the_next_instant_is_never_past(noticed: timedelta) -> None:
    for lease in (immediate(), asked()):
        escalate(lease, NOW + noticed)
        before, then = story(lease.number), row(lease.number).next_instant
        escalate(lease, NOW + noticed)
        assert story(lease.number) == before and row(lease.number).next_instant == then
        assert then is not None and then > NOW + noticed


def test_soft_then_hard_supervision_is_opened_once() -> None:
    lease = asked()  # 24 hours soft, five days hard
    escalate(lease, NOW + 24 * HOUR)
    escalate(lease, NOW + 25 * HOUR)
    assert row(lease.number).next_instant == NOW + timedelta(days=5)
    escalate(lease, NOW + timedelta(days=5))
    assert [name for name, _ in story(lease.number)].count("supervised") == 1
    assert {kind: limit.missed_at for kind, limit in limits(lease.number).items()} == {
        "soft": NOW + 24 * HOUR,
        "supervision": NOW + 24 * HOUR + HALF,
        "hard": NOW + timedelta(days=5),
    }


def test_a_promise_that_had_passed_before_the_request_came_is_the_cases_own_and_not_the_units() -> None:
    lease = asked(promise_end=NOW - 3 * HOUR)
    escalate(lease, NOW)
    assert [(event.event.value, event.at) for event in events(lease.number)][2:] == [("missed", NOW - 3 * HOUR), ("asked", NOW)]
    assert [(limit.request, limit.missed_at) for limit in promises(lease.number)] == [(None, NOW - 3 * HOUR)]
    assert {kind: limit.due_at for kind, limit in limits(lease.number).items()} == {"soft": NOW + 24 * HOUR}


def test_supervision_is_complete_when_answered_and_fed_back() -> None:
    lease = immediate()
    escalate(lease, NOW + HOUR)
    assert ("supervision_missed", lease.number) in alarms()
    request = do(requests.open_request, lease.number)
    assert request is not None
    reply(request.id, now=NOW + HOUR + MINUTE)
    assert ("supervision_missed", lease.number) in alarms()  # the feedback is still owed
    opened = do(supervision_basis.of_request, request.id)
    do(
        supervisions.feed_back,
        opened.id,
        request.unit,
        SupervisionOutcome.DONE,
        "已督促办结",
        now=NOW + HOUR + 2 * MINUTE,
        actor="person:demo-guangming-2",
    )
    assert ("supervision_missed", lease.number) not in alarms()
    assert row(lease.number).state is State.TO_BE_SEALED


def test_what_was_answered_meanwhile_is_left_to_the_delivery() -> None:
    """Obligation 10.6."""
    lease = hold(file("P-HARDSHIP", handling=HandlingType.IMMEDIATE, promise_end=None))
    take_up(lease)
    reply(ask(lease), now=NOW + HALF - MINUTE)
    due = row(lease.number).next_instant
    escalate(lease, NOW + HOUR)
    assert names(lease.number)[-1] == "replied" and row(lease.number).next_instant == due
    seal(lease)
    deliver(lease, NOW + HOUR)
    assert limits(lease.number)["hard"].missed_at == NOW + HALF
    assert set(limits(lease.number)) == {"hard"}


def to_a_person(lease: Lease, at: datetime) -> None:
    for _ in range(5):
        do(failures.pass_failed, lease, "SomeError", now=at, actor="system:w1")
    assert row(lease.number).state is State.NEEDS_ATTENTION


def test_clocks_and_supervision_run_on_while_a_person_has_the_case() -> None:
    lease = immediate()
    to_a_person(lease, NOW + MINUTE)
    assert row(lease.number).next_instant == NOW + HALF
    escalate(lease, NOW + HALF)
    now = row(lease.number)
    assert (now.state, now.attention_from) == (State.NEEDS_ATTENTION, State.ESCALATED)
    assert [name for name, _ in story(lease.number)][-2:] == ["missed", "supervised"]
    do(attention.retry, lease.number, now=NOW + HALF + MINUTE, actor="person:x")
    assert row(lease.number).state is State.ESCALATED


def test_the_unit_that_has_answered_is_not_supervised_for_our_own_delay() -> None:
    """Sealing fails after the answer: the limit is missed (reading 6), but nobody is urged to answer again (obligation 10.12)."""
    lease = hold(file("P-HARDSHIP", handling=HandlingType.IMMEDIATE, promise_end=None))
    take_up(lease)
    reply(ask(lease), now=NOW + MINUTE)
    do(failures.need_attention, lease.number, "missing_glyph", at=NOW + MINUTE, actor="system:w1", lease=lease)
    escalate(lease, NOW + HOUR)
    assert limits(lease.number)["hard"].missed_at == NOW + HALF
    assert "supervised" not in names(lease.number)


def test_a_choice_whose_time_ends_while_a_person_has_the_case_is_not_stuck() -> None:
    lease = hold(file())
    take_up(lease)
    found(lease, ShareOutcome.SEVERAL)
    to_a_person(lease, NOW + MINUTE)
    escalate(lease, NOW + HALF)
    assert row(lease.number).state is State.NEEDS_ATTENTION
    assert limits(lease.number)["choice"].missed_at == NOW + HALF
    do(attention.retry, lease.number, now=NOW + HOUR, actor="person:x")
    assert row(lease.number).state is State.AWAITING_CHOICE
    escalate(lease, NOW + HOUR)
    assert row(lease.number).state is State.TO_ASK
    assert events(lease.number)[-1].at == NOW + HOUR + TICK


def test_a_retry_back_to_waiting_without_any_limit_looks_again_each_day() -> None:
    lease = immediate()
    escalate(lease, NOW + HOUR)
    set_columns(lease.number, state=State.AWAITING_REPLY, next_instant=None)
    escalate(lease, NOW + HOUR)
    assert row(lease.number).next_instant == NOW + HOUR + TICK + timedelta(days=1)


def test_cannot_verify_reminds_the_office_until_somebody_decides() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    reply(ask(lease), Answer.CANNOT_VERIFY, fields={})
    for noticed in (MINUTE, 2 * MINUTE, 25 * HOUR):
        escalate(lease, NOW + noticed)
    assert [event.event for event in events(lease.number)].count(Event.REMINDED) == 2


def test_a_paused_verification_is_escalated_without_a_pass() -> None:
    lease = asked()
    number = lease.number
    do(attention.pause, number, now=NOW, actor="test")
    do(escalation.escalate, number, now=NOW + 25 * HOUR, actor="system:test")
    assert row(number).state is State.ESCALATED and row(number).paused_at is not None
    missed = [event for event in events(number) if event.event is Event.MISSED]
    assert [event.at for event in missed] == [NOW + 24 * HOUR, NOW + 24 * HOUR + HALF]
