"""平台故障 (reading 21): where the district deducts it, it comes before the miss, and takes back one that it caused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from domain.inbox import SupervisionOutcome
from domain.lifecycle import State
from ledger.calendars import outages
from ledger.deadlines import supervision_basis
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.methods import failures
from ledger.supervision import affected, supervisions
from ledger.tables.inbox import Return, Supervision
from ledger.tables.records import Outage
from settings import settings
from tests.ledger.acting import (
    HOUR,
    ISSUER,
    MINUTE,
    alarms,
    all_of,
    asked,
    deliver,
    do,
    events,
    immediate,
    limits,
    names,
    reply,
    row,
    seal,
    story,
    swept,
)
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

HALF = 30 * MINUTE


@pytest.fixture
def deducted(ledger: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PROOFLESS_READINGS", '{"outage_deducted": true}')
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def away(since: datetime, until: datetime, now: datetime) -> list[str]:
    """A person enters the outage; gives whose limits moved."""
    gone = do(outages.record, since, until, "断电", now=now, actor="person:demo-admin")
    return do(affected.after_outage, gone, now=now, actor="person:demo-admin")


def test_a_miss_within_an_outage_is_taken_back_and_the_unit_has_what_was_left(deducted: None) -> None:
    lease, _ = immediate()
    swept(NOW + 40 * MINUTE)
    assert row(lease.number).state is State.ESCALATED
    assert away(NOW + 20 * MINUTE, NOW + 40 * MINUTE, NOW + 45 * MINUTE) == [lease.number]
    hard, half_hour = limits(lease.number)["hard"], limits(lease.number)["supervision"]
    assert (hard.due_at, hard.missed_at) == (NOW + 50 * MINUTE, None)
    assert half_hour.closed_at is not None and half_hour.missed_at is None
    assert row(lease.number).state is State.AWAITING_REPLY
    assert [name for name, _ in story(lease.number)][-3:] == ["lifted", "lifted", "recalculated"]
    swept(NOW + 2 * HOUR)  # missed after all, and supervised from there: a 督办 of its own
    assert limits(lease.number)["hard"].missed_at == NOW + 50 * MINUTE
    opened = sorted(all_of(Supervision, verification=lease.number), key=lambda one: one.opened_at)
    assert [(one.opened_at, one.closed_at is None) for one in opened] == [(NOW + HALF, False), (NOW + 50 * MINUTE, True)]
    assert (
        names(lease.number).count("missed") - sum(1 for event in events(lease.number) if event.event == "lifted" and "kind" in event.detail)
        == 2
    )


def test_a_case_that_waits_for_a_person_goes_back_to_the_inbox_once_its_miss_is_lifted(deducted: None) -> None:
    lease, _ = immediate()
    do(failures.need_attention, lease.number, "failed_passes", at=NOW + MINUTE, actor="system:w1", lease=lease)
    swept(NOW + 40 * MINUTE)
    assert row(lease.number).attention_from is State.ESCALATED
    away(NOW + 20 * MINUTE, NOW + 40 * MINUTE, NOW + 45 * MINUTE)
    now = row(lease.number)
    assert (now.state, now.attention_from) == (State.NEEDS_ATTENTION, State.AWAITING_REPLY)


def test_an_outage_that_is_entered_later_decides_by_the_raw_instants(deducted: None) -> None:
    """Due 09:30, answered 10:05, fed back 10:30; the platform was away from 09:10 to 09:25."""
    lease, request = immediate()
    swept(NOW + HALF)
    reply(request, now=NOW + 65 * MINUTE)
    seal(lease, NOW + 65 * MINUTE)
    deliver(lease, NOW + 65 * MINUTE)
    opened = do(supervision_basis.of_request, request)
    assert opened is not None
    do(supervisions.feed_back, opened.id, ISSUER, SupervisionOutcome.DONE, "已督促", now=NOW + 70 * MINUTE, actor="person:demo-guangming-2")
    swept(NOW + 70 * MINUTE)
    assert limits(lease.number)["supervision"].missed_at == NOW + HOUR and ("supervision_missed", lease.number) not in alarms()
    assert away(NOW + 10 * MINUTE, NOW + 25 * MINUTE, NOW + 5 * HOUR) == [lease.number]
    found = limits(lease.number)
    assert (found["hard"].missed_at, found["hard"].met_at) == (NOW + 45 * MINUTE, None)
    # 督办 counts from there, and both halves were done before 10:15.
    assert (found["supervision"].due_at, found["supervision"].met_at) == (NOW + 75 * MINUTE, NOW + 70 * MINUTE)
    assert found["supervision"].missed_at is None
    assert away(NOW + 10 * MINUTE, NOW + 25 * MINUTE, NOW + 5 * HOUR) == []  # the same again


def test_an_answer_that_was_in_time_but_for_the_outage_is_met(deducted: None) -> None:
    lease, request = immediate()
    swept(NOW + HALF)
    reply(request, now=NOW + 40 * MINUTE)
    seal(lease, NOW + 40 * MINUTE)
    deliver(lease, NOW + 40 * MINUTE)
    away(NOW + 10 * MINUTE, NOW + 25 * MINUTE, NOW + 5 * HOUR)
    found = limits(lease.number)
    assert (found["hard"].met_at, found["hard"].missed_at) == (NOW + 40 * MINUTE, None)
    assert found["supervision"].closed_at is not None and found["supervision"].missed_at is None


def test_an_outage_after_the_limit_or_before_the_request_lifts_nothing(deducted: None) -> None:
    lease, _ = immediate()
    swept(NOW + HOUR)
    assert away(NOW + 31 * MINUTE, NOW + 50 * MINUTE, NOW + HOUR) == []
    assert away(NOW - HOUR, NOW - HALF, NOW + HOUR) == []
    assert limits(lease.number)["hard"].missed_at == NOW + HALF


def test_a_promise_is_moved_by_no_outage(deducted: None) -> None:
    lease, _ = asked(promise_end=NOW + HOUR)
    swept(NOW + HOUR)
    assert away(NOW + HALF, NOW + 90 * MINUTE, NOW + 2 * HOUR) == []
    assert limits(lease.number)["hard"].missed_at == NOW + HOUR


def test_a_late_return_is_in_time_once_the_outage_is_known(deducted: None) -> None:
    _, request = immediate()
    wish = ReturnReason("不属本单位职责", "370402-CIVIL", None)
    do(returns.give_back, request, ISSUER, wish, now=NOW + 40 * MINUTE, actor="x")
    assert [back.late for back in all_of(Return)] == [True]
    away(NOW + 10 * MINUTE, NOW + 25 * MINUTE, NOW + HOUR)
    assert [(back.late, back.limit_at) for back in all_of(Return)] == [(False, NOW + 45 * MINUTE)]


def test_by_default_an_outage_is_reported_and_lifts_nothing() -> None:
    lease, _ = immediate()
    swept(NOW + HALF)
    assert away(NOW + 10 * MINUTE, NOW + 25 * MINUTE, NOW + HOUR) == []
    assert limits(lease.number)["hard"].missed_at == NOW + HALF


def test_a_correction_replaces_what_was_recorded_and_both_stay() -> None:
    def record(until: datetime, reason: str = "断电") -> object:
        return do(outages.record, NOW, until, reason, now=NOW + 5 * HOUR, actor="person:demo-admin")

    assert record(NOW + HOUR) is not None
    assert record(NOW + HOUR) is None  # the same again changes nothing
    assert record(NOW + 3 * HOUR, "断电,更正") is not None
    assert [(one.until, one.reason) for one in do(outages.listed, NOW, NOW + HOUR)] == [(NOW + 3 * HOUR, "断电,更正")]
    assert do(outages.overlapping, NOW, NOW + 5 * HOUR) == 3 * HOUR
    record(NOW + HALF, "断电,再更正")  # a shorter one counts too
    assert do(outages.overlapping, NOW, NOW + 5 * HOUR) == HALF
    assert sorted(one.replaced_at is None for one in all_of(Outage)) == [False, False, True]


def test_a_shorter_outage_takes_the_deduction_back(deducted: None) -> None:
    lease, _ = immediate()
    away(NOW + 5 * MINUTE, NOW + 20 * MINUTE, NOW + 21 * MINUTE)
    assert limits(lease.number)["hard"].due_at == NOW + 45 * MINUTE
    away(NOW + 5 * MINUTE, NOW + 10 * MINUTE, NOW + 22 * MINUTE)
    assert limits(lease.number)["hard"].due_at == NOW + 35 * MINUTE
