"""Flow runs and the ledger kept in step, against a real Prefect server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from domain.batches import BatchStatus
from ledger.batches import runs as batch_runs
from ledger.batches import standing
from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.tables.batches import Batch
from ledger.tables.verifications import Verification
from runtime.services.blueprint import BATCHES, UPKEEP
from runtime.worker import batches as batches_room
from runtime.worker import runs as room
from runtime.worker import worker as worker_room
from runtime.worker.batches import Batches
from runtime.worker.runs import Runs
from runtime.worker.strays import Strays
from settings import settings
from tasks import batch_states
from tests.ledger.acting import all_of, do, set_columns
from tests.ledger.batches.sending import a_case, row, send, sent
from tests.ledger.filing import file
from tests.stack import PrefectServer

T = TypeVar("T")


@pytest.fixture
def server(ledger: str, prefect: PrefectServer) -> Iterator[PrefectServer]:
    """No worker polls it."""
    assert not prefect.taken
    with temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}):
        yield prefect
    prefect.clear()


def with_runs(act: Callable[[Runs], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with get_client() as client:
            await act(Runs(client))

    asyncio.run(inside())


def bound(number: str) -> UUID | None:
    with transaction() as session:
        return session.get_one(Verification, number).flow_run


def crash(server: PrefectServer, run: UUID) -> None:
    body = {"state": {"type": "CRASHED"}, "force": True}
    server.http.post(f"/flow_runs/{run}/set_state", json=body).raise_for_status()


def test_a_run_that_is_polled_before_it_is_noted_goes_on_and_nothing_is_paused(
    server: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that made the next run dies before it notes it; another has polled it by then."""
    number, note = file(), room._bind

    def die(*_: Any) -> None:
        raise ConnectionError

    async def act(runs: Runs) -> None:
        await runs.align(number)
        first = bound(number)
        assert first is not None
        crash(server, first)
        monkeypatch.setattr(room, "_bind", die)
        with pytest.raises(ConnectionError):
            await runs.align(number)
        monkeypatch.setattr(room, "_bind", note)
        (polled,) = [run for run in await runs.due(10) if run.name == number]
        await runs.align_run(polled)
        assert bound(number) == polled.id != first
        assert server.run_of(polled.id)["state_type"] == "SCHEDULED"
        assert do(leases.acquire, number, "w1/a", polled.id) is not None

    with_runs(act)


async def align_while_somebody_goes_on(
    server: PrefectServer, monkeypatch: pytest.MonkeyPatch, aligning: Runs | Batches, number: str, run: UUID, go_on: Callable[[], object]
) -> None:
    """Its run was cancelled; between the worker's look at it and what it does of it, `go_on` happens."""
    server.http.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "CANCELLED"}, "force": True}).raise_for_status()
    read = aligning._read

    async def then(bound_run: UUID | None) -> FlowRun | None:
        found = await read(bound_run)
        await asyncio.to_thread(go_on)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(aligning, "_read", then)
        await aligning.align(number)


