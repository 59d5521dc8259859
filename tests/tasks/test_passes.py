"""One pass: what it leaves behind never lies in the past, and a refusal of its own making does not run for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from prefect.client.schemas.objects import State as PrefectState

from domain.lifecycle import State
from domain.methods import Method
from domain.status import Status
from ledger.casework import attention, watch
from ledger.lifecycle.moves import Lease, MoveRefused, request_wake
from proofs.page import MissingGlyph, PageOverflow
from settings import settings
from tasks import states
from tasks.ask import ask_issuing_unit
from tasks.deliver import deliver
from tasks.escalate import escalate_if_overdue
from tasks.look_up import look_up_share
from tasks.passes import current_lease, one_pass
from tasks.sealing import seal
from tasks.steps import StepFailed
from tasks.take_up import take_up as take_up_step
from tests.ledger.acting import MINUTE, ask, do, events, hold, names, row, set_columns, take_up
from tests.ledger.filing import file


@pytest.fixture
def lease(ledger: str) -> Iterator[Lease]:
    """A verification that waits for a reply, and whose next instant has come."""
    found = hold(file("P-HARDSHIP"))
    take_up(found)
    ask(found)
    set_columns(found.number, next_instant=settings().now() - MINUTE)
    token = current_lease.set(found)
    yield found
    current_lease.reset(token)


def run(number: str, error: Exception | None = None) -> PrefectState:
    @one_pass
    async def refused(number: str) -> PrefectState:
        raise error or MoveRefused(number)

    return asyncio.run(refused(number))


def test_a_waiting_state_is_never_in_the_past() -> None:
    past = settings().now() - MINUTE
    now = Status("HY20260304AAAAAAAA", State.AWAITING_REPLY, Method.ISSUER, past)
    for state in (states.waiting(now), states.retrying(now)):
        assert state.state_details.scheduled_time >= settings().wall(past) + MINUTE


def test_a_refusal_that_nobody_else_caused_counts_as_a_failed_pass_and_ends_with_a_person(lease: Lease) -> None:
    assert run(lease.number).name == states.RETRYING
    assert (row(lease.number).failed_passes, names(lease.number)[-1]) == (1, "pass_failed")
    for _ in range(4):
        set_columns(lease.number, next_instant=settings().now() - MINUTE)
        run(lease.number)
    assert row(lease.number).state is State.NEEDS_ATTENTION


def test_a_refusal_since_somebody_else_moved_it_is_no_failure(lease: Lease) -> None:
    do(request_wake, lease.number)
    assert run(lease.number).name == State.AWAITING_REPLY.label
    assert row(lease.number).failed_passes == 0


def test_a_missing_character_is_on_the_record_by_place_and_count_and_for_stuck_alone_by_name(lease: Lease) -> None:
    state = run(lease.number, MissingGlyph(("姓名",), {"\U00030ede"}))
    assert "30EDE" not in f"{state.name} {state.message}"
    (event,) = [event for event in events(lease.number) if event.event == "attention_needed"]
    assert event.detail == {"code": "missing_glyph", "fields": ["姓名"], "count": 1}
    (line,) = do(watch.stuck)
    assert line.number == lease.number and "U+30EDE" in line.reason
    do(attention.retry, lease.number, now=settings().now(), actor="x")
    run(lease.number, PageOverflow("超出一页"))
    assert "U+30EDE" not in do(watch.stuck)[0].reason  # another reason, nothing left of the former


@pytest.mark.parametrize("step", [take_up_step, ask_issuing_unit.fn, deliver.fn, escalate_if_overdue.fn, look_up_share.fn, seal.fn])
def test_a_step_works_on_the_verification_that_it_names(lease: Lease, step: Callable[[str], Awaitable[Status]]) -> None:
    """The lease is the pass's: with another number the step would have moved the pass's verification instead."""
    other, before = file("P-HARDSHIP"), names(lease.number)
    with pytest.raises((RuntimeError, StepFailed)):
        asyncio.run(step(other))
    assert names(lease.number) == before and row(other).state is State.RECEIVED
