"""The one place where the gateway talks to Prefect: a rebuild or a report is started. Verifications are the workers' (decision
0036): they find what was filed in the ledger."""

from __future__ import annotations

import logging
from typing import Any, Protocol
from uuid import UUID

import httpx

from gateway.edge.problems import Problem
from settings import Settings

_REBUILD, _REPORT = "catalog-rebuild/main", "weekly-compliance/main"

log = logging.getLogger(__name__)


class FlowRuns(Protocol):
    """What the gateway needs of the engine."""

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
    """Starts flow runs."""

    def __init__(self, runs: FlowRuns) -> None:
        self.runs = runs

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

    async def close(self) -> None:
        """Close the connection."""
        await self.runs.close()
