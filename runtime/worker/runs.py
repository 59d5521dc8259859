"""Flow runs as this system uses them: one for each verification, found by deployment, kept in step with the ledger.

`align` is the one place that repairs: it looks at the ledger and at Prefect and makes Prefect agree. Everything else
(a reply, a lost run, a dead worker, Cancel in the UI) only asks for it.
"""

from __future__ import annotations

import importlib
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateDetails, StateType
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from domain.status import Status
from ledger.lifecycle import leases
from ledger.lifecycle.snapshots import UnknownNumber
from runtime.services.blueprint import CASES
from runtime.worker.aligning import begin_next_run as _begin_next_run
from runtime.worker.aligning import bind as _bind
from runtime.worker.aligning import forget_lapsed as _forget_lapsed
from runtime.worker.aligning import look as _look
from runtime.worker.aligning import pause as _pause
from runtime.worker.aligning import settle as _settle
from runtime.worker.aligning import turns_since as _turns_since
from runtime.worker.new_runs import NewRuns
from settings import settings
from tasks import states
from tasks.steps import in_ledger_thread

log = logging.getLogger(__name__)

_PAGE = 200  #: the most that Prefect gives at once


class NoDeployment(Exception):
    """The deployment of a run was deleted."""


class Runs:
    """Prefect's flow runs of our pool, through one client."""

    def __init__(self, client: PrefectClient) -> None:
        self._client, self.new = client, NewRuns(client)
        self._flows: dict[UUID, Flow[..., Any]] = {}

    async def due(self, limit: int, queue: str = CASES) -> list[FlowRun]:
        """Scheduled runs of a queue of our pool whose time has come, the earliest first, at most `limit` (1 to 200)."""
        # The client's own method passes no limit on: behind a burst every poll would read two hundred runs.
        answer = await self._client.request(
            "POST",
            "/work_pools/{name}/get_scheduled_flow_runs",
            path_params={"name": settings().work_pool},
            json={"work_queue_names": [queue], "scheduled_before": datetime.now(UTC).isoformat(), "limit": min(limit, 200)},
        )
        return [item.flow_run for item in WorkerFlowRunResponse.model_validate_list(answer.json())]

    async def flow_of(self, run: FlowRun) -> Flow[..., Any]:
        """The flow of a run, imported once from the entry point of its deployment. Raises `NoDeployment`."""
        if run.deployment_id is None:
            raise NoDeployment
        if run.deployment_id not in self._flows:
            try:
                deployment = await self._client.read_deployment(run.deployment_id)
            except ObjectNotFound:
                raise NoDeployment from None
            self._flows[run.deployment_id] = load_flow(deployment.entrypoint or "")
        return self._flows[run.deployment_id]

    async def claim(self, run: FlowRun) -> bool:
        """Make a run PENDING; False where another worker was faster."""
        answer = await self._client.set_flow_run_state(run.id, State(type=StateType.PENDING))
        return answer.status.value == "ACCEPT"

    async def cancelled(self, since: timedelta) -> list[FlowRun]:
        """Runs of our pool that somebody cancelled: still Cancelling, or Cancelled since a while."""
        ending = FlowRunFilter(state=_of_type(StateType.CANCELLING))
        ended = FlowRunFilter(state=_of_type(StateType.CANCELLED), end_time=FlowRunFilterEndTime(after_=datetime.now(UTC) - since))
        return [*await self._all(ending), *await self._all(ended)]

    async def _all(self, wanted: FlowRunFilter) -> list[FlowRun]:
        pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[settings().work_pool]))
        found: list[FlowRun] = []
        while True:
            page = await self._client.read_flow_runs(
                flow_run_filter=wanted, work_pool_filter=pool, sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=len(found)
            )
            found += page
            if len(page) < _PAGE:
                return found

    async def drop(self, run: FlowRun) -> None:
        """Delete a scheduled run of the upkeep that a later one makes needless: it never ran and tells no story."""
        with suppress(ObjectNotFound):  # another worker was faster
            await self._client.delete_flow_run(run.id)

    @staticmethod
    def waiting_for_us(runs: list[UUID]) -> dict[str, Any]:
        """The question which of these runs are scheduled in our queue, where a worker finds them."""
        return {
            "flow_runs": {"id": {"any_": [str(run) for run in runs]}, "state": {"type": {"any_": ["SCHEDULED"]}}},
            "work_pools": {"name": {"any_": [settings().work_pool]}},
            "work_pool_queues": {"name": {"any_": [CASES]}},
        }

    async def scheduled_in_queue(self, runs: list[UUID]) -> dict[UUID, datetime]:
        """Those of `runs` that are scheduled in our queue, and for when."""
        found = {}
        for start in range(0, len(runs), _PAGE):
            some = self.waiting_for_us(runs[start : start + _PAGE])
            answer = await self._client.request("POST", "/flow_runs/filter", json={**some, "limit": _PAGE})
            found |= {UUID(row["id"]): datetime.fromisoformat(row["next_scheduled_start_time"]) for row in answer.json()}
        return found

    async def align(self, number: str) -> bool:
        """Make Prefect agree with the ledger about `number`; True where it had lost its run, or that had been ended.
        Safe at any moment, by any worker, any number of times.

        1. Ended in the ledger: the run ends too, named for how.
        2. Cancelled in Prefect: paused in the ledger (暂停执行), until `resume`.
        3. No run, one that ended, or one outside our queue (a pool or queue that was deleted takes its runs out): a
           new run under a new key (the old key would give back the ended one).
        4. Pending or running, and nobody holds the lease: its worker died; scheduled again, now.
        5. Scheduled for later than the ledger wants: scheduled for when the ledger wants.
        """
        try:
            row, now = await in_ledger_thread(_look, number)
        except UnknownNumber:
            log.warning("%s: a flow run without a verification", number)
            return False
        run, lost = await self._read(row.flow_run), False
        if run is not None and run.parameters.get("number") != number:
            run = None  # the run of many, in which it went on until here
        if now.ended:
            # Failed or crashed: Prefect was away when the pass ended. Operators would look for a fault in the case.
            if row.flow_run is None and not row.leased:
                await self._start(number, row, states.ended(now))  # its worker died before Prefect heard of it
            elif run is not None and (not _is_final(run) or _type(run) in {StateType.FAILED, StateType.CRASHED}):
                await self.force(run, states.ended(now))
            await in_ledger_thread(_settle, number)
        elif run is not None and _type(run) in {StateType.CANCELLING, StateType.CANCELLED}:
            await in_ledger_thread(_pause, number, run.id)
            if not row.leased:
                await self.force(run, states.paused(number))  # a plain "Cancelled" does not say how to go on
        elif now.paused:
            if run is not None and not _is_final(run) and not row.leased:
                await self.force(run, states.paused(number))
        elif run is None or _is_final(run):
            lost = row.flow_run is not None
            await self._start(number, row)
        elif row.leased:
            return False
        elif not _is_in_queue(run):
            lost = True
            await self._start(number, row)
            await self.force(run, states.superseded())
        elif _type(run) in {StateType.PENDING, StateType.RUNNING}:
            await self.force(run, _now(states.RECOVERED))
        else:
            lost = _type(run) is not StateType.SCHEDULED
            await self._reschedule(run, now, row.wake_requested)
        if not now.ended:
            await in_ledger_thread(_forget_lapsed, number)
        return lost

    async def align_run(self, run: FlowRun) -> None:
        """As `align`, beginning with a run: one that tells no verification's story, or no longer, ends here.

        Else it would be due, or Cancelling, for ever.
        """
        if "batch" in run.parameters:
            return  # no verification's: `runtime.worker.batches` looks after it
        number = str(run.parameters.get("number", ""))
        try:
            row, _ = await in_ledger_thread(_look, number)
        except UnknownNumber:
            row = None
        if row is None or row.flow_run not in (None, run.id):
            log.warning("run %s: not the run of its verification, ended", run.name)
            await self.force(run, states.superseded())
        else:
            await self.align(number)

    async def _reschedule(self, run: FlowRun, now: Status, woken: bool) -> None:
        wanted = datetime.now(UTC) if woken or now.next_instant is None else settings().wall(now.next_instant)
        planned = run.state.state_details.scheduled_time if run.state else None
        if planned is not None and planned <= datetime.now(UTC) and wanted <= datetime.now(UTC):
            return  # due already: the next poll takes it
        if woken:
            turns = await self._turns(run, now.number) or [(states.WOKEN, f"{now.state.label},{states.WOKEN}")]
            await self._tell(run, turns[:-1])
            await self.force(run, states.happened(*turns[-1], datetime.now(UTC)))
        elif planned is None or abs((planned - wanted).total_seconds()) > 1:
            await self.force(run, states.waiting(now) if now.waiting else states.retrying(now))

    async def tell(self, number: str) -> bool:
        """What time or a person moved while the run waits, each by its own name in its history, and for whom it waits
        now; True where its story changed. A pass, or a wake that comes, tells it by itself."""
        row, now = await in_ledger_thread(_look, number)
        run = await self._read(row.flow_run)
        if run is None or run.state is None or row.leased or row.wake_requested or now.paused or not now.waiting:
            return False
        if not run.state.is_scheduled():
            return False
        wanted, turns = states.waiting(now), await self._turns(run, number)
        if not turns and (run.state.name, run.state.message) == (wanted.name, wanted.message):
            return False
        await self._tell(run, turns)
        await self.force(run, wanted)
        return True

    async def _turns(self, run: FlowRun, number: str) -> list[tuple[str, str]]:
        assert run.state is not None
        return await in_ledger_thread(_turns_since, number, run.state.timestamp)

    async def _tell(self, run: FlowRun, turns: list[tuple[str, str]]) -> None:
        """In its history, without starting it: due when it was due."""
        planned = run.state.state_details.scheduled_time if run.state else None
        later = max(planned or datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=1))
        for name, words in turns:
            await self.force(run, states.happened(name, words, later))

    async def _start(self, number: str, row: leases.Binding, state: State | None = None) -> None:
        serial = row.serial
        if row.flow_run is not None:
            following = await in_ledger_thread(_begin_next_run, number, row.flow_run)
            if following is None:
                return  # another worker starts it
            serial = following
        run = await self.new.make(number, serial, state or _now(states.RECOVERED), [row.unit])
        await in_ledger_thread(_bind, number, run, serial)

    async def _read(self, run: UUID | None) -> FlowRun | None:
        if run is None:
            return None
        try:
            return await self._client.read_flow_run(run)
        except ObjectNotFound:
            return None

    async def force(self, run: FlowRun, state: State) -> None:
        """Whatever Prefect's own rules say of it."""
        await self._client.set_flow_run_state(run.id, state, force=True)


def load_flow(entrypoint: str) -> Flow[..., Any]:
    """`flows/verification.py:verification` -> the flow, as the module that the rest of the process knows."""
    path, _, name = entrypoint.partition(":")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    flow = getattr(module, name)
    assert isinstance(flow, Flow)
    return flow


def is_cancelling(run: FlowRun) -> bool:
    return _type(run) is StateType.CANCELLING


def _type(run: FlowRun) -> StateType | None:
    return run.state.type if run.state else None


def _is_final(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()


def _is_in_queue(run: FlowRun) -> bool:
    """Where a worker finds it. A run in flight that a deleted queue has lost is of no harm: its next state shows it."""
    return (run.work_pool_name, run.work_queue_name) == (settings().work_pool, CASES)


def _of_type(kind: StateType) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=[kind]))


def _now(name: str) -> State:
    details = StateDetails(scheduled_time=datetime.now(UTC))
    return State(type=StateType.SCHEDULED, name=name, message=name, state_details=details)
