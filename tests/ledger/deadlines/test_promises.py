"""承诺时限 (obligation 10.8, readings 4, 9, 10): it runs on through returns and re-routes, and is missed once, where the case lay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.lifecycle import State
from domain.limits import HandlingType
from domain.methods import Answer
from domain.progress import Colour
from domain.reasons import PromiseReason
from ledger.casework import attention, inbox_view, registration
from ledger.deadlines import timing
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.tables.verifications import Verification
from tests.ledger.acting import (
    HOUR,
    ISSUER,
    MINUTE,
    ask,
    asked,
    deliver,
    do,
    events,
    hold,
    limits,
    names,
    promises,
    reply,
    row,
    seal,
    swept,
    take_up,
)
from tests.ledger.filing import NOW, UNIT, case_data, file

pytestmark = pytest.mark.usefixtures("shared_ledger")

CIVIL, JUSTICE = "370402-CIVIL", "370402-JUSTICE"
PROMISE = NOW + 2 * HOUR


def give_back(request: UUID, unit: str, suggested: str, now: datetime) -> State:
    return do(returns.give_back, request, unit, ReturnReason("不属本单位职责", suggested, None), now=now, actor="person:x")


def misses(number: str) -> list[tuple[str, datetime, str | None]]:
    found = [event for event in events(number) if event.event == "missed"]
    return [(event.detail["kind"], event.at, event.detail.get("where")) for event in found]


def test_a_promise_that_ends_while_the_case_is_returned_is_missed_there_and_by_no_unit() -> None:
    lease, first = asked(promise_end=PROMISE)
    give_back(first, ISSUER, CIVIL, NOW + 10 * MINUTE)
    assert [(limit.due_at, limit.request) for limit in promises(lease.number)] == [(PROMISE, None)]
    for hours in (1, 3, 9):
        swept(NOW + hours * HOUR)
    assert misses(lease.number) == [("hard", PROMISE, "returned")]
    do(returns.forward, lease.number, None, now=NOW + 9 * HOUR, actor="person:demo-permit-1")
    second = ask(lease, NOW + 9 * HOUR)
    swept(NOW + 9 * HOUR)
    assert {kind: limit.due_at for kind, limit in limits(lease.number).items()} == {"soft": NOW + 33 * HOUR, "hard": PROMISE}
    assert [limit.kind for limit in promises(lease.number)] == ["hard"] and limits(lease.number)["hard"].request == first
    assert misses(lease.number) == [("hard", PROMISE, "returned")] and "supervised" not in names(lease.number)
    # The unit sees red, since the case is late, and has its own 24 hours.
    shown = do(inbox_view.lines, CIVIL, actor="person:demo-civil-1", now=NOW + 9 * HOUR).rows
    assert [line.colour for line in shown if line.request.id == second] == [Colour.RED]
    found = do(lambda session: timing.timing(session, session.get_one(Verification, lease.number), now=NOW + 9 * HOUR))
    assert [limit.missed_at for limit in found.promise] == [PROMISE]
    assert [one.colour for one in found.requests] == [Colour.GREEN, Colour.RED]


def test_a_promise_that_ends_with_the_office_after_two_returns_is_missed_there() -> None:
    lease, first = asked(promise_end=PROMISE)
    give_back(first, ISSUER, CIVIL, NOW + 10 * MINUTE)
    do(returns.forward, lease.number, None, now=NOW + 11 * MINUTE, actor="x")
    second = ask(lease, NOW + 12 * MINUTE)
    assert limits(lease.number)["hard"].due_at == PROMISE  # with the second unit the promise is that unit's
    assert give_back(second, CIVIL, ISSUER, NOW + 20 * MINUTE) is State.NEEDS_ATTENTION
    swept(NOW + 5 * HOUR)
    do(attention.reroute, lease.number, JUSTICE, now=NOW + 5 * HOUR, actor="person:demo-admin")
    ask(lease, NOW + 5 * HOUR)
    assert misses(lease.number) == [("hard", PROMISE, "needs_attention")]
    assert [limit.closed_at is not None for limit in promises(lease.number)] == [True, False]


def test_what_no_sweep_saw_is_missed_where_the_case_lay_when_the_next_unit_is_asked() -> None:
    lease, first = asked(promise_end=PROMISE)
    give_back(first, ISSUER, CIVIL, NOW + 10 * MINUTE)
    do(returns.forward, lease.number, None, now=NOW + 9 * HOUR, actor="x")
    ask(lease, NOW + 9 * HOUR)
    assert misses(lease.number) == [("hard", PROMISE, "returned")]
    swept(NOW + 10 * HOUR)
    assert len(misses(lease.number)) == 1


def test_a_promise_in_time_through_a_return_is_met_by_the_unit_that_answers() -> None:
    lease, first = asked(promise_end=PROMISE)
    give_back(first, ISSUER, CIVIL, NOW + 10 * MINUTE)
    do(returns.forward, lease.number, None, now=NOW + 20 * MINUTE, actor="x")
    second = ask(lease, NOW + 20 * MINUTE)
    reply(second, now=NOW + HOUR, unit=CIVIL)
    seal(lease, NOW + HOUR)
    deliver(lease, NOW + HOUR)
    assert limits(lease.number)["hard"].met_at == NOW + HOUR and misses(lease.number) == []


def test_what_nobody_could_verify_keeps_its_promise_running() -> None:
    lease, request = asked(promise_end=PROMISE)
    reply(request, Answer.CANNOT_VERIFY, now=NOW + 10 * MINUTE, fields={})
    swept(NOW + 5 * HOUR)
    assert misses(lease.number) == [("hard", PROMISE, "needs_attention")]
    assert limits(lease.number)["hard"].met_at == NOW + 10 * MINUTE


def test_a_promise_missed_by_the_unit_that_had_it_is_not_missed_again_afterwards() -> None:
    lease, request = asked(promise_end=PROMISE)
    swept(PROMISE)
    give_back(request, ISSUER, CIVIL, NOW + 3 * HOUR)
    assert promises(lease.number) == []
    do(returns.forward, lease.number, None, now=NOW + 4 * HOUR, actor="x")
    ask(lease, NOW + 4 * HOUR)
    swept(NOW + 5 * HOUR)
    assert [miss for miss in misses(lease.number) if miss[0] == "hard"] == [("hard", PROMISE, None)]


def test_the_daily_reminder_goes_on_while_the_promise_is_ahead() -> None:
    lease, request = asked(promise_end=NOW + timedelta(days=5))
    give_back(request, ISSUER, CIVIL, NOW + 10 * MINUTE)
    then = row(lease.number).next_instant
    assert then is not None and then < NOW + timedelta(days=2)


def registered(**changes: object) -> tuple[Any, str, UUID]:
    data = case_data(number=f"C-{uuid4().hex[:10]}", **changes)
    lease, request = asked(number=data.number, **changes)
    return data, lease.number, request


def move(data: Any, until: datetime, now: datetime) -> None:
    changed = type(data)(**{**vars(data), "promise_end": until, "promise_reason": PromiseReason.APPLICANT})
    do(registration.register, UNIT, changed, now=now, actor="person:demo-permit-1")


def test_a_promise_moved_after_its_miss_has_a_clock_of_its_own() -> None:
    data, number, _ = registered(promise_end=PROMISE)
    swept(NOW + 3 * HOUR)
    later = NOW + timedelta(days=9)
    move(data, later, NOW + 4 * HOUR)
    hard = [limit for limit in limits_of(number) if limit.kind == "hard"]
    assert [(limit.due_at, limit.missed_at) for limit in hard] == [(PROMISE, PROMISE), (later, None)]
    (moved,) = [event.detail for event in events(number) if event.event == "recalculated"]
    assert {(change["kind"], change["before"].get("due_at"), change["after"]["due_at"]) for change in moved["changes"]} == {
        ("soft", None, (NOW + 24 * HOUR).isoformat()),
        ("hard", None, later.isoformat()),
    }
    swept(later)
    assert [at for kind, at, _ in misses(number) if kind == "hard"] == [PROMISE, later]


def test_a_promise_moved_while_the_case_is_returned_moves_there() -> None:
    data, number, request = registered(promise_end=PROMISE)
    give_back(request, ISSUER, CIVIL, NOW + 10 * MINUTE)
    move(data, NOW + 6 * HOUR, NOW + HOUR)
    assert [limit.due_at for limit in promises(number)] == [NOW + 6 * HOUR]
    swept(NOW + 7 * HOUR)
    move(data, NOW + 12 * HOUR, NOW + 8 * HOUR)
    assert [(limit.due_at, limit.missed_at) for limit in promises(number)] == [(NOW + 6 * HOUR, NOW + 6 * HOUR), (NOW + 12 * HOUR, None)]


def test_a_promise_that_was_missed_before_it_was_moved_stays_missed_whoever_noticed() -> None:
    data, number, _ = registered(promise_end=PROMISE)
    move(data, NOW + timedelta(days=9), NOW + 4 * HOUR)  # no sweep had come
    assert [at for kind, at, _ in misses(number) if kind == "hard"] == [PROMISE] and "supervised" in names(number)


def test_an_immediate_case_without_a_promise_has_no_cap_that_runs_on() -> None:
    lease = hold(file("P-HARDSHIP", handling=HandlingType.IMMEDIATE, promise_end=None))
    take_up(lease)
    give_back(ask(lease), ISSUER, CIVIL, NOW + 10 * MINUTE)
    assert promises(lease.number) == []


def limits_of(number: str) -> list[Any]:
    from ledger.tables.verifications import Deadline
    from tests.ledger.acting import all_of

    return sorted((one for one in all_of(Deadline, verification=number) if one.request), key=lambda one: one.due_at)
