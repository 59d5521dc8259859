"""Several workers on one pool: one is killed in the middle, the other finishes its cases, each effect once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from domain.lifecycle import Event, State
from ledger.database import transaction
from ledger.tables.effects import Delivery, Proof, SealUse
from ledger.tables.verifications import EventRow, Verification
from runtime.services.postgres import Cluster
from settings import settings
from tests.ledger.filing import file
from tests.patience import wait_until
from tests.stack import PrefectServer, start_stack

COUNT = 20


def state_of(numbers: list[str]) -> dict[str, State]:
    with transaction() as session:
        rows = session.execute(select(Verification.number, Verification.state).where(Verification.number.in_(numbers)))
        return dict(rows.all())


def held_by(worker: str) -> set[str]:
    """The verifications whose lease this worker holds."""
    with transaction() as session:
        return set(session.scalars(select(Verification.number).where(Verification.lease_owner.startswith(f"{worker}/"))))


def at_work(worker: str) -> set[str]:
    """Those of them that are not delivered: for a moment a lease outlives its work."""
    return {number for number, state in state_of(list(held_by(worker))).items() if state is not State.DELIVERED}


def how_many(table: type[Proof] | type[SealUse] | type[Delivery], number: str) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table).where(table.verification == number)) or 0


def events_of(number: str) -> list[EventRow]:
    with transaction() as session:
        return list(session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id)))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_one_worker_is_killed_and_the_other_finishes_its_cases(
    installation: tuple[Path, Cluster], ledger: str, prefect: PrefectServer
) -> None:
    home, cluster = installation
    with start_stack(home, cluster, ledger, prefect, workers=2, anew=True, lease_seconds="3", worker_limit="4") as stack:
        first, second = stack.workers
        # Each pass takes two seconds and a worker has room for four: both are at work when one dies.
        stack.fault("licence_library", fault="slow", seconds=2, where="queryCertInfoByHolderCode")
        now = settings().now()
        numbers = [file(now=now, accepted_at=now, promise_end=now + timedelta(days=5)) for _ in range(COUNT)]
        flow_runs = {number: stack.start_run(number) for number in numbers}
        wait_until(lambda: at_work(first.name) and at_work(second.name), 30, "both workers at work")
        first.kill()
        orphans = held_by(first.name)
        ended = {number for number, state in state_of(numbers).items() if state is State.DELIVERED}
        assert orphans - ended, "the killed worker left nothing behind: it was not killed in the middle"
        assert set(state_of(numbers).values()) != {State.DELIVERED}

        wait_until(lambda: set(state_of(numbers).values()) == {State.DELIVERED}, 120, "all delivered")

        for number in numbers:
            happened = [event.event for event in events_of(number)]
            assert [how_many(table, number) for table in (Proof, SealUse, Delivery)] == [1, 1, 1]
            once = (Event.FILED, Event.TAKEN_UP, Event.SHARE_FOUND, Event.SEAL_STARTED, Event.SEALED, Event.DELIVERED)
            assert [happened.count(event) for event in once] == [1] * len(once)
        for number in orphans - ended:
            assert events_of(number)[-1].actor == f"system:{second.name}"

        # Prefect agrees: nothing is left running under a worker that no longer exists.
        wait_until(
            lambda: all(prefect.run_of(run)["state_type"] == "COMPLETED" for run in flow_runs.values()), 60, "every flow run completed"
        )
        assert second.runs()
