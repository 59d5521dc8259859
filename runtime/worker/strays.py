"""无人办理的运行: runs that Prefect shows as begun, or as paused, and that nobody works on. They would stay so for ever, take
the places of a limit, and say of a case that has ended that it goes on.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from ledger.database import transaction
from ledger.lifecycle import leases
from runtime.services.blueprint import wanted
from tasks.ledger_threads import in_ledger_thread

if TYPE_CHECKING:
    from runtime.worker.runs import Runs

log = logging.getLogger(__name__)

_AT_ONCE = 200
_APART = timedelta(minutes=1)  #: by which two hosts' clocks may differ here


class Strays:
    """Looks with each comparison, after the open verifications have their runs."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def begun(self) -> list[dict[str, Any]]:
        """Our runs that have begun and not ended, wherever a deleted pool or queue left them."""
        body = {
            "flows": {"name": {"any_": sorted({want.flow for want in wanted()})}},
            "flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING", "PAUSED"]}}},
            "sort": "START_TIME_ASC",
            "limit": _AT_ONCE,
        }
        found: list[dict[str, Any]] = (await self._http.post("/flow_runs/filter", json=body)).raise_for_status().json()
        return found

    async def end(self, runs: Runs, begun: list[dict[str, Any]]) -> None:
        """Align those of verifications; those of the upkeep whose worker has gone have crashed with it."""
        from prefect.client.schemas.objects import FlowRun

        from tasks import states

        since = await in_ledger_thread(_working_since) if begun else None
        for row in begun:
            run = FlowRun.model_validate(row)
            number = run.parameters.get("number")
            if number is not None:
                if not await in_ledger_thread(_is_worked_on, str(number), run.id):
                    await runs.align_run(run)
            elif since is not None and (run.start_time or run.created or since) < since - _APART:
                log.warning("run %s: its worker has gone, ended", run.name)
                await runs.force(run, states.abandoned())


def _working_since() -> datetime | None:
    with transaction() as session:
        return leases.working_since(session)


def _is_worked_on(number: str, run: UUID) -> bool:
    """Not where it has ended: the lease of a worker that died before it told Prefect would keep its run begun for as long."""
    with transaction() as session:
        return leases.is_current(session, number, run) and leases.binding(session, number).leased
