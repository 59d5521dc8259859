"""对照: what must be in Prefect is compared with what is there, each half minute, and after whatever an operator did.

What was deleted or changed is made anew: pool, queues, deployments with their schedules, and the runs of open
verifications (`Runs.align`). What somebody switched off on purpose (a pause, a limit of 0, a schedule) stays off and
is an alarm by name, with the command that switches it on again: `./run repair`, which is the same comparison.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from domain.prefect_alarms import BLOCKED, MADE_ANEW, RUNS_REPLACED
from ledger.database import transaction
from ledger.lifecycle import afloat
from ledger.lifecycle.afloat import Waiting
from ledger.outbox.alarms import keep_alarms
from runtime.services.blueprint import POOL_TYPE, QUEUES, wanted
from runtime.worker.comparing import Seen, is_as_wanted, is_usable, missing, obstacles
from runtime.worker.registering import register
from runtime.worker.strays import Strays
from settings import settings
from tasks.ledger_threads import in_ledger_thread

if TYPE_CHECKING:  # runs are made by Prefect, which `./run repair` does not need
    from runtime.worker.runs import Runs

log = logging.getLogger(__name__)

_AT_ONCE = 500  #: ids in one question
_ROUND = 2000  #: verifications in one look: beyond it the looks take turns, and what is due is found by its instant

_LATE = timedelta(seconds=5)  #: a run that is scheduled for later than that is not as the ledger wants it


class Reconciler:
    """One look at a time; several workers may each have one."""

    def __init__(self, http: httpx.AsyncClient, runs: Runs | None = None) -> None:
        """Without `runs` the looks leave verifications alone."""
        self._http, self._runs, self._strays = http, runs, Strays(http)
        self._after = ""  #: where the next look goes on

    async def look(self) -> None:
        """Make anew what is missing, name what is switched off, give every open verification its run again."""
        made, seen = await self.restore()
        off = {obstacle.subject: obstacle.message for obstacle in obstacles(seen)}
        await in_ledger_thread(_report, BLOCKED, off)
        await in_ledger_thread(_report, MADE_ANEW, {what: f"Prefect 中的{what} 被删除或改动,已重新建立。" for what in made})
        await self._look_after_runs(seen)

    async def restore(self) -> tuple[list[str], Seen]:
        """Everything of the blueprint exists afterwards; gives what had to be made, and what is there now."""
        seen = await self.see()
        made = missing(seen)
        if not made:
            return [], seen
        log.warning("made anew in Prefect: %s", "、".join(made))
        if seen.pool is None:
            await self._ask("POST", "/work_pools/", {"name": settings().work_pool, "type": POOL_TYPE}, known=(409,))
            seen = await self.see()
        elif not is_usable(seen.pool):
            await self._ask("PATCH", f"/work_pools/{settings().work_pool}", {"base_job_template": {}})
        for queue in set(QUEUES) - seen.queues.keys():
            await self._ask("POST", f"/work_pools/{settings().work_pool}/queues", {"name": queue}, known=(409,))
        for want, there in (await self.see()).deployments.items():
            if not is_as_wanted(want, there, seen.schemas):
                await register(self._http, want, there)
        return made, await self.see()

    async def repair(self) -> list[str]:
        """Restore, and switch on what is switched off; gives what was done, in words."""
        made, seen = await self.restore()
        found = obstacles(seen)
        for obstacle in found:
            await self._ask(*obstacle.repair)
        return [f"已重新建立:{what}" for what in made] + [f"已恢复:{obstacle.subject}" for obstacle in found]

    async def see(self) -> Seen:
        """Prefect as it is."""
        pool = await self._read(f"/work_pools/{settings().work_pool}")
        queues = await self._ask("POST", f"/work_pools/{settings().work_pool}/queues/filter", {}, known=(404,))
        ours = {"flows": {"name": {"any_": [want.flow for want in wanted()]}}}
        names = {row["id"]: row["name"] for row in (await self._ask("POST", "/flows/filter", ours)).json()}
        found = {(names.get(row["flow_id"]), row["name"]): row for row in (await self._ask("POST", "/deployments/filter", ours)).json()}
        return Seen(
            pool=pool,
            queues={row["name"]: row for row in (queues.json() if queues.is_success else [])},
            deployments={want: found.get((want.flow, want.name)) for want in wanted()},
            automations=(await self._ask("POST", "/automations/filter", {})).json(),
            begun=await self._strays.begun(),
            schemas=self._runs is not None,
        )

    async def _look_after_runs(self, seen: Seen) -> None:
        """Each open verification that nobody works on has a run that is scheduled in our queue: counted by Prefect,
        read only where the count is wrong."""
        if self._runs is None:
            return
        chosen = await in_ledger_thread(_waiting_runs, self._after)
        self._after = chosen[-1].number if len(chosen) == _ROUND else ""
        replaced = 0
        for start in range(0, len(chosen), _AT_ONCE):
            some = chosen[start : start + _AT_ONCE]
            if await self._count(some) != len(some):
                replaced += await self._align(some)
        message = f"Prefect 中有 {replaced} 件在办核验的运行被删除、结束、推迟、移出队列或改为其他状态,已重新安排,办理不受影响。"
        await in_ledger_thread(_report, RUNS_REPLACED, {"runs": message} if replaced else {})
        await self._strays.end(self._runs, seen.begun)

    async def _align(self, some: list[Waiting]) -> int:
        """Gives how many had lost their run or its time: not those that are only on their way."""
        assert self._runs is not None
        planned = await self._runs.scheduled_in_queue([one.flow_run for one in some])
        lost = 0
        for one in some:
            at = planned.get(one.flow_run)
            if at is None or at > one.at + _LATE:
                lost += await self._runs.align(one.number) or at is not None
        return lost

    async def _count(self, some: list[Waiting]) -> int:
        assert self._runs is not None
        wanted = self._runs.waiting_for_us([one.flow_run for one in some])
        latest = max(one.at for one in some) + _LATE
        wanted["flow_runs"]["next_scheduled_start_time"] = {"before_": latest.isoformat()}
        count: int = (await self._ask("POST", "/flow_runs/count", wanted)).json()
        return count

    async def _read(self, path: str) -> dict[str, Any] | None:
        answer = await self._ask("GET", path, known=(404,))
        found: dict[str, Any] | None = answer.json() if answer.is_success else None
        return found

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, known: tuple[int, ...] = ()) -> httpx.Response:
        answer = await self._http.request(method, path, json=body)
        if answer.status_code not in known:
            answer.raise_for_status()
        return answer


def _waiting_runs(after: str) -> list[Waiting]:
    with transaction() as session:
        return afloat.waiting_runs(session, after, _ROUND)


def _report(kind: str, standing: Mapping[str, str]) -> None:
    with transaction() as session:
        keep_alarms(session, kind, standing, now=settings().now())
