"""Several on one pass: each effect once wherever it dies, and who is not on the straight way walks his own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from prefect.client.orchestration import get_client
from sqlalchemy import func, update

from domain.lifecycle import State
from domain.limits import HandlingType
from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle import fresh, groups
from ledger.tables.verifications import Verification
from runtime.worker.first_passes import FirstPasses
from runtime.worker.new_runs import NewRuns
from runtime.worker.rush import Rush
from settings import settings
from tasks import together as room
from tasks.passes import numbers_at_work, owner
from tasks.precedence import Precedence
from tasks.together import together
from tests.flows.interrupting import Killed, interrupted, kill
from tests.flows.test_interruptions import MOST_COMMITS, assert_once, file_now
from tests.ledger.acting import do, names, row
from tests.stack import Stack

pytestmark = pytest.mark.usefixtures("stack")


def take(numbers: list[str]) -> frozenset[str]:
    return asyncio.run(together(numbers))


def test_each_goes_as_far_as_it_can_and_the_others_go_on_alone(ledger: str) -> None:
    straight = [file_now("P-HOUSEHOLD", person) for person in ("演示甲子", "演示乙丑", "演示丙寅")]
    asked, none, paused = file_now("P-HARDSHIP", "演示甲子"), file_now("P-HOUSEHOLD", "演示无证"), file_now("P-HOUSEHOLD", "演示丁卯")
    do(attention.pause, paused, now=settings().now(), actor="test")
    ended = take([*straight, asked, none, paused])
    assert ended == set(straight)
    for number in straight:
        assert_once(number, requests_made=0)
        assert names(number) == ["filed", "taken_up", "share_found", "seal_started", "sealed", "delivered"]
    assert [row(number).state for number in (asked, none, paused)] == [State.AWAITING_REPLY, State.AWAITING_REPLY, State.RECEIVED]
    assert names(none).count("fell_back") == 1, "its answer was taken once"
    assert all(row(number).wake_requested_at is not None for number in (asked, none)), "each goes on in a run of its own"
    assert {row(number).lease_owner for number in (*straight, asked, none, paused)} == {None}


def test_who_is_withdrawn_or_paused_meanwhile_is_left_and_the_others_arrive(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [file_now("P-HOUSEHOLD", person) for person in ("演示甲子", "演示乙丑", "演示丙寅", "演示丁卯")]
    now, sign = settings().now, room.make

    def meanwhile(use, what):  # type: ignore[no-untyped-def]
        if what.about.number == numbers[0]:
            do(attention.withdraw, numbers[1], now=now(), actor="test")
            do(attention.pause, numbers[2], now=now(), actor="test")
        return sign(use, what)

    monkeypatch.setattr(room, "make", meanwhile)
    assert take(numbers) == {numbers[0], numbers[1], numbers[3]}, "the withdrawn one has ended too"
    assert [row(number).state for number in numbers] == [State.DELIVERED, State.WITHDRAWN, State.TO_BE_SEALED, State.DELIVERED]
    for number in (numbers[0], numbers[3]):
        assert_once(number, requests_made=0)


def test_what_could_not_be_given_back_is_renewed_no_more(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL died in the middle: the worker lives on, and its heartbeat must not hold these for ever."""
    numbers, sign, renewed = [file_now("P-HOUSEHOLD", person) for person in ("演示甲子", "演示乙丑")], room.make, []

    def look(use, what):  # type: ignore[no-untyped-def]
        renewed.append(sorted(numbers_at_work()))
        return sign(use, what)

    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(room, "make", look)
    monkeypatch.setattr(groups, "release", away)
    with pytest.raises(ConnectionError):
        take(numbers)
    assert renewed == 2 * [sorted(numbers)] and numbers_at_work() == []
    assert [row(number).lease_owner for number in numbers] == 2 * [owner()]


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_killed_at_every_commit_each_is_delivered_once(ledger: str, moment: str) -> None:
    for point in range(1, MOST_COMMITS):
        numbers = [file_now("P-HOUSEHOLD", person) for person in ("演示甲子", "演示乙丑", "演示丙寅")]
        with interrupted(moment, point, kill) as interruption, suppress(Killed):
            take(numbers)
        for _ in range(4):
            with transaction() as session:  # its worker died: the leases run out, and another one looks
                changed = update(Verification).where(Verification.number.in_(numbers), Verification.lease_owner.is_not(None))
                session.execute(changed.values(lease_until=func.clock_timestamp(), wake_requested_at=func.clock_timestamp()))
            take(numbers)
        for number in numbers:
            assert_once(number, requests_made=0)
        if not interruption.fired:
            return
    raise AssertionError("a pass has too many commits")


