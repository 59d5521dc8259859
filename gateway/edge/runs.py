"""The one place where the gateway talks to Prefect: a filed verification gets its flow run, a rebuild or a report is started.

Of a verification only the number, the unit's code and the first method go there. Whatever fails there fails nobody's
call: the ledger already holds the verification, and a worker starts what the gateway did not.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol
from uuid import UUID

import httpx
from starlette.concurrency import run_in_threadpool

from gateway.edge.problems import Problem
from ledger.database import transaction
from ledger.lifecycle import filing, leases
from settings import Settings

_VERIFICATION, _REBUILD, _REPORT = "verification/main", "catalog-rebuild/main", "weekly-compliance/main"
_AT_ONCE = 8  #: runs that are being created at the same time
_MOST = 200  #: beyond it the workers are the better place: they claim what was not started within five seconds

log = logging.getLogger(__name__)


class FlowRuns(Protocol):
    """What the gateway needs of the engine."""

    async def create(self, number: str, tags: list[str]) -> UUID: ...

    async def start_rebuild(self) -> UUID: ...

    async def start_report(self, period: str, scope: str, version: int) -> UUID: ...

    async def healthy(self) -> bool: ...

    async def close(self) -> None: ...


class PrefectRuns:
    """Prefect's REST API, with the server's one password."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx.AsyncClient(
            base_url=settings.prefect_api_url.rstrip("/"),
            auth=("admin", settings.prefect_password.get_secret_value()),
            timeout=httpx.Timeout(10, connect=2),
            trust_env=False,
        )
        self._deployments: dict[str, str] = {}

    async def create(self, number: str, tags: list[str]) -> UUID:
        """Create the flow run of this number, or find the one that exists. Raises httpx.HTTPError."""
        body: dict[str, Any] = {"parameters": {"number": number}, "name": number, "idempotency_key": f"{number}#0", "tags": tags}
        return await self._create_run(_VERIFICATION, body)

    async def start_rebuild(self) -> UUID:
        """Create a run of the catalog's rebuild. Raises httpx.HTTPError."""
        return await self._create_run(_REBUILD, {"name": "清单重建(人工启动)"})

    async def start_report(self, period: str, scope: str, version: int) -> UUID:
        """Create the run that makes this report, or find it. Raises httpx.HTTPError."""
        body = {
            "parameters": {"period": period, "scope": scope},
            "name": f"{period} {scope or '全区'} 第{version}版",
            "idempotency_key": f"report {period} {scope} {version}",
        }
        return await self._create_run(_REPORT, body)

    async def healthy(self) -> bool:
        """True where the server answers and reaches its database."""
        try:
            return (await self._http.get("/ready", timeout=5)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._http.aclose()

    async def _create_run(self, deployment: str, body: dict[str, Any]) -> UUID:
        for look_again in (True, False):
            answer = await self._http.post(f"/deployments/{await self._id_of(deployment)}/create_flow_run", json=body)
            if answer.status_code != 404 or not look_again:
                break
            self._deployments.pop(deployment, None)  # deployed anew under another id
        answer.raise_for_status()
        return UUID(answer.json()["id"])

    async def _id_of(self, deployment: str) -> str:
        if deployment not in self._deployments:
            answer = await self._http.get(f"/deployments/name/{deployment}")
            answer.raise_for_status()
            self._deployments[deployment] = str(answer.json()["id"])
        return self._deployments[deployment]


class RunStarter:
    """Starts flow runs, those of verifications behind the answered call."""

    def __init__(self, runs: FlowRuns) -> None:
        self.runs = runs
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, number: str, tags: list[str]) -> None:
        """Create the run of a verification that is committed, soon and without holding the caller."""
        if len(self._tasks) >= _MOST:
            return
        task = asyncio.create_task(self._start(number, tags))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def rebuild(self) -> UUID:
        """Start a rebuild of the catalog; gives its run. Raises Problem `rebuild_unavailable`."""
        try:
            return await self.runs.start_rebuild()
        except (httpx.HTTPError, OSError, ValueError) as error:
            log.warning("rebuild not started (%s)", type(error).__name__)
            raise Problem("rebuild_unavailable", headers={"Retry-After": "30"}) from None

    async def report(self, period: str, scope: str, version: int) -> UUID | None:
        """Start the making of an ordered report; None where the engine is away: its hourly look finds the order."""
        try:
            return await self.runs.start_report(period, scope, version)
        except (httpx.HTTPError, OSError, ValueError) as error:
            log.warning("report not started (%s)", type(error).__name__)
            return None

    async def _start(self, number: str, tags: list[str]) -> None:
        try:
            async with self._slots:
                flow_run = await self.runs.create(number, tags)
            await run_in_threadpool(_bind, number, flow_run)
        except Exception as error:
            # The error's text may quote a reply; its type says enough, and a worker takes the number up.
            log.warning("%s: flow run not started by the gateway (%s)", number, type(error).__name__)

    async def close(self) -> None:
        """Let what is under way finish, then close the connection."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        await self.runs.close()


def _bind(number: str, flow_run: UUID) -> None:
    with transaction() as session:
        leases.bind_run(session, number, flow_run, 0)
        filing.started(session, number)
