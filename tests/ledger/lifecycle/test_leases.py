"""租约: one worker at a time, and what a dead worker held becomes free."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy import func, text

from domain.lifecycle import State
from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle import leases, moves
from settings import settings
from tests.ledger.acting import ask, at_once, do, escalate, give_back, hold, reply, row, set_columns, take_up
from tests.ledger.filing import NOW, UNIT, file

LONG_AGO, SOON = timedelta(minutes=-5), timedelta(minutes=5)


def wall(offset: timedelta) -> object:
    return func.clock_timestamp() + offset


def file_with_a_run() -> str:
    """One that Prefect knows: what is new is taken from the ledger itself (test_fresh)."""
    number = file()
    do(leases.bind_run, number, uuid4(), 0)
    return number


def acquire(number: str, owner: str) -> moves.Lease | None:
    return do(leases.acquire, number, owner)


def test_of_many_workers_one_holds(shared_ledger: str) -> None:
    number = file()
    held = at_once(*[partial(acquire, number, f"w{w}/a") for w in range(6)])
    assert len([lease for lease in held if isinstance(lease, moves.Lease)]) == 1


def test_a_lease_runs_out_and_the_next_holder_has_a_larger_token(shared_ledger: str) -> None:
    number = file()
    first = hold(number, "w1/a")
    set_columns(number, next_instant=NOW)
    assert acquire(number, "w2/b") is None
    set_columns(number, lease_until=wall(LONG_AGO))
    second = acquire(number, "w2/b")
    assert second is not None and second.token > first.token


def test_only_what_is_due_is_acquired(shared_ledger: str) -> None:
    number = file()
    set_columns(number, wake_requested_at=None, next_instant=settings().now() + SOON)
    assert acquire(number, "w1/a") is None
    set_columns(number, next_instant=settings().now())
    assert acquire(number, "w1/a") is not None


def test_paused_and_ended_are_not_acquired(shared_ledger: str) -> None:
    paused, ended = file(), file()
    do(attention.pause, paused, now=NOW, actor="test")
    do(attention.withdraw, ended, now=NOW, actor="test")
    assert acquire(paused, "w1/a") is None and acquire(ended, "w1/a") is None


def test_a_heartbeat_keeps_the_leases_of_what_its_worker_is_at_work_on_and_no_others(ledger: str) -> None:
    mine, left_over, other = file(), file(), file()
    hold(mine, "w1/a"), hold(left_over, "w1/a"), hold(other, "w2/b")
    for number in (mine, left_over, other):
        set_columns(number, lease_until=wall(timedelta(seconds=3)))
    do(leases.renew, "w1", "w1/a", [mine, other])
    kept, dropped, left = (row(number).lease_until for number in (mine, left_over, other))
    assert kept is not None and left is not None and kept - left > timedelta(seconds=10)
    assert dropped is not None and kept - dropped > timedelta(seconds=10), "what could not be given back runs out"
    assert do(leases.living_workers) == ["w1"]


def test_a_heartbeat_does_not_take_a_lost_lease_back(shared_ledger: str) -> None:
    number = file()
    hold(number, "w1/a")
    set_columns(number, lease_until=wall(LONG_AGO), next_instant=NOW)
    stolen = hold(number, "w2/b")
    do(leases.renew, "w1", "w1/a", [number])
    assert (row(number).lease_owner, row(number).lease_token) == ("w2/b", stolen.token)


def test_a_worker_that_starts_again_frees_its_dead_incarnation_only(ledger: str) -> None:
    dead, own, neighbour, lookalike = file(), file(), file(), file()
    hold(dead, "w1/old"), hold(own, "w1/new"), hold(neighbour, "w10/x"), hold(lookalike, "w_/x")
    do(leases.enlist, "w1", "w1/new")
    do(leases.enlist, "w_", "w_/x")  # "_" is a wildcard of LIKE
    owners = {number: row(number).lease_owner for number in (dead, own, neighbour, lookalike)}
    assert owners == {dead: None, own: "w1/new", neighbour: "w10/x", lookalike: "w_/x"}
    assert [suspect.number for suspect in do(leases.suspects)] == [dead]


def test_a_worker_that_leaves_in_order_frees_everything(ledger: str) -> None:
    number = file()
    do(leases.enlist, "w1", "w1/a")
    hold(number, "w1/a")
    assert do(leases.seconds_without_worker) == 0
    do(leases.dismiss, "w1", "w1/a")
    assert do(leases.living_workers) == [] and row(number).lease_owner is None
    assert do(leases.seconds_without_worker) >= 0


def test_without_any_worker_ever_the_gap_is_unknown(ledger: str) -> None:
    assert do(leases.seconds_without_worker) is None
    with transaction() as session:
        session.execute(text("INSERT INTO workers VALUES ('w1', 'w1/a', now(), now() - interval '3 minutes')"))
    assert 179 < do(leases.seconds_without_worker) < 200  # type: ignore[operator]


def test_release_tells_of_a_reply_that_landed_during_the_pass(shared_ledger: str) -> None:
    number = file("P-HARDSHIP")
    lease = hold(number)
    take_up(lease)
    request = ask(lease)
    assert give_back(number, "w2/b") is False  # not its lease: nothing is given back
    assert row(number).lease_owner == "w1/a"
    reply(request)
    assert give_back(number) is True
    assert row(number).lease_until is None
    hold(number)
    assert give_back(number) is False  # the second pass has seen it


def test_a_lease_that_is_given_back_unfinished_is_a_suspect(ledger: str) -> None:
    finished, broken_off = file(), file()
    for number in (finished, broken_off):
        hold(number)
        set_columns(number, next_instant=settings().now() + SOON)
    give_back(finished)
    give_back(broken_off, finished=False)
    assert [suspect.number for suspect in do(leases.suspects)] == [broken_off]


def test_each_wake_is_claimed_by_one_worker(ledger: str) -> None:
    numbers = [file_with_a_run() for _ in range(4)]
    for number in numbers:
        do(moves.request_wake, number)
    with transaction() as first, transaction() as second:
        second.execute(text("SET LOCAL lock_timeout = '2s'"))  # it must pass by, not wait for the first one's commit
        assert set(leases.claim_wakes(first, limit=3)) == set(numbers[:3])
        assert leases.claim_wakes(second) == numbers[3:]
    assert do(leases.claim_wakes) == []
    set_columns(numbers[1], wake_claimed_until=wall(LONG_AGO))  # its claimer died
    assert do(leases.claim_wakes) == [numbers[1]]


def test_wakes_wait_for_the_claimer_for_the_holder_and_for_resume(ledger: str) -> None:
    claimed, leased, paused, ended = [file_with_a_run() for _ in range(4)]
    set_columns(claimed, wake_claimed_until=wall(SOON))
    hold(leased)
    do(moves.request_wake, leased)
    do(attention.pause, paused, now=NOW, actor="test")
    do(moves.request_wake, paused)
    do(attention.withdraw, ended, now=NOW, actor="test")
    assert do(leases.claim_wakes) == [ended]  # its flow run still waits, and must end too
    set_columns(claimed, wake_claimed_until=wall(LONG_AGO))
    set_columns(leased, lease_until=wall(LONG_AGO))
    assert sorted(do(leases.claim_wakes)) == sorted([claimed, leased])
    assert do(leases.claim_wakes, limit=1) == []


def test_a_claim_takes_the_oldest_first_and_no_more_than_asked(ledger: str) -> None:
    numbers = [file_with_a_run() for _ in range(3)]
    for number in reversed(numbers):
        do(moves.request_wake, number)
    assert do(leases.claim_wakes, limit=1) == [numbers[2]]


def test_suspects_are_what_looks_stranded_and_nothing_else(ledger: str) -> None:
    quiet = {"wake_requested_at": None, "wake_claimed_until": None, "next_instant": settings().now() + SOON}
    cases = {
        "healthy": quiet,
        "just due": {**quiet, "next_instant": settings().now()},
        "at work": {**quiet, "next_instant": NOW, "lease_owner": "w1/a", "lease_until": wall(SOON)},
        "lapsed": {**quiet, "lease_owner": "w1/a", "lease_until": wall(LONG_AGO)},
        "overdue": {**quiet, "next_instant": settings().now() + LONG_AGO},
        "unheard": {**quiet, "wake_requested_at": wall(LONG_AGO)},
        "being woken": {**quiet, "wake_requested_at": wall(LONG_AGO), "wake_claimed_until": wall(SOON)},
        "ended": {},
        "ended, lapsed": {"lease_owner": "w1/a", "lease_until": wall(LONG_AGO)},
        "paused, overdue": {**quiet, "next_instant": NOW},
        "paused, lapsed": {**quiet, "lease_owner": "w1/a", "lease_until": wall(LONG_AGO)},
    }
    numbers = {name: file_with_a_run() for name in cases}
    run = uuid4()
    do(leases.bind_run, numbers["lapsed"], run, 0)
    for name, columns in cases.items():
        if name.startswith("ended"):
            do(attention.withdraw, numbers[name], now=NOW, actor="test")
        if name.startswith("paused"):
            do(attention.pause, numbers[name], now=NOW, actor="test")
        if columns:
            set_columns(numbers[name], **columns)
    found = {suspect.number: suspect for suspect in do(leases.suspects)}
    by_name = {name for name, number in numbers.items() if number in found}
    assert by_name == {"lapsed", "overdue", "unheard", "ended, lapsed"}
    assert found[numbers["lapsed"]].flow_run == run and not found[numbers["lapsed"]].ended
    assert found[numbers["ended, lapsed"]].ended
    do(leases.settle, numbers["ended, lapsed"])
    assert numbers["ended, lapsed"] not in {suspect.number for suspect in do(leases.suspects)}


def test_a_late_pass_gives_nothing_back_of_a_newer_one(shared_ledger: str) -> None:
    number = file()
    late = hold(number)
    set_columns(number, lease_until=NOW, next_instant=NOW)
    newer = hold(number)
    for finished in (True, False):
        assert do(leases.release, late, finished=finished) is False
    assert (row(number).lease_owner, row(number).lease_token) == (newer.owner, newer.token)
    assert row(number).lease_until > settings().now()


def test_a_pass_that_ended_unfinished_after_somebody_looked_after_its_run_is_a_suspect_again(ledger: str) -> None:
    """It may have written to Prefect after him: a Failed state would stand there for ever."""
    number = file()
    lost = hold(number)
    set_columns(number, lease_until=NOW, next_instant=settings().now() + SOON)
    do(leases.forget_lapsed, number)
    assert do(leases.suspects) == []
    do(leases.release, lost, finished=False)
    assert [suspect.number for suspect in do(leases.suspects)] == [number]


def test_of_two_workers_one_begins_the_next_run_and_it_is_nobodys_until_it_is_bound(shared_ledger: str) -> None:
    number, ended, following = file(), uuid4(), uuid4()
    do(leases.bind_run, number, ended, 0)
    assert do(leases.begin_next_run, number, ended) == 1
    assert do(leases.begin_next_run, number, ended) is None
    assert do(leases.acquire, number, "w2/b", following) is not None, "polled before it was bound"
    do(leases.bind_run, number, following, 1)
    assert (row(number).flow_run, row(number).run_serial) == (following, 1)


def test_settling_leaves_a_pass_at_work_alone(shared_ledger: str) -> None:
    number = file()
    lease = hold(number)
    do(leases.settle, number)
    take_up(lease)
    assert row(number).state is State.LOOKING_UP


def test_a_later_run_is_never_overwritten_by_an_earlier_one(shared_ledger: str) -> None:
    number, first, second = file(), uuid4(), uuid4()
    do(leases.bind_run, number, second, 1)
    do(leases.bind_run, number, first, 0)
    assert do(leases.binding, number) == leases.Binding(second, 1, False, True, UNIT)
    hold(number)
    assert do(leases.binding, number) == leases.Binding(second, 1, True, False, UNIT)
    assert do(leases.binding, "HY20260304AAAAAAAA") == leases.Binding(None, 0, False, False, "")
    assert do(leases.is_current, number, second) and not do(leases.is_current, number, first)
    do(attention.pause, number, now=NOW, actor="test")
    assert not do(leases.is_current, number, second)


def test_a_worker_that_polls_a_moment_too_early_gets_nothing(shared_ledger: str) -> None:
    number = file("P-HARDSHIP")
    lease = hold(number)
    take_up(lease)
    ask(lease, settings().now())
    escalate(lease, settings().now())
    give_back(number)
    assert acquire(number, "w1/a") is None


def test_a_run_that_nobody_noted_is_bound_by_its_first_pass_and_a_stray_one_gets_no_lease() -> None:
    number, first, stray = file(), uuid4(), uuid4()
    assert do(leases.acquire, number, "w1/a", first) is not None
    assert row(number).flow_run == first
    give_back(number)
    set_columns(number, next_instant=NOW)
    assert do(leases.acquire, number, "w1/a", stray) is None
    assert do(leases.acquire, number, "w1/a", first) is not None
    assert row(number).flow_run == first