def test_a_lease_that_was_lost_writes_nothing(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [file_now("P-HOUSEHOLD", person) for person in ("演示甲子", "演示乙丑")]
    sign, took = room.make, []

    def meanwhile(use, what):  # type: ignore[no-untyped-def]
        if not took:
            with transaction() as session:
                session.execute(update(Verification).where(Verification.number.in_(numbers)).values(lease_until=func.clock_timestamp()))
            took.extend(do(groups.acquire, numbers, "another/worker"))
        return sign(use, what)

    monkeypatch.setattr(room, "make", meanwhile)
    assert take(numbers) == frozenset()
    assert {(row(number).state, row(number).lease_owner) for number in numbers} == {(State.TO_BE_SEALED, "another/worker")}


def rush(let_pass: Callable[[], Awaitable[None]] | None = None) -> bool:
    async def work() -> bool:
        others = Precedence()
        if let_pass is not None:
            others.let_pass = let_pass  # type: ignore[method-assign]
        async with get_client() as client:
            runs = NewRuns(client)
            return await asyncio.create_task(others.behind(Rush(FirstPasses(client, runs), runs).work()))

    return asyncio.run(work())


def test_a_few_short_ones_are_no_part_of_a_rush_and_many_are(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    promised = [file_now("P-HOUSEHOLD", person) for person in ("演示甲子", "演示乙丑")]
    short = file_now("P-HOUSEHOLD", "演示丙寅", handling=HandlingType.IMMEDIATE, promise_end=None)
    assert rush() is False
    assert [row(number).state for number in (*promised, short)] == [State.DELIVERED, State.DELIVERED, State.RECEIVED]
    monkeypatch.setattr("runtime.worker.rush.BACKLOG", 0)
    assert rush() is False and row(short).state is State.DELIVERED


def test_before_each_part_question_page_and_writing_a_rush_gives_way(ledger: str) -> None:
    number, seen = file_now("P-HOUSEHOLD", "演示甲子"), list[State]()

    async def let_pass() -> None:
        seen.append(await room.in_ledger_thread(lambda: row(number).state))

    assert rush(let_pass) is False
    assert seen == [State.RECEIVED, *[State.LOOKING_UP] * 2, *[State.TO_BE_SEALED] * 2] and row(number).state is State.DELIVERED


def test_a_rush_is_one_run_that_says_so_and_whoever_waits_gets_his_own(ledger: str, stack: Stack) -> None:
    straight = [file_now("P-HOUSEHOLD", person) for person in ("演示甲子", "演示乙丑")]
    asked = file_now("P-HARDSHIP", "演示甲子")

    assert rush() is True
    told = {row(number).flow_run for number in straight}
    (run,) = told
    assert run is not None and row(asked).flow_run is None and row(asked).wake_requested_at is not None
    shown = stack.prefect.run_of(run)
    assert (shown["name"], shown["state_name"], shown["state_type"]) == ("集中办理 3 件", "集中办理", "COMPLETED")
    assert shown["state"]["message"] == "申请积压,集中办理 3 件:办结 2 件,其余 1 件转单独办理"
    assert shown["parameters"] == {"numbers": sorted([*straight, asked])}
    assert do(fresh.waiting) == (0, 0) and do(fresh.take, owner(), 9) == []
