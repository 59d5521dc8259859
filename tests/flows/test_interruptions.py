"""A pass may die, repeat, meet another worker or a reply at any point: every effect still happens once."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.lifecycle import State
from domain.methods import Answer
from flows.verification import verification
from ledger.database import transaction
from ledger.inbox import requests
from ledger.inbox.requests import Reply
from ledger.lifecycle import leases
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import snapshot
from ledger.tables.effects import Delivery, Proof, SealUse
from ledger.tables.verifications import Request, Verification
from settings import settings
from tasks.passes import current_lease, owner
from tests.flows.interrupting import Killed, interrupted, kill
from tests.ledger.filing import file

pytestmark = pytest.mark.usefixtures("stack")

GUANGMING = "370402-GUANGMING"
FIELDS = {"家庭人口": "2", "人均月收入": "600元", "认定结论": "符合经济困难认定标准"}
MOST_COMMITS = 40


def file_now(proof: str, person: str, **more: Any) -> str:
    return file(proof, person, now=settings().now(), **more)


def run_pass(number: str) -> None:
    """One pass as a worker runs it: leased, and the lease given back after Prefect has the last state."""

    async def one() -> None:
        await verification(number, return_state=True)

    asyncio.run(one())
    with transaction() as session:
        leases.release(session, _lease(session, number))


def _lease(session: Session, number: str) -> Lease:
    return Lease(number, owner(), session.get_one(Verification, number).lease_token)


def run_to_the_end(number: str) -> None:
    for _ in range(6):
        with transaction() as session:
            if snapshot(session, number).ended:
                return
        run_woken(number)
    raise AssertionError(f"{number} did not end")


def run_until_asked(number: str) -> None:
    """Until the unit was asked, and once more: it waits, and nobody is asked twice."""
    for _ in range(6):
        with transaction() as session:
            asked = session.scalar(select(Request.id).where(Request.verification == number)) is not None
        run_woken(number)
        if asked:
            return
    raise AssertionError(f"nobody was asked for {number}")


def run_woken(number: str) -> None:
    with transaction() as session:
        session.execute(update(Verification).values(wake_requested_at=func.clock_timestamp()))
    with suppress(BaseException):
        run_pass(number)


def lapse(number: str) -> None:
    """What a dead worker leaves: a lease that runs out."""
    with transaction() as session:
        session.execute(update(Verification).where(Verification.number == number).values(lease_until=func.clock_timestamp()))


def reply_if_asked(number: str) -> None:
    with transaction() as session:
        request = session.scalar(select(Request.id).where(Request.verification == number, Request.answered_at.is_(None)))
        if request is not None:
            requests.reply(session, request, GUANGMING, Reply(Answer.TRUE, FIELDS), now=settings().now(), actor="test")


def assert_once(number: str, requests_made: int) -> None:
    """One proof, one completed seal use of the same digest, one delivery, as many requests as were needed."""
    with transaction() as session:
        assert snapshot(session, number).state is State.DELIVERED
        proofs = session.scalars(select(Proof).where(Proof.verification == number)).all()
        uses = session.scalars(select(SealUse).where(SealUse.verification == number)).all()
        deliveries = session.scalars(select(Delivery).where(Delivery.verification == number)).all()
        asked = session.scalars(select(Request).where(Request.verification == number)).all()
    assert [len(proofs), len(uses), len(deliveries), len(asked)] == [1, 1, 1, requests_made]
    assert uses[0].digest == proofs[0].digest and uses[0].completed_at is not None


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_a_shared_data_pass_killed_at_every_commit_delivers_once(ledger: str, moment: str) -> None:
    for point in range(1, MOST_COMMITS):
        number = file_now("P-HOUSEHOLD", "演示甲子")
        with interrupted(moment, point, kill) as interruption, suppress(Killed):
            run_pass(number)
        lapse(number)
        run_to_the_end(number)
        assert_once(number, requests_made=0)
        if not interruption.fired:
            return
    raise AssertionError("a pass has too many commits")


def test_a_departmental_pass_killed_at_every_commit_asks_and_delivers_once(ledger: str) -> None:
    for point in range(1, MOST_COMMITS):
        number = file_now("P-HARDSHIP", "演示乙丑")
        with interrupted("after_commit", point, kill) as interruption, suppress(Killed):
            run_pass(number)
            reply_if_asked(number)
            run_pass(number)
        lapse(number)
        run_until_asked(number)
        reply_if_asked(number)
        run_to_the_end(number)
        assert_once(number, requests_made=1)
        if not interruption.fired:
            return
    raise AssertionError("two passes have too many commits")


def test_a_reply_at_any_point_of_a_pass_is_not_lost(ledger: str) -> None:
    """The reply either is seen by the pass, or asks for another one when the lease is given back."""
    for point in range(1, MOST_COMMITS):
        number = file_now("P-HARDSHIP", "演示乙丑")
        with interrupted("after_commit", point, _elsewhere(lambda number=number: reply_if_asked(number))) as moment:
            asyncio.run(_pass(number))
        with transaction() as session:
            asked_again = leases.release(session, _lease(session, number))
            replied = requests.answered_request(session, number) is not None
            state = snapshot(session, number).state
        if replied:
            assert asked_again or state is State.DELIVERED, f"a reply after commit {point} was lost"
            run_to_the_end(number)
            assert_once(number, requests_made=1)
        if not moment.fired:
            return
    raise AssertionError("a pass has too many commits")


def test_two_passes_at_the_same_time_do_the_work_once(ledger: str) -> None:
    for _ in range(3):
        number = file_now("P-HOUSEHOLD", "演示甲子")

        async def both(number: str = number) -> None:
            await asyncio.gather(_pass(number), _pass(number), return_exceptions=True)

        asyncio.run(both())
        run_to_the_end(number)
        assert_once(number, requests_made=0)


def test_nobody_else_gets_the_lease_during_a_pass(ledger: str) -> None:
    taken: list[object] = []
    number = file_now("P-HOUSEHOLD", "演示甲子")

    def grab() -> None:
        with transaction() as session:
            taken.append(leases.acquire(session, number, "somebody/else"))

    for point in range(2, 8):
        with interrupted("after_commit", point, _elsewhere(grab)):
            run_pass(number)
        number = file_now("P-HOUSEHOLD", "演示甲子")
    assert taken and not any(taken)


def test_another_worker_overtakes_with_a_reply_at_any_point(ledger: str) -> None:
    """The lease runs out under a slow pass, a reply lands, another worker takes the case and goes on with it; then the
    slow one wakes up, and has no effect any more."""

    for point in range(2, MOST_COMMITS):
        number = file_now("P-HARDSHIP", "演示乙丑")

        def overtake(number: str = number) -> None:
            lapse(number)
            reply_if_asked(number)
            with transaction() as session:
                session.execute(update(Verification).values(wake_requested_at=func.clock_timestamp()))
                lease = leases.acquire(session, number, "worker-2/another")
            if lease is not None:
                current_lease.set(lease)  # of this thread's context
                asyncio.run(_pass(number))

        with interrupted("after_commit", point, _elsewhere(overtake)) as moment, suppress(BaseException):
            run_pass(number)
        lapse(number)
        run_until_asked(number)
        reply_if_asked(number)
        run_to_the_end(number)
        assert_once(number, requests_made=1)
        if not moment.fired:
            return
    raise AssertionError("a pass has too many commits")


async def _pass(number: str) -> None:
    await verification(number, return_state=True)


def _elsewhere(act: Callable[[], None]) -> Callable[[], None]:
    """Run `act` in a thread of its own, as another process would, and wait for it."""
    server = contextvars.copy_context()  # Prefect's address; not the lease, which is the pass's own

    def run() -> None:
        thread = threading.Thread(target=server.copy().run, args=(act,))
        thread.start()
        thread.join(60)

    return run
