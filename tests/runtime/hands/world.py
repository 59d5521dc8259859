"""One ledger and one Prefect server with a verification in each state, on which every action is tried in turn.

What an action leaves must be whole again, so that the next one meets the same verifications; where it is not, the test
fails, and the next one begins with others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.prefect_alarms import ILL
from domain.share import Finding, ShareOutcome
from ledger.database import transaction
from ledger.lifecycle import fresh, leases
from ledger.outbox import alarms
from ledger.tables.verifications import Verification
from runtime.services import prefect_server
from runtime.services.blueprint import CASES, QUEUES
from runtime.worker.reconciler import Reconciler
from runtime.worker.runs import Runs
from runtime.worker.worker import Worker
from settings import settings
from tasks import look_up
from tests.ledger.acting import do, row
from tests.runtime.hands import cases
from tests.runtime.hands.doing import POOL
from tests.stack import PrefectServer

SOURCES = sorted(path.stem for path in settings().sources_dir.glob("*.toml"))
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class World:
    server: PrefectServer
    numbers: dict[str, str] = field(default_factory=dict)  #: by state
    working: str = ""  #: the one that is in its step

    async def fill(self) -> None:
        """A verification in each state, each with its run."""
        self.numbers = {state: make() for state, make in cases.OPEN.items()}
        self.numbers[cases.PAUSED] = cases.waits_for_a_unit()
        async with at_worker(self.server) as (worker, _):
            for number in [*self.numbers.values()] * 2:
                await worker._runs.align(number)
            cases.pause(self.numbers[cases.PAUSED])
            await worker._runs.align(self.numbers[cases.PAUSED])

    def open(self) -> dict[str, str]:
        return {state: number for state, number in self.numbers.items() if state in cases.OPEN}

    def at_work(self, *more: str) -> dict[str, bool]:
        """Of the open ones, by number: its own run will be given to a worker, at the latest when the ledger wants it."""
        found = found_by_a_worker(self.server)
        return {number: _is_at_work(number, found) for number in (*self.open().values(), *more)}

    def clean(self) -> None:
        """What operators made beside ours is taken away again."""
        http = self.server.http

        def rows(path: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = http.post(f"{path}/filter", json={}).raise_for_status().json()
            return found

        for one in rows("/automations"):
            http.delete(f"/automations/{one['id']}").raise_for_status()
        for one in rows("/work_pools"):
            if one["name"] != settings().work_pool:
                http.delete(f"/work_pools/{one['name']}").raise_for_status()
        pool = http.get(POOL).raise_for_status().json()
        if pool["concurrency_limit"] is not None:
            http.patch(POOL, json={"concurrency_limit": None}).raise_for_status()
        there = rows(f"{POOL}/queues")
        queues = {one["id"]: one["name"] for one in there}
        if queues[pool["default_queue_id"]] != CASES:  # renamed, and Prefect keeps a pool's first queue
            http.delete(POOL).raise_for_status()
        else:
            for name in set(queues.values()) - set(QUEUES):
                http.delete(f"{POOL}/queues/{name}").raise_for_status()
            if any(one["name"] == CASES and (one["concurrency_limit"], one["priority"]) != (None, 1) for one in there):
                http.patch(f"{POOL}/queues/{CASES}", json={"concurrency_limit": None, "priority": 1}).raise_for_status()
        for one in rows("/deployments"):
            if one["global_concurrency_limit"]:
                http.patch(f"/deployments/{one['id']}", json={"concurrency_limit": None}).raise_for_status()
            for added in one["schedules"] if one["entrypoint"].startswith("flows/verification") else ():
                http.delete(f"/deployments/{one['id']}/schedules/{added['id']}").raise_for_status()
        for one in rows("/concurrency_limits"):
            http.delete(f"/concurrency_limits/{one['id']}").raise_for_status()
        for one in rows("/v2/concurrency_limits"):
            http.delete(f"/v2/concurrency_limits/{one['id']}").raise_for_status()


def _is_at_work(number: str, found: dict[str, datetime]) -> bool:
    mine = row(number)
    planned = found.get(str(mine.flow_run))
    latest = max(mine.next_instant or FAR, datetime.now(UTC)) if mine.wake_requested_at is None else datetime.now(UTC)
    return planned is not None and planned <= latest + timedelta(seconds=3)


def found_by_a_worker(server: PrefectServer) -> dict[str, datetime]:
    """Every run that Prefect would give to a worker one day, with its time: nothing where it gives none at all, and where
    a limit lets it give a few at a time, the others in their turn."""
    body = {"work_queue_names": [CASES], "scheduled_before": FAR.isoformat(), "limit": 1}
    given = server.http.post(f"{POOL}/get_scheduled_flow_runs", json=body)
    if not given.is_success or not given.json():
        return {}
    body = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "work_pools": {"name": {"any_": [settings().work_pool]}},
        "work_pool_queues": {"name": {"any_": [CASES]}},
    }
    runs = server.http.post("/flow_runs/filter", json=body).raise_for_status().json()
    return {run["id"]: datetime.fromisoformat(run["next_scheduled_start_time"]) for run in runs}


def asking(server: PrefectServer) -> Any:
    return prefect_server.asking(server.url, server.secret)


async def repair(server: PrefectServer) -> list[str]:
    async with asking(server) as http:
        return await Reconciler(http).repair()


@asynccontextmanager
async def at_worker(server: PrefectServer) -> Any:
    """A worker of this process that does what it is told, and nothing else."""
    async with asking(server) as http, get_client() as client:
        worker = Worker()
        worker._runs = Runs(client)
        yield worker, Reconciler(http, worker._runs)


def in_line(session: Session) -> list[str]:
    return list(session.scalars(select(Verification.number).where(fresh.FRESH)))


async def look(world: World, worker: Worker, reconciler: Reconciler) -> None:
    """What each worker does in half a minute: what was cancelled, the comparison, wakes, suspects; and it polls: what it
    must refuse is refused."""
    for run in await worker._runs.cancelled(since=timedelta(minutes=1)):
        if do(leases.is_current, str(run.parameters.get("number")), run.id) or run.state and run.state.name == "Cancelling":
            await worker._runs.align_run(run)
    await reconciler.look()
    # What is new again is taken from the ledger itself, and has its run when its pass has ended: here it is only given one.
    for number in do(leases.claim_wakes) + do(in_line) + [one.number for one in do(leases.suspects, overdue_seconds=0)]:
        await worker._runs.align(number)
    open_runs = {str(row(number).flow_run) for number in (*world.open().values(), *filter(None, [world.working]))}
    for run in await worker._runs.due(200):
        if str(run.id) not in open_runs:
            await worker._run(run)


async def in_a_step(worker: Worker, number: str, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """The real pass of `number`, which waits in the middle of its step for the share source while `meanwhile` happens.
    The source knows nothing then, so that the issuing unit is asked."""
    with pytest.MonkeyPatch.context() as patch:
        source = Source()
        patch.setattr(look_up, "sources", lambda: dict.fromkeys(SOURCES, source))
        bound = row(number).flow_run
        assert bound is not None
        working = asyncio.create_task(worker._run(await worker._runs._client.read_flow_run(bound)))
        entered = asyncio.create_task(source.entered.wait())
        await asyncio.wait({working, entered}, return_when=asyncio.FIRST_COMPLETED)
        assert source.entered.is_set(), f"the pass reached its step: {row(number).state}, {row(number).lease_owner}"
        try:
            await meanwhile()
        finally:
            source.go_on.set()
            await working


class Source:
    """A share source that answers when it is let."""

    def __init__(self) -> None:
        self.entered, self.go_on = asyncio.Event(), asyncio.Event()

    def takes(self, _: object) -> bool:
        return True

    async def look_up(self, *_: object) -> Finding:
        self.entered.set()
        await self.go_on.wait()
        return Finding("licence_library", ShareOutcome.NONE, "没有查到")


def told() -> dict[str, str]:
    """Standing alarms about Prefect, by kind."""
    with transaction() as session:
        found = alarms.standing_alarms(session)
    texts: dict[str, list[str]] = {}
    for one in sorted(found, key=lambda one: one.message):
        if one.kind.startswith("prefect_") or one.kind in ILL:
            texts.setdefault(one.kind, []).append(one.message)
    return {kind: "".join(messages) for kind, messages in texts.items()}
