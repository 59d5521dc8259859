"""A batch with real workers: found, run, killed, gone on with; ended in Prefect as in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.batches import BatchStatus
from domain.lifecycle import State
from ledger.batches import standing
from ledger.tables.batches import Batch, BatchRow
from ledger.tables.effects import Delivery, Proof, SealUse
from ledger.tables.verifications import Verification
from runtime.services.postgres import Cluster
from settings import settings
from tests.ledger.acting import all_of, do
from tests.ledger.batches.sending import PEOPLE, a_case, row, send, sent
from tests.patience import wait_until
from tests.stack import PrefectServer, Stack, start_stack

pytestmark = [pytest.mark.timeout(300)]
ROWS = 30
LONG = 150.0


@pytest.fixture
def stack(installation: tuple[Path, Cluster], ledger: str, prefect: PrefectServer) -> Iterator[Stack]:
    with start_stack(*installation, ledger, prefect, workers=1, lease_seconds="3") as running:
        yield running


def sending(count: int) -> str:
    now = settings().now()
    return send(sent(*(row(line, a_case(PEOPLE[line % 2], now=now), PEOPLE[line % 2]) for line in range(2, count + 2))), now=now)


def batch(number: str) -> Batch:
    return next(one for one in all_of(Batch) if one.number == number)


def delivered() -> int:
    return sum(one.state is State.DELIVERED for one in all_of(Verification))


def run_of(stack: Stack, number: str) -> dict[str, Any]:
    found = batch(number).flow_run
    return stack.prefect.run_of(found) if found else {}


def test_killed_in_the_middle_every_row_is_delivered_once_and_the_run_says_so(stack: Stack) -> None:
    number = sending(ROWS)
    wait_until(lambda: bool(all_of(Verification)), LONG, "work under way")
    stack.workers[0].kill()
    before = delivered()
    stack.workers[0].start()
    wait_until(lambda: batch(number).ended_at is not None, LONG, f"ended; {before} were delivered before")
    numbers = sorted(one.verification or "" for one in all_of(BatchRow) if one.batch == number)
    assert before < ROWS == delivered() == len(set(numbers)) == len(all_of(Verification))
    for table in (SealUse, Proof, Delivery):
        assert sorted(one.verification for one in all_of(table)) == numbers, table.__name__
    wait_until(lambda: run_of(stack, number).get("state_name") == BatchStatus.ENDED.label, LONG, "the run has ended, by its name")
    shown = stack.prefect.http.post("/artifacts/latest/filter", json={"artifacts": {"key": {"any_": [number.lower()]}}}).json()
    assert f"共 {ROWS} 行,已办结 {ROWS} 行" in shown[0]["data"]
    assert "演示" not in str(shown)
    wait_until(lambda: all(one.next_instant is None for one in all_of(Batch)), LONG, "nobody looks at it any more")


def test_paused_by_the_unit_or_cancelled_in_prefect_it_rests_until_somebody_goes_on_with_it(stack: Stack) -> None:
    first = sending(2)
    do(standing.steer, first, BatchStatus.PAUSED, now=settings().now(), actor="person:x")
    wait_until(lambda: batch(first).next_instant is None, LONG, "looked at")
    kept = delivered()
    do(standing.steer, first, BatchStatus.WORKING, now=settings().now(), actor="person:x")
    wait_until(lambda: batch(first).ended_at is not None, LONG, f"ended; {kept} before")
    wait_until(lambda: run_of(stack, first).get("state_name") == BatchStatus.ENDED.label, LONG, "its run too")
    second = send(sent(row(2, a_case(now=settings().now()), proof="P-HARDSHIP")), now=settings().now())
    wait_until(lambda: run_of(stack, second).get("state_name") == "等待各行办结", LONG, "it waits for the unit")
    assert run_of(stack, second)["work_queue_name"] == "batches" and "370402-PERMIT" in run_of(stack, second)["tags"]
    body = {"state": {"type": "CANCELLED"}, "force": True}
    stack.prefect.http.post(f"/flow_runs/{batch(second).flow_run}/set_state", json=body).raise_for_status()
    do(standing.steer, second, BatchStatus.PAUSED, now=settings().now(), actor="person:x")
    do(standing.steer, second, BatchStatus.WORKING, now=settings().now(), actor="person:x")
    wait_until(lambda: run_of(stack, second).get("state_name") == "等待各行办结", LONG, "it waits again, in another run")


def test_a_run_that_somebody_deleted_is_made_anew(stack: Stack) -> None:
    number = send(sent(row(2, a_case(now=settings().now()), proof="P-HARDSHIP")), now=settings().now())
    wait_until(lambda: run_of(stack, number).get("state_name") == "等待各行办结", LONG, "it waits for the unit")
    lost = batch(number).flow_run
    stack.prefect.http.delete(f"/flow_runs/{lost}").raise_for_status()
    do(standing.steer, number, BatchStatus.CANCELLED, now=settings().now(), actor="person:x")  # something to look at
    wait_until(lambda: batch(number).flow_run not in (None, lost), LONG, "another run")
