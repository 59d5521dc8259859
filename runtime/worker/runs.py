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

from domain.standing import Standing
from ledger import attention, leases
from ledger.database import transaction
from ledger.standings import UnknownNumber, as_standing, load
from settings import settings
from tasks import states
from tasks.passes import actor
from tasks.steps import in_ledger_thread

log = logging.getLogger(__name__)

DEPLOYMENT = "verification/main"
CASES, UPKEEP = "default", "upkeep"  #: the pool's queues, as in prefect.yaml
_PAGE = 200  #: the most that Prefect gives at once


class Runs:
    """Prefect's flow runs of our pool, through one client."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._flows: dict[UUID, Flow[..., Any]] = {}
        self._deployment: UUID | None = None

    async def due(self, limit: int, queue: str = CASES) -> list[FlowRun]:
        """Scheduled runs of a queue of our pool whose time has come, the earliest first, at most `limit` (1 to 200)."""
        # The client's own method passes no limit on: behind a burst every poll would read two hundred runs.
        answer = await self._client.request(
            "POST",
            "/work_pools/{name}/get_scheduled_flow_runs",
            path_params={"name": settings().work_pool},
            json={
                "work_queue_names": [queue],
                "scheduled_before": datetime.now(UTC).isoformat(),
                "limit": min(limit, 200),
            },
        )
        return [item.flow_run for item in WorkerFlowRunResponse.model_validate_list(answer.json())]

    async def flow_of(self, run: FlowRun) -> Flow[..., Any]:
        """The flow of a run, imported once from the entry point of its deployment."""
        assert run.deployment_id is not None
        if run.deployment_id not in self._flows:
            deployment = await self._client.read_deployment(run.deployment_id)
            self._flows[run.deployment_id] = load_flow(deployment.entrypoint or "")
        return self._flows[run.deployment_id]

    async def claim(self, run: FlowRun) -> bool:
        """Make a run PENDING; False where another worker was faster."""
        answer = await self._client.set_flow_run_state(run.id, State(type=StateType.PENDING))
        return answer.status.value == "ACCEPT"

    async def cancelled(self, since: timedelta) -> list[FlowRun]:
        """Runs of our pool that somebody cancelled: still Cancelling, or Cancelled since a while."""
        ending = FlowRunFilter(state=_of_type(StateType.CANCELLING))
        ended = FlowRunFilter(
            state=_of_type(StateType.CANCELLED), end_time=FlowRunFilterEndTime(after_=datetime.now(UTC) - since)
        )
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

    async def align(self, number: str) -> None:
        """Make Prefect agree with the ledger about `number`. Safe at any moment, by any worker, any number of times.

        1. Ended in the ledger: the run ends too, named for how.
        2. Cancelled in Prefect: paused in the ledger (暂停执行), until `resume`.
        3. No run, or one that ended: a new run under a new key (the old key would give back the ended one).
        4. Pending or running, and nobody holds the lease: its worker died; scheduled again, now.
        5. Scheduled for later than the ledger wants: scheduled for when the ledger wants.
        """
        try:
            row, now = await in_ledger_thread(_look, number)
        except UnknownNumber:
            log.warning("%s: a flow run without a verification", number)
            return
        run = await self._read(row.flow_run)
        if now.ended:
            # Failed or crashed: Prefect was away when the pass ended. Operators would look for a fault in the case.
            if run is not None and (not _is_final(run) or _type(run) in {StateType.FAILED, StateType.CRASHED}):
                await self._force(run, states.ended(now))
            await in_ledger_thread(_settle, number)
        elif run is not None and _type(run) in {StateType.CANCELLING, StateType.CANCELLED}:
            await in_ledger_thread(_pause, number)
            if not row.leased:
                await self._force(run, states.paused(number))  # a plain "Cancelled" does not say how to go on
        elif now.paused:
            if run is not None and not _is_final(run) and not row.leased:
                await self._force(run, states.paused(number))
        elif run is None or _is_final(run):
            await self._start(number, row)
        elif row.leased:
            return
        elif _type(run) in {StateType.PENDING, StateType.RUNNING}:
            await self._force(run, _now(states.RECOVERED))
        else:
            await self._reschedule(run, now, row.wake_requested)
        if not now.ended:
            await in_ledger_thread(_forget_lapsed, number)

    async def align_run(self, run: FlowRun) -> None:
        """As `align`, beginning with a run: one that tells no verification's story, or no longer, ends here.

        Else it would be due, or Cancelling, for ever.
        """
        number = str(run.parameters.get("number", ""))
        try:
            row, _ = await in_ledger_thread(_look, number)
        except UnknownNumber:
            row = None
        if row is None or row.flow_run not in (None, run.id):
            log.warning("run %s: not the run of its verification, ended", run.name)
            await self._force(run, states.superseded())
        else:
            await self.align(number)

    async def _reschedule(self, run: FlowRun, now: Standing, woken: bool) -> None:
        wanted = datetime.now(UTC) if woken or now.next_instant is None else settings().wall(now.next_instant)
        planned = run.state.state_details.scheduled_time if run.state else None
        if planned is not None and planned <= datetime.now(UTC) and wanted <= datetime.now(UTC):
            return  # due already: the next poll takes it
        if woken:
            await self._force(run, _now(states.REPLY_RECEIVED))
        elif planned is None or abs((planned - wanted).total_seconds()) > 1:
            await self._force(run, states.waiting(now) if now.waiting else states.retrying(now))

    async def _start(self, number: str, row: leases.Binding) -> None:
        serial = row.serial
        if row.flow_run is not None:
            following = await in_ledger_thread(_begin_next_run, number, row.flow_run)
            if following is None:
                return  # another worker starts it
            serial = following
        if self._deployment is None:
            self._deployment = (await self._client.read_deployment_by_name(DEPLOYMENT)).id
        try:
            run = await self._client.create_flow_run_from_deployment(
                self._deployment, parameters={"number": number}, name=number, idempotency_key=f"{number}#{serial}",
                tags=[row.unit],
            )
        except ObjectNotFound:  # deployed anew under another id: looked up again next time
            self._deployment = None
            raise
        await in_ledger_thread(_bind, number, run.id, serial)

    async def _read(self, run: UUID | None) -> FlowRun | None:
        if run is None:
            return None
        try:
            return await self._client.read_flow_run(run)
        except ObjectNotFound:
            return None

    async def _force(self, run: FlowRun, state: State) -> None:
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


def _of_type(kind: StateType) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=[kind]))


def _now(name: str) -> State:
    details = StateDetails(scheduled_time=datetime.now(UTC))
    return State(type=StateType.SCHEDULED, name=name, message=name, state_details=details)


def _look(number: str) -> tuple[leases.Binding, Standing]:
    with transaction() as session:
        return leases.binding(session, number), as_standing(load(session, number))


def _settle(number: str) -> None:
    with transaction() as session:
        leases.settle(session, number)


def _forget_lapsed(number: str) -> None:
    with transaction() as session:
        leases.forget_lapsed(session, number)


def _pause(number: str) -> None:
    with transaction() as session:
        if attention.pause(session, number, now=settings().now(), actor=actor()):
            log.warning("%s: cancelled in Prefect, paused until resumed", number)


def _begin_next_run(number: str, ended: UUID) -> int | None:
    with transaction() as session:
        return leases.begin_next_run(session, number, ended)


def _bind(number: str, run: UUID, serial: int) -> None:
    with transaction() as session:
        leases.bind_run(session, number, run, serial)
