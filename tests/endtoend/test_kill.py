"""kill -9 of each process in the middle of many verifications: none is lost, and every effect happens once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from ledger.database import transaction
from ledger.lifecycle import leases
from runtime.services.postgres import Cluster
from sandbox.people import PERSONS
from tests.cluster import kill, start_again
from tests.endtoend.acting import Api
from tests.endtoend.counting import assert_delivered_once
from tests.patience import patiently, wait_until
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MANY = 50
ANSWERED = 0.3
"""The part that a department answers; shared data the rest."""
LONG = 120.0


def test_the_worker(stack: Stack, department: Api, office: Api) -> None:
    worker = stack.workers[0]
    kill_in_the_middle(stack, department, office, worker.kill, worker.start)


def test_the_gateway(stack: Stack, department: Api, office: Api) -> None:
    assert stack.gateway is not None
    kill_in_the_middle(stack, department, office, stack.gateway.kill, stack.gateway.start)


def test_the_prefect_server(stack: Stack, department: Api, office: Api) -> None:
    server = stack.prefect.program
    kill_in_the_middle(stack, department, office, server.kill, server.start)


def test_postgresql(stack: Stack, department: Api, office: Api, installation: tuple[Path, Cluster]) -> None:
    """The ledger's and Prefect's, which are one cluster here."""
    _, cluster = installation
    kill_in_the_middle(stack, department, office, partial(kill, cluster), partial(start_again, cluster))


def kill_in_the_middle(stack: Stack, department: Api, office: Api, kill: Callable[[], None], start: Callable[[], None]) -> None:
    """File many, kill when a part is filed and a part delivered, start again after a second, and count."""
    acknowledged: list[str] = []

    def file(position: int) -> None:
        acknowledged.append(file_stubbornly(department, position))

    with answering(office), ThreadPoolExecutor(4) as clerks:
        filing = [clerks.submit(file, position) for position in range(MANY)]
        wait_until(lambda: len(acknowledged) > MANY // 3 and delivered(acknowledged), 60, "work under way")
        kill()
        known = set(acknowledged)
        time.sleep(1)
        start()
        for future in filing:
            future.result(LONG)
        assert known <= set(acknowledged) and len(set(acknowledged)) == MANY
        wait_until(lambda: len(delivered(acknowledged)) == MANY, LONG, f"all {MANY} delivered")
    for number in acknowledged:
        assert_delivered_once(number)
    assert answered_once(acknowledged) == MANY * ANSWERED
    assert filed_in_all_cases(acknowledged) == MANY, "a repeated call made a second verification"
    with suppress(AssertionError):  # of the wait alone: what is left is named below
        # A dead worker's lease ends after half a minute, and the look that finds what it left comes each half minute.
        wait_until(lambda: not unfinished(stack, acknowledged), LONG, "Prefect agrees with the ledger")
    assert unfinished(stack, acknowledged) == []


def file_stubbornly(department: Api, position: int) -> str:
    """As a department's system does it: the same call with the same key until it is acknowledged."""
    person = PERSONS[position % 48].name
    proof = "P-HARDSHIP" if position % 10 < ANSWERED * 10 else "P-HOUSEHOLD"
    key, case = uuid4().hex, ""
    for _ in patiently(LONG, f"number {position} is filed", 0.3):
        try:
            case = case or department.put_case(person)
            return str(department.file(proof, person, case=case, key=key)["number"])
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            refused = isinstance(error, httpx.HTTPStatusError) and error.response.status_code < 500
            assert not refused, error
    raise AssertionError("unreachable")


@contextmanager
def answering(office: Api) -> Iterator[None]:
    """The street office at its inbox, twice a second; a dead gateway does not disturb it."""
    closing = threading.Event()

    def work() -> None:
        while not closing.wait(0.5):
            with suppress(httpx.HTTPError):
                for item in office.get("/v1/inbox", params={"status": "open"})["items"]:
                    office.reply(item["id"])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        thread.join(60)


def delivered(numbers: list[str]) -> list[str]:
    query = text("SELECT number FROM verifications WHERE number = ANY(:numbers) AND state = 'delivered'")
    with transaction() as session:
        return list(session.scalars(query, {"numbers": list(numbers)}))


def answered_once(numbers: list[str]) -> int:
    """How many requests to the issuing unit were answered: an answer that was never acknowledged counts too."""
    query = text("SELECT count(*) FROM requests WHERE verification = ANY(:numbers) AND answered_at IS NOT NULL")
    with transaction() as session:
        return int(session.execute(query, {"numbers": list(numbers)}).scalar_one())


def filed_in_all_cases(numbers: list[str]) -> int:
    """How many verifications the cases of these hold: each case was to hold one."""
    of_the_same_cases = text(
        "SELECT count(*) FROM verifications WHERE case_id IN (SELECT case_id FROM verifications WHERE number = ANY(:numbers))"
    )
    with transaction() as session:
        return int(session.execute(of_the_same_cases, {"numbers": list(numbers)}).scalar_one())


def unfinished(stack: Stack, numbers: list[str]) -> list[str]:
    """Verifications whose run did not end as delivered, and those with another run that did not end at all.

    What waited while nobody worked is a rush, of which one run tells: it has another name.
    """
    with transaction() as session:
        told = {number: leases.binding(session, number).flow_run for number in numbers}
    if untold := [f"{number} not told" for number, run in told.items() if run is None]:
        return untold
    telling = set(map(str, told.values()))
    found: dict[str, tuple[str, str]] = {}
    for wanted in ({"name": {"any_": numbers}}, {"id": {"any_": sorted(telling)}}):
        rows = stack.prefect.http.post("/flow_runs/filter", json={"flow_runs": wanted}).raise_for_status().json()
        found |= {row["id"]: (row["name"], row["state_type"]) for row in rows}
    if gone := telling - found.keys():
        return [f"{run} gone" for run in sorted(gone)]
    open_ones = {"SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED"}
    return [f"{name} {kind}" for run, (name, kind) in found.items() if kind in open_ones or (run in telling and kind != "COMPLETED")]
