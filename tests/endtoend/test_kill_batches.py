"""kill -9 of any process at any moment of a batch: every row delivered, each effect once.

A round each, of forty rows, in the suite. `PROOFLESS_KILL_ROUNDS=20 PROOFLESS_KILL_ROWS=500` before the command for more.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text

from domain.batches import BatchStatus
from ledger.database import transaction
from ledger.tables.batches import Batch, BatchRow
from runtime.services.postgres import Cluster
from sandbox.people import PERSONS
from tests.cluster import kill, start_again
from tests.endtoend.acting import Api, party
from tests.endtoend.conftest import REQUESTER
from tests.endtoend.counting import assert_delivered_once
from tests.patience import patiently, wait_until
from tests.stack import Stack

ROUNDS, ROWS = (int(os.environ.get(f"PROOFLESS_KILL_{name}", default)) for name, default in (("ROUNDS", "1"), ("ROWS", "40")))
LONG = 60.0 + ROWS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4 * LONG)]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_every_row_is_delivered_once(stack: Stack, department: Api, installation: tuple[Path, Cluster], seed: int) -> None:
    chance = random.Random(seed if ROUNDS > 1 else None)
    processes = living(stack, installation)
    number = sent_stubbornly(department, rows(department))
    fall = sorted(chance.sample(range(ROWS), 2))
    for already in fall:
        which = chance.choice(sorted(processes))
        kill, start = processes[which]
        wait_until(lambda least=already: delivered(number) >= least, LONG, f"{already} delivered, before {which} is killed; {fall}")
        kill()
        start()
    wait_until(lambda: standing(number) is BatchStatus.ENDED, LONG, f"{number} ended; killed at {fall}, last {which}")
    with transaction() as session:
        filed = list(session.scalars(select(BatchRow.verification).where(BatchRow.batch == number)))
    assert len(filed) == len(set(filed)) == ROWS
    for one in filed:
        assert one is not None
        assert_delivered_once(one)
    wait_until(lambda: run_state(stack, number) == BatchStatus.ENDED.label, LONG, "its run says so")


def living(stack: Stack, installation: tuple[Path, Cluster]) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """What may be killed and started again: PostgreSQL is the ledger's and Prefect's."""
    assert stack.gateway is not None
    worker, server, (_, cluster) = stack.workers[0], stack.prefect.program, installation
    programs = {"worker": worker, "gateway": stack.gateway, "Prefect server": server}
    others = {name: (one.kill, one.start) for name, one in programs.items()}
    return {"PostgreSQL": (partial(kill, cluster), partial(start_again, cluster)), **others}


def rows(department: Api) -> list[dict[str, object]]:
    people = [PERSONS[index % 48].name for index in range(ROWS)]
    return [{"case_number": department.put_case(name), "proof": "P-HOUSEHOLD", "party": party(name), "own": {}} for name in people]


def sent_stubbornly(department: Api, lines: list[dict[str, object]]) -> str:
    """The same call with the same key until it is acknowledged."""
    body = {"purpose": "低保年度复核", "responsible": REQUESTER, "rows": lines}
    headers = {"Idempotency-Key": uuid4().hex}
    for _ in patiently(LONG, "the batch is taken in", 0.3):
        with suppress(httpx.TransportError):
            return str(department.http.post("/v1/batches", json=body, headers=headers).raise_for_status().json()["number"])
    raise AssertionError("unreachable")


def delivered(number: str) -> int:
    query = text(
        "SELECT count(*) FROM batch_rows b JOIN verifications v ON v.number = b.verification"
        " WHERE b.batch = :number AND v.state = 'delivered'"
    )
    with transaction() as session:
        return int(session.execute(query, {"number": number}).scalar_one())


def standing(number: str) -> BatchStatus:
    with transaction() as session:
        return session.scalars(select(Batch.status).where(Batch.number == number)).one()


def run_state(stack: Stack, number: str) -> str:
    with transaction() as session:
        run = session.scalars(select(Batch.flow_run).where(Batch.number == number)).one()
    return str(stack.prefect.run_of(run)["state_name"]) if run else ""
