"""The in-process worker: runs each flow run as a task of one event loop, woken by PostgreSQL.

A stock process worker starts an interpreter for each run and polls each ten seconds; this one answers in
milliseconds. What it owns is written in the ledger as leases, so that any other worker can go on where it died.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext

from flows.verification import verification
from ledger import rules
from ledger.lifecycle.moves import Lease
from ledger.listen_notify import SHORT_CHANNEL, WAKE_CHANNEL, Listener
from runtime.services import prefect_server
from runtime.services.blueprint import UPKEEP
from runtime.worker import holding
from runtime.worker.batches import Batches
from runtime.worker.clock import by_a_right_clock
from runtime.worker.engine import execute, quiet_engine
from runtime.worker.line import Line
from runtime.worker.minute import Minute
from runtime.worker.places import Places
from runtime.worker.reconciler import Reconciler
from runtime.worker.retention import Retention
from runtime.worker.runs import NoDeployment, Runs, is_cancelling
from runtime.worker.teller import Teller
from runtime.worker.timekeeper import Timekeeper
from settings import settings
from tasks.look_up import sources
from tasks.offer import library, offer_proofs
from tasks.passes import at_work, current_lease, numbers_at_work, owner
from tasks.sealing import seals
from tasks.steps import in_ledger_thread, place_of

log = logging.getLogger(__name__)

POLL_SECONDS, UPKEEP_SECONDS = 1.0, 5.0
STRAY_SECONDS = 5.0  #: a run that is due in Prefect alone, because somebody there wants it so
PAUSE_SECONDS = 0.2
CANCEL_SECONDS = 3.0
RECONCILE_SECONDS = 30.0
OFFER_SECONDS = 5.0
DRAIN_SECONDS = 25.0
HUNG_SECONDS = 90.0  #: without a heartbeat; by then another worker has had its cases for long


class Worker:
    """One worker process. `serve` returns after `stop` is set and the passes in flight have ended."""

    def __init__(self) -> None:
        self._filed, self._called = asyncio.Event(), asyncio.Event()  #: somebody filed; something that waited is to go on
        self._places = Places(self._wake)
        self._stop = threading.Event()
        self._runs: Runs
        self._line: Line
        self._asked = 0.0  #: when Prefect was asked last what is due

    async def serve(self, stop: threading.Event) -> None:
        """Enlist, look after what was left behind, then poll, wake, renew and repair until `stop`."""
        quiet_engine()
        self._stop = stop
        # Before anything is said to be ready: a missing key or a wrong source file must stop the worker here, not
        # leave a case half-way.
        sources(), library(), seals(), rules.readings()
        loop = asyncio.get_running_loop()
        listener = Listener((WAKE_CHANNEL, SHORT_CHANNEL), lambda channel, _: loop.call_soon_threadsafe(self._hear, channel))
        at = settings()
        asking = prefect_server.asking(at.prefect_api_url, at.prefect_password.get_secret_value())
        async with AsyncClientContext.get_or_create(), get_client() as client, asking as http:
            self._runs = Runs(client)
            self._line = Line(client, self._runs.new, self._places, self._give_back, self._filed.set, stop)
            reconciler = Reconciler(http, self._runs)
            await in_ledger_thread(holding.enlist)
            listener.start()
            log.info("worker %s ready", owner())
            chores = [
                self._every(POLL_SECONDS, by_a_right_clock(self._line.poll), stop, self._filed),
                self._every(POLL_SECONDS, by_a_right_clock(self._poll), stop, self._called, PAUSE_SECONDS),
                self._every(UPKEEP_SECONDS, by_a_right_clock(self._poll_upkeep), stop),
                self._every(at.lease_seconds / 3, self._renew, stop),
                self._every(CANCEL_SECONDS, self._watch_cancelled, stop),
                self._every(min(RECONCILE_SECONDS, at.lease_seconds), self._reconcile, stop),
                self._every(min(RECONCILE_SECONDS, at.lease_seconds), reconciler.look, stop),
                self._every(POLL_SECONDS, Teller(client, self._runs).look, stop),
                self._every(30, self._show_in_prefect, stop),
                self._every(3600, Retention(http).look, stop),
                self._every(60, Minute(client).pass_by, stop),
                Timekeeper(stop).urge(),
                self._line.precedence.behind(self._every(OFFER_SECONDS, by_a_right_clock(offer_proofs.fn), stop)),
                self._line.precedence.behind(Batches(client, self._runs, stop).serve()),
            ]
            await asyncio.gather(*chores)
            await self._drain()
            faulthandler.cancel_dump_traceback_later()
            listener.stop()
            await in_ledger_thread(holding.dismiss)

    async def _every(
        self,
        seconds: float,
        chore: Callable[[], Awaitable[None]],
        stop: threading.Event,
        woken: asyncio.Event | None = None,
        pause: float = 0.0,
    ) -> None:
        """`woken`: what makes it come at once; `pause`: between two all the same, or a rush would ask as often as it files."""
        while not stop.is_set():
            try:
                await chore()
            except Exception as error:
                log.warning("%s: %s", chore.__name__.strip("_"), place_of(error))
                await asyncio.sleep(min(seconds, 1))
            await asyncio.sleep(pause)
            for _ in range(max(1, round(seconds / POLL_SECONDS))):
                if stop.is_set():
                    return
                if woken is None:
                    await asyncio.sleep(POLL_SECONDS)
                    continue
                try:
                    await asyncio.wait_for(woken.wait(), POLL_SECONDS)
                except TimeoutError:
                    pass
                woken.clear()

    def _hear(self, channel: str) -> None:
        if channel == SHORT_CHANNEL:
            self._line.short_filed()
        if channel == WAKE_CHANNEL and self._line.rushing:
            self._called.set()  # what else was filed the rush takes; a look at the line for each of it would hold up what is short
        else:
            self._wake()

    def _wake(self) -> None:
        self._filed.set()
        self._called.set()

    async def _poll(self) -> None:
        """What waited and is to go on. New ones are no business of it: no answer of Prefect's holds them up."""
        woken, due = await in_ledger_thread(holding.look)
        await asyncio.gather(*[self._align(number) for number in woken])
        # The ledger knows by an index what is due; Prefect reads its pool, its queues and its runs for each question.
        pause = POLL_SECONDS if due else STRAY_SECONDS
        if not woken and time.monotonic() < self._asked + pause:
            return
        self._asked = time.monotonic()
        for run in await self._runs.due(max(self._places.free, 1) + len(self._places.taken)):
            if run.id not in self._places.taken and self._places.free > 0:
                self._places.begin(run.id, self._run(run))

    async def _poll_upkeep(self) -> None:
        """Of the runs that each minute left behind while nothing worked only the newest is worth its time; cases
        never wait behind them, since they are in a queue of their own."""
        newest: dict[tuple[UUID | None, str], FlowRun] = {}
        for run in await self._runs.due(200, UPKEEP):
            kind = run.deployment_id, repr(sorted(run.parameters.items()))  # what asks for something else is no repeat
            if (older := newest.get(kind)) is not None:
                await self._runs.drop(older)
            newest[kind] = run
        for run in newest.values():
            if run.id not in self._places.taken:
                self._places.begin(run.id, self._run(run))

    async def _run(self, run: FlowRun) -> None:
        try:
            flow = await self._runs.flow_of(run)
            if flow is verification:
                await self._run_pass(run)
            elif await self._runs.claim(run):
                await execute(run, flow)
        except NoDeployment:
            await self._align_run(run)
        except Exception as error:
            log.warning("run %s: %s", run.name, place_of(error))
        finally:
            self._places.leave(run.id)

    async def _run_pass(self, run: FlowRun) -> None:
        number = str(run.parameters.get("number", ""))
        lease = await in_ledger_thread(holding.acquire, number, run.id)
        if lease is None:
            await self._runs.align_run(run)  # ended, paused, not due yet, another worker's, or nobody's run
            return
        current_lease.set(lease)  # of this task's context: the flow and its steps inherit it
        finished = False
        with at_work(lease):
            try:
                finished = await execute(run, verification)
            finally:
                # Only now, with Prefect's last state written: a reply that came in between asked for another pass.
                await self._give_back(lease, finished)

    async def _give_back(self, lease: Lease, finished: bool, run: UUID | None = None) -> None:
        # Until it succeeds: its case would have to wait until the lease has run out.
        while True:
            try:
                if await in_ledger_thread(holding.release, lease, finished, run):
                    self._called.set()
                return
            except Exception as error:
                log.warning("%s: lease not given back: %s", lease.number, place_of(error))
                if self._stop.is_set():
                    return  # without a heartbeat it runs out by itself
                await asyncio.sleep(1)

    async def _align(self, number: str) -> None:
        try:
            await self._runs.align(number)
        except Exception as error:  # of one verification: the others go on
            log.warning("%s: not aligned: %s", number, place_of(error))

    async def _align_run(self, run: FlowRun) -> None:
        try:
            await self._runs.align_run(run)
        except Exception as error:
            log.warning("run %s: not aligned: %s", run.name, place_of(error))

    async def _renew(self) -> None:
        """The heartbeat, and of this process too: where it stops, because the loop or every thread of the ledger hangs,
        the process ends with its stacks in the log, and whoever supervises it starts another. An error is no hang."""
        try:
            await in_ledger_thread(holding.renew, numbers_at_work())
        finally:
            faulthandler.dump_traceback_later(max(HUNG_SECONDS, 3 * settings().lease_seconds), exit=True)

    async def _watch_cancelled(self) -> None:
        for run in await self._runs.cancelled(since=timedelta(minutes=10)):
            number = str(run.parameters.get("number", ""))
            # Cancelling must end in any case, also where the Cancel came too late or its pass died.
            if is_cancelling(run) or await in_ledger_thread(holding.is_current, number, run):
                await self._runs.align_run(run)

    async def _reconcile(self) -> None:
        for suspect in await in_ledger_thread(holding.suspects):
            log.info("%s: looks stranded, repairing", suspect.number)
            await self._align(suspect.number)
        for number in await in_ledger_thread(holding.paused_and_due):
            await in_ledger_thread(holding.escalate_paused, number)

    async def _show_in_prefect(self) -> None:
        async with get_client() as client:
            await client.send_worker_heartbeat(settings().work_pool, settings().worker_name, 30)

    async def _drain(self) -> None:
        if self._places.taken:
            log.info("finishing %d passes", len(self._places.taken))
        give_up = time.monotonic() + DRAIN_SECONDS
        while (running := {*self._places.taken.values(), *self._line.telling}) and time.monotonic() < give_up:
            await asyncio.wait(running, timeout=POLL_SECONDS)
            with suppress(Exception):  # what is not renewed runs out, and another worker goes on
                await self._renew()