def test_a_cancel_of_a_run_is_past_where_somebody_goes_on_in_another(server: PrefectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    number = file()

    def go_on() -> None:
        do(attention.pause, number, now=settings().now(), actor="system:prefect")
        do(attention.resume, number, now=settings().now(), actor="person:x")

    async def act(runs: Runs) -> None:
        await runs.align(number)
        run = bound(number)
        assert run is not None
        await align_while_somebody_goes_on(server, monkeypatch, runs, number, run, go_on)
        with transaction() as session:
            assert session.get_one(Verification, number).paused_at is None
        await runs.align(number)
        assert bound(number) not in (None, run)

    with_runs(act)


def test_a_cancel_of_a_batchs_run_is_past_where_somebody_goes_on_in_another(server: PrefectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    number = send(sent(row(2, a_case(now=settings().now()), proof="P-HARDSHIP")), now=settings().now())

    def go_on() -> None:
        for to in (BatchStatus.PAUSED, BatchStatus.WORKING):
            do(standing.steer, number, to, now=settings().now(), actor="person:x")

    async def act(runs: Runs) -> None:
        batches = Batches(runs._client, runs, threading.Event())
        await batches.align(number)
        run = one_of(Batch).flow_run
        assert run is not None
        await align_while_somebody_goes_on(server, monkeypatch, batches, number, run, go_on)
        assert one_of(Batch).status is BatchStatus.WORKING
        await batches.align(number)
        assert one_of(Batch).flow_run not in (None, run)

    with_runs(act)


def test_a_batchs_run_that_waits_is_left_alone_until_the_ledger_wants_it_earlier(server: PrefectServer) -> None:
    number = send(sent(row(2, a_case(now=settings().now()), proof="P-HARDSHIP")), now=settings().now())

    async def act(runs: Runs) -> None:
        batches = Batches(runs._client, runs, threading.Event())
        await batches.align(number)
        run = one_of(Batch).flow_run
        assert run is not None
        later = settings().now() + timedelta(minutes=15)
        do(batch_runs.schedule, number, later)
        waiting = batch_states.scheduled(batch_states.WAITING, "共 1 行", later)
        await runs._client.set_flow_run_state(run, waiting, force=True)
        await batches.align(number)
        assert server.run_of(run)["state_name"] == batch_states.WAITING, "as its flow left it, with what it waits for"
        do(batch_runs.schedule, number, settings().now())
        await batches.align(number)
        assert server.run_of(run)["state_name"] == batch_states.RECOVERED
        assert [one.id for one in await runs.due(1, BATCHES)] == [run]

    with_runs(act)


def test_a_batchs_lease_that_could_not_be_given_back_runs_out(server: PrefectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL died in the middle of a part: the worker lives on, and its heartbeat must not hold the batch for ever."""
    number, renewed = send(sent(row(2, a_case(now=settings().now()))), now=settings().now()), []

    async def act(runs: Runs) -> None:
        batches = Batches(runs._client, runs, threading.Event())

        async def work(*_: Any, **__: Any) -> None:
            before = one_of(Batch).lease_until
            await batches._renew()
            renewed.append((before, one_of(Batch).lease_until))
            raise ConnectionError

        def away(*_: Any) -> None:
            raise ConnectionError

        await batches.align(number)
        (due,) = await runs.due(1, BATCHES)
        monkeypatch.setattr(batches_room, "run_flow_async", work)
        monkeypatch.setattr(batch_runs, "release", away)
        await batches._work(due)
        await batches._renew()
        (before, while_at_work), after = renewed[0], one_of(Batch).lease_until
        assert before < while_at_work == after, "renewed while it was worked on, and then no more"

    with_runs(act)


def one_of(table: type[T]) -> T:
    (found,) = all_of(table)
    return found


def test_what_has_ended_is_told_although_its_dead_worker_still_has_a_lease(server: PrefectServer) -> None:
    """The worker died after the last move and before it told Prefect."""
    open_one, ended = file(), file()

    async def act(runs: Runs) -> None:
        for number in (open_one, ended):
            await runs.align(number)
            run = bound(number)
            assert do(leases.acquire, number, "w1/dead", run) is not None
            server.http.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "RUNNING"}, "force": True}).raise_for_status()
        set_columns(ended, state="withdrawn")
        async with httpx.AsyncClient(base_url=server.http.base_url, headers=server.http.headers, auth=server.http.auth) as http:
            strays = Strays(http)
            await strays.end(runs, await strays.begun())

    with_runs(act)
    assert server.run_of(bound(ended) or UUID(int=0))["state_type"] == "COMPLETED"
    assert server.run_of(bound(open_one) or UUID(int=0))["state_type"] == "RUNNING", "somebody may be at work on it"


def test_cases_never_wait_behind_the_upkeep(server: PrefectServer) -> None:
    number = file()

    async def act(runs: Runs) -> None:
        await runs.align(number)
        assert [run.name for run in await runs.due(200)] == [number]
        assert all("verification" not in run.name for run in await runs.due(200, UPKEEP))

    with_runs(act)


def test_more_cancelled_runs_than_one_page_are_all_seen(server: PrefectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [file() for _ in range(5)]
    monkeypatch.setattr(room, "_PAGE", 2)

    async def act(runs: Runs) -> None:
        for number in numbers:
            await runs.align(number)
        async with get_client() as client:
            for number in numbers:
                run = bound(number)
                assert run is not None
                await client.set_flow_run_state(run, State(type=StateType.CANCELLED), force=True)
        found = await runs.cancelled(since=room.timedelta(minutes=1))
        assert sorted(run.name for run in found) == sorted(numbers)

    with_runs(act)


def test_of_overdue_upkeep_only_the_newest_of_each_kind_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Run:
        def __init__(self, deployment: str, **parameters: str) -> None:
            self.id, self.deployment_id, self.parameters = uuid4(), deployment, parameters

    overdue = [Run("sweep"), Run("upkeep"), Run("sweep"), Run("sweep"), Run("upkeep")]
    overdue += [Run("report", period="2026-W10"), Run("report", period="2026-W11")]
    dropped, ran = [], []

    class Simulated:
        async def due(self, limit: int, queue: str) -> list[Run]:
            assert queue == UPKEEP
            return overdue

        async def drop(self, run: Run) -> None:
            dropped.append(run)

    async def act() -> None:
        worker = worker_room.Worker()
        worker._runs = Simulated()  # type: ignore[assignment]

        async def run(one: Run) -> None:
            ran.append(one)

        monkeypatch.setattr(worker, "_run", run)
        await worker._poll_upkeep()
        await asyncio.gather(*worker._places.taken.values())

    asyncio.run(act())
    assert dropped == [overdue[0], overdue[2], overdue[1]] and ran == overdue[3:], "what asks for something else is no repeat"
