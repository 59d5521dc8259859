"""批次 of a worker: it finds those that are due, gives each its run, and works on one at a time beside the cases.

Its own loop, with its own heartbeat, so that neither waits for the other. `align` makes Prefect agree with the ledger, as
`runtime.worker.runs` does it for verifications: safe at any moment, by any worker, any number of times.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.flow_engine import run_flow_async

from domain.batches import BatchStatus
from flows.batch_verification import batch_verification
from ledger.batches import runs as bound
from ledger.batches import standing
from ledger.batches.runs import BatchRun
from ledger.database import transaction
from runtime.services.blueprint import BATCHES
from runtime.worker.clock import by_a_right_clock
from runtime.worker.runs import Runs
from settings import settings
from tasks import batch_states as states
from tasks.passes import owner
from tasks.steps import in_ledger_thread, place_of

log = logging.getLogger(__name__)
T = TypeVar("T")

_POLL, _LOOK = 1.0, 2.0
_STRAYS = 10.0  #: a run that is due in Prefect alone, because somebody there wants it so
_DRAIN = 20.0
_SLACK = timedelta(seconds=1)
DEPLOYMENT = "batch-verification/main"
_OPERATOR = "system:prefect"  #: 由运维暂停: cancelled in Prefect


class Batches:
    """One for each worker; `serve` returns after `stop` is set, and the part in flight has ended."""

    def __init__(self, client: PrefectClient, runs: Runs, stop: threading.Event) -> None:
        self._client, self._runs, self._stop = client, runs, stop
        self._at_work: asyncio.Task[None] | None = None
        self._held: str | None = None  #: a lease that could not be given back is not renewed, and runs out
        self._due = False  #: at the last look: else Prefect need not be asked each time
        self._looked = self._renewed = self._asked = 0.0

    async def serve(self) -> None:
        await _ledger(bound.let_go, settings().worker_name, but=owner())  # what an earlier process of this name held
        turn = by_a_right_clock(self._turn)
        while not self._stop.is_set():
            try:
                await turn()
            except Exception as error:
                log.warning("batches: %s", place_of(error))
            await asyncio.sleep(_POLL)
        await _ledger(bound.let_go, settings().worker_name)  # the run ends with the part that it is at
        if self._at_work is not None:
            await asyncio.wait([self._at_work], timeout=_DRAIN)

    async def _turn(self) -> None:
        now = time.monotonic()
        if now - self._renewed > settings().lease_seconds / 3:
            self._renewed = now
            await self._renew()
        if now - self._looked > _LOOK:
            self._looked = now
            for number in await in_ledger_thread(_finished):
                await in_ledger_thread(_finish, number)
            due = await in_ledger_thread(_due)
            self._due = bool(due)
            for number in due:
                await self.align(number)
        is_idle = self._at_work is None or self._at_work.done()
        if is_idle and (self._due or now - self._asked > _STRAYS):
            self._asked = now
            for run in await self._runs.due(1, BATCHES):
                self._at_work = asyncio.create_task(self._work(run))

    async def _renew(self) -> None:
        if self._held is not None:
            await _ledger(bound.renew, self._held, owner())

    async def _work(self, run: FlowRun) -> None:
        number = str(run.parameters.get("batch", ""))
        try:
            if not await in_ledger_thread(_acquire, number, run.id):
                await self._superseded(run, number)
                return
            self._held = number
            try:
                if await self._runs.claim(run):
                    await run_flow_async(
                        batch_verification,
                        flow_run=run.model_copy(update={"deployment_id": None}),  # else the engine starts a thread for each run
                        parameters=run.parameters,
                        return_type="state",
                    )
            finally:
                self._held = None
                await _ledger(bound.release, number, owner())
            await self.align(number)
        except (Abort, Pause) as signal:
            log.info("run %s: %s", run.name, type(signal).__name__)
        except Exception as error:
            log.warning("run %s: %s", run.name, place_of(error))

    async def _superseded(self, run: FlowRun, number: str) -> None:
        """Due in Prefect, and not this run's to do: another's, another worker's, or not yet."""
        now = await _ledger(bound.look, number)
        if now is None or (now.flow_run != run.id and not now.leased):
            await self._runs.force(run, states.superseded())
        else:
            await self.align(number)

    async def align(self, number: str) -> None:
        """Make Prefect agree with the ledger about a batch on which nobody works.

        1. Paused in the ledger: its run ends. Ended there: its run looks once more, shows what came of it, and ends.
        2. Cancelled in Prefect: paused in the ledger, until somebody goes on with it. 3. No run, one that ended, or one outside
        our queue: a new one. 4. Pending or running, and nobody holds the lease: its worker died. 5. Scheduled for later than
        the ledger wants: for when it wants.
        """
        now = await _ledger(bound.look, number)
        if now is None or now.leased:
            return
        run, wanted = await self._read(now.flow_run), now.next_instant or settings().now()
        kind = run.state.type if run is not None and run.state is not None else None
        over = run is None or (run.state is not None and run.state.is_final())
        cancelled = kind in (StateType.CANCELLED, StateType.CANCELLING)
        if not now.goes_on and (run is None or over or not now.ended):
            if run is not None and not over:
                await self._runs.force(run, states.paused(number))
            await _ledger(bound.settle, number)
        elif run is not None and cancelled and now.status is BatchStatus.WORKING:
            if await in_ledger_thread(_pause, number, run.id):
                await self._runs.force(run, states.paused(number))
        elif run is None or over:
            await self._start(number, now)
        elif (run.work_pool_name, run.work_queue_name) != (settings().work_pool, BATCHES):
            await self._start(number, now)
            await self._runs.force(run, states.superseded())
        elif kind is not StateType.SCHEDULED or _planned(run) > settings().wall(wanted) + _SLACK:
            await self._runs.force(run, states.scheduled(states.RECOVERED, f"{number} {states.RECOVERED}", wanted))

    async def _start(self, number: str, now: BatchRun) -> None:
        serial = now.serial
        if now.flow_run is not None:
            following = await _ledger(bound.begin_next, number, now.flow_run)
            if following is None:
                return  # another worker starts it
            serial = following
        deployment: Any = await self._client.read_deployment_by_name(DEPLOYMENT)
        made = await self._client.create_flow_run_from_deployment(
            deployment.id, parameters={"batch": number}, name=number, idempotency_key=f"{number}#{serial}", tags=[now.unit]
        )
        await _ledger(bound.bind, number, made.id, serial)

    async def _read(self, run: UUID | None) -> FlowRun | None:
        if run is None:
            return None
        try:
            return await self._client.read_flow_run(run)
        except ObjectNotFound:
            return None


