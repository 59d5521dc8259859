"""A deployment made anew over the API is what `prefect deploy` makes, and touches nothing else; strays are ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from sqlalchemy import update

from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.tables.effects import Worker
from runtime.services import prefect_server
from runtime.worker.reconciler import Reconciler
from runtime.worker.runs import Runs
from settings import settings
from tasks.passes import owner
from tests.ledger.acting import do, row, set_columns
from tests.ledger.filing import file
from tests.stack import PrefectServer

#: Another one's each time, or how a worker of Prefect's own would find the file.
ITS_OWN = {"id", "created", "updated", "flow_id", "work_queue_id", "labels", "version", "pull_steps", "last_polled", "status"}


@pytest.fixture
def server(ledger: str, prefect: PrefectServer) -> Iterator[PrefectServer]:
    assert not prefect.taken
    os.environ |= prefect_server.client_environment(prefect.url, prefect.secret, settings().home)
    with temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}):
        yield prefect
        look(prefect, repaired=True)
    prefect.clear()


def look(server: PrefectServer, repaired: bool = False) -> None:
    async def inside() -> None:
        async with prefect_server.asking(server.url, server.secret) as http, get_client() as client:
            reconciler = Reconciler(http, Runs(client))
            await (reconciler.repair() if repaired else reconciler.look())

    asyncio.run(inside())


def plain(deployment: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in deployment.items() if name not in ITS_OWN}
    rows = ({name: row[name] for name in ("slug", "schedule", "active", "parameters")} for row in kept["schedules"])
    return {**kept, "schedules": sorted(rows, key=lambda row: str(row["slug"]))}


def read(server: PrefectServer) -> dict[str, dict[str, Any]]:
    rows = server.http.post("/deployments/filter", json={}).raise_for_status().json()
    return {row["entrypoint"]: row for row in rows}


def test_what_is_made_anew_is_what_prefect_deploy_makes(server: PrefectServer) -> None:
    for one in read(server).values():
        server.http.delete(f"/deployments/{one['id']}").raise_for_status()
    look(server)
    made = read(server)
    assert len(server.deployed) == 8
    assert {one["entrypoint"]: plain(one) for one in server.deployed} == {name: plain(one) for name, one in made.items()}


def test_what_is_made_anew_touches_nothing_else(server: PrefectServer) -> None:
    before = read(server)
    changed, other = before["flows/upkeep.py:upkeep"], before["flows/retention.py:retention"]
    for one in (changed, other):
        address = f"/deployments/{one['id']}/schedules"
        server.http.patch(f"{address}/{one['schedules'][0]['id']}", json={"active": False}).raise_for_status()
    mine = [{"slug": "mine", "schedule": {"interval": 86400}, "active": False}]
    server.http.post(f"/deployments/{changed['id']}/schedules", json=mine).raise_for_status()
    server.http.patch(f"/deployments/{changed['id']}", json={"entrypoint": "flows/x.py:x"}).raise_for_status()
    look(server)
    after = read(server)
    assert after["flows/retention.py:retention"]["updated"] == other["updated"]
    assert {row["slug"]: row["active"] for row in after["flows/upkeep.py:upkeep"]["schedules"]} == {
        "each-six-hours": False,
        "mine": False,
    }, "what was off stays off, until `repair`"
    found = [row["id"] for row in after["flows/upkeep.py:upkeep"]["schedules"] if row["slug"] == "mine"]
    server.http.delete(f"/deployments/{changed['id']}/schedules/{found[0]}").raise_for_status()


def begun(server: PrefectServer, flow: str, **parameters: str) -> str:
    found = server.http.get(f"/deployments/name/{flow}/main").raise_for_status().json()["id"]
    made = server.http.post(f"/deployments/{found}/create_flow_run", json={"parameters": parameters}).raise_for_status()
    run: str = made.json()["id"]
    server.http.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "RUNNING"}, "force": True}).raise_for_status()
    return run


def works_since(at: datetime) -> None:
    do(leases.enlist, settings().worker_name, owner())
    with transaction() as session:
        session.execute(update(Worker).values(started_at=at))


def test_a_run_of_the_upkeep_whose_worker_has_died_does_not_run_for_ever(server: PrefectServer) -> None:
    run, now = begun(server, "deadline-sweep"), datetime.now(UTC)

    def state() -> str:
        found: str = server.http.get(f"/flow_runs/{run}").raise_for_status().json()["state"]["type"]
        return found

    look(server)
    assert state() == "RUNNING", "no worker lives that could say so"
    works_since(now - timedelta(minutes=5))
    look(server)
    assert state() == "RUNNING", "the worker that began it lives, or may"
    works_since(now + timedelta(minutes=5))
    look(server)
    assert state() == "CRASHED"


def test_the_run_of_a_case_that_has_ended_is_shown_as_ended(server: PrefectServer) -> None:
    ended, at_work = file(now=settings().now()), file(now=settings().now())
    do(attention.withdraw, ended, now=settings().now(), actor="person:a")
    runs = {number: begun(server, "verification", number=number) for number in (ended, at_work)}
    for number, run in runs.items():
        set_columns(number, flow_run=run, wake_requested_at=None)
    set_columns(at_work, lease_owner="w1/a", lease_until=datetime.now(UTC) + timedelta(minutes=5))
    look(server)
    state = server.http.get(f"/flow_runs/{runs[ended]}").json()["state"]
    assert (state["type"], state["name"]) == ("COMPLETED", row(ended).state.label)
    assert server.http.get(f"/flow_runs/{runs[at_work]}").json()["state"]["type"] == "RUNNING", "somebody works on it"
