"""The only writer of state: conditional, fenced, and never without its event."""

from __future__ import annotations

import random
import threading
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import text

from domain.lifecycle import ENDED, Event, State, may_move
from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle import leases, moves
from ledger.lifecycle.moves import Lease, LeaseLost, MoveRefused, Paused
from ledger.methods import failures
from tests.ledger.acting import at_once, do, events, hold, names, row, set_columns, take_up
from tests.ledger.filing import NOW, file

pytestmark = pytest.mark.usefixtures("shared_ledger")


def move(number: str, event: Event, origin: State, target: State, lease: Lease | None = None) -> None:
    do(moves.move, number, event, origin, target, at=NOW, actor="test", lease=lease)


def test_a_move_and_its_event_stand_together() -> None:
    number = file()
    lease = hold(number)
    do(
        moves.move,
        number,
        Event.TAKEN_UP,
        State.RECEIVED,
        State.TO_ASK,
        at=NOW,
        actor="system:w1",
        lease=lease,
        detail={"method": "issuer"},
        issuing_unit="370402-CIVIL",
    )
    written = events(number)[-1]
    assert (written.event, written.origin, written.target) == (Event.TAKEN_UP, State.RECEIVED, State.TO_ASK)
    assert (written.at, written.actor, written.detail) == (NOW, "system:w1", {"method": "issuer"})
    assert (row(number).state, row(number).issuing_unit) == (State.TO_ASK, "370402-CIVIL")


def test_of_two_who_move_at_once_exactly_one_does() -> None:
    for _ in range(5):
        number = file()
        outcomes = at_once(*[partial(move, number, Event.TAKEN_UP, State.RECEIVED, State.TO_ASK)] * 4)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["MoveRefused"] * 3 + ["NoneType"]
        assert names(number).count("taken_up") == 1


def test_a_wrong_origin_writes_nothing() -> None:
    number = file()
    with pytest.raises(MoveRefused, match="已受理.*待发起部门核验"):
        move(number, Event.ASKED, State.TO_ASK, State.AWAITING_REPLY)
    assert row(number).state is State.RECEIVED
    assert names(number) == ["filed"]


def test_a_move_outside_the_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no such move"):
        move(file(), Event.DELIVERED, State.RECEIVED, State.DELIVERED)


def test_an_unknown_number_is_told() -> None:
    with pytest.raises(MoveRefused, match="没有这个核验编号"):
        move("HY20260304AAAAAAAA", Event.TAKEN_UP, State.RECEIVED, State.TO_ASK)


@pytest.mark.parametrize("what", ["old token", "another owner", "taken over by a restarted worker", "dismissed"])
def test_a_pass_without_its_lease_ends_without_effects(what: str) -> None:
    number = file()
    lease = hold(number, "w1/a")
    if what == "old token":
        set_columns(number, lease_token=lease.token + 1)
    elif what == "another owner":
        lease = Lease(number, "w2/b", lease.token)
    elif what == "dismissed":
        do(leases.dismiss, "w1", "w1/a")
    else:
        do(leases.enlist, "w1", "w1/b")  # its own predecessor still runs: the token is the same, the owner is not
    for call in (
        lambda: move(number, Event.TAKEN_UP, State.RECEIVED, State.TO_ASK, lease),
        lambda: do(moves.note, number, Event.PASS_FAILED, at=NOW, actor="test", lease=lease),
        lambda: do(moves.schedule, lease.number, NOW, lease),
        lambda: do(moves.confirm, lease, State.RECEIVED),
    ):
        with pytest.raises(LeaseLost):
            call()
    assert row(number).state is State.RECEIVED and names(number) == ["filed"]


def test_a_paused_case_stops_the_pass_before_its_next_effect() -> None:
    number = file()
    lease = hold(number)
    do(moves.confirm, lease, State.RECEIVED)
    do(attention.pause, number, now=NOW, actor="test")
    for call in (
        lambda: take_up(lease),
        lambda: do(moves.schedule, lease.number, NOW, lease),
        lambda: do(moves.confirm, lease, State.RECEIVED),
    ):
        with pytest.raises(Paused):
            call()
    assert row(number).state is State.RECEIVED


def test_confirm_looks_at_the_state_too() -> None:
    lease = hold(file())
    with pytest.raises(MoveRefused, match="不是“待用印”"):
        do(moves.confirm, lease, State.TO_BE_SEALED)


def test_a_move_that_is_rolled_back_takes_its_event_along() -> None:
    number = file()
    with pytest.raises(ZeroDivisionError), transaction() as session:
        moves.move(session, number, Event.TAKEN_UP, State.RECEIVED, State.TO_ASK, at=NOW, actor="test")
        raise ZeroDivisionError
    assert row(number).state is State.RECEIVED
    assert names(number) == ["filed"]


def test_an_event_that_cannot_be_written_takes_its_move_along() -> None:
    number = file()
    with pytest.raises(ValueError, match="aware"), transaction() as session:
        naive = datetime(2026, 3, 4)  # noqa: DTZ001
        moves.move(session, number, Event.TAKEN_UP, State.RECEIVED, State.TO_ASK, at=naive, actor="test")
    assert row(number).state is State.RECEIVED


def test_nothing_is_noted_of_what_has_ended() -> None:
    number = file()
    do(attention.withdraw, number, now=NOW, actor="test")
    with pytest.raises(MoveRefused, match="已撤回"):
        do(moves.note, number, Event.PASS_FAILED, at=NOW, actor="test")
    ended = row(number)
    assert (ended.ended_at, ended.next_instant) == (NOW, None)


def test_progress_ends_a_row_of_failures() -> None:
    number = file()
    lease = hold(number)
    for _ in range(4):
        do(failures.pass_failed, lease, "SomeError", now=NOW, actor="test")
    take_up(lease)
    do(failures.pass_failed, lease, "SomeError", now=NOW, actor="test")
    assert (row(number).state, row(number).failed_passes) == (State.LOOKING_UP, 1)


def test_a_random_walk_through_the_ledger_never_leaves_the_table() -> None:
    chance = random.Random(20260304)
    number = file()
    state = State.RECEIVED
    tries = [(event, target) for event in Event for target in State]
    for step in range(300):
        likely = [(event, target) for event, target in tries if may_move(state, event, target) and target not in ENDED]
        event, target = chance.choice(likely if likely and step % 2 else tries)
        if may_move(state, event, target):
            move(number, event, state, target)
            state = target
        else:
            with pytest.raises(ValueError, match="no such move"):
                move(number, event, state, target)
        if state in ENDED:
            number, state = file(), State.RECEIVED
    with transaction() as session:
        broken = session.execute(
            text(
                "SELECT count(*) FROM (SELECT origin, lag(target) OVER (PARTITION BY verification ORDER BY id) AS before"
                " FROM events WHERE target IS NOT NULL) AS steps WHERE before IS NOT NULL AND before <> origin"
            )
        ).scalar_one()
        moved = session.execute(text("SELECT count(*) FROM events WHERE target IS NOT NULL")).scalar_one()
    assert broken == 0 and moved > 100


def test_threads_that_wait_for_each_other_would_be_seen() -> None:
    """The helper itself: outcomes come back in order, exceptions as values."""
    seen = at_once(lambda: 1, lambda: 1 / 0, threading.get_ident)
    assert seen[0] == 1 and isinstance(seen[1], ZeroDivisionError) and isinstance(seen[2], int)