def _planned(run: FlowRun) -> datetime:
    planned = run.state.state_details.scheduled_time if run.state else None
    return planned or datetime.max.replace(tzinfo=UTC)


async def _ledger(function: Callable[..., T], *args: Any, **more: Any) -> T:
    """A function of the ledger in a technical transaction of its own."""

    def call() -> T:
        with transaction(technical=True) as session:
            return function(session, *args, **more)

    return await in_ledger_thread(call)


def _finished() -> list[str]:
    with transaction() as session:
        return standing.finished(session)


def _finish(number: str) -> None:
    with transaction() as session:
        standing.finish(session, number, now=settings().now())


def _due() -> list[str]:
    with transaction() as session:
        return bound.due(session, now=settings().now())


def _acquire(number: str, run: UUID) -> bool:
    with transaction() as session:
        return bound.acquire(session, number, owner(), run, now=settings().now())


def _pause(number: str, run: UUID) -> bool:
    """False where somebody went on with it in another run meanwhile: that Cancel is past."""
    with transaction() as session:
        if standing.lock(session, number).flow_run != run:
            return False
        standing.steer(session, number, BatchStatus.PAUSED, now=settings().now(), actor=_OPERATOR)
    log.warning("%s: cancelled in Prefect, paused until somebody goes on with it", number)
    return True
