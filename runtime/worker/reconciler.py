"""对照: what must be in Prefect is compared with what is there, each half minute, and after whatever an operator did.

What was deleted or changed is made anew: pool, queues, deployments with their schedules, and the runs of open
verifications (`Runs.align`). What somebody switched off on purpose (a pause, a limit of 0, a schedule) stays off and
is an alarm by name, with the command that switches it on again: `./run repair`, which is the same comparison.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from domain.prefect_alarms import BLOCKED, MADE_ANEW, RUNS_REPLACED, Holding
from ledger import afloat
from ledger.afloat import Waiting
from ledger.alarms import keep_alarms
from ledger.database import transaction
from runtime import prefect_server
from runtime.blueprint import CASES, POOL_TYPE, UPKEEP, Wanted, wanted
from settings import ROOT, settings
from tasks.ledger_threads import in_ledger_thread

if TYPE_CHECKING:  # runs are made by Prefect, which `./run repair` does not need
    from runtime.worker.runs import Runs

log = logging.getLogger(__name__)

_AT_ONCE = 500  #: ids in one question
_ROUND = 2000  #: verifications in one look: beyond it the looks take turns, and what is due is found by its instant

_LATE = timedelta(seconds=5)  #: a run that is scheduled for later than that is not as the ledger wants it
_HEAL = "恢复:./run repair"


@dataclass(frozen=True)
class Obstacle:
    """Something that is switched off in Prefect. `repair` switches it on: a method, an address, a body."""

    subject: str
    message: str
    repair: tuple[str, str, Mapping[str, Any] | None]


@dataclass(frozen=True)
class Seen:
    """Prefect as it is. A deployment is None where there is none."""

    pool: dict[str, Any] | None
    queues: dict[str, dict[str, Any]]
    deployments: dict[Wanted, dict[str, Any] | None]


class Reconciler:
    """One look at a time; several workers may each have one."""

    def __init__(self, http: httpx.AsyncClient, runs: Runs | None = None) -> None:
        """Without `runs` the looks leave verifications alone."""
        self._http, self._runs = http, runs
        self._after = ""  #: where the next look goes on

    async def look(self) -> None:
        """Make anew what is missing, name what is switched off, give every open verification its run again."""
        made, seen = await self.restore()
        off = {obstacle.subject: obstacle.message for obstacle in obstacles(seen)}
        await in_ledger_thread(_report, BLOCKED, off)
        await in_ledger_thread(_report, MADE_ANEW, {what: f"Prefect 中的{what} 被删除或改动,已重新建立。" for what in made})
        await self._look_after_runs()

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
        for queue in {CASES, UPKEEP} - seen.queues.keys():
            await self._ask("POST", f"/work_pools/{settings().work_pool}/queues", {"name": queue}, known=(409,))
        if any(not _is_as_wanted(want, there) for want, there in (await self.see()).deployments.items()):
            await asyncio.to_thread(prefect_server.deploy, ROOT, dict(os.environ))
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
        there = {want: await self._read(f"/deployments/name/{want.title}") for want in wanted()}
        rows = queues.json() if queues.is_success else []
        return Seen(pool, {row["name"]: row for row in rows}, there)

    async def _look_after_runs(self) -> None:
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

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, known: tuple[int, ...] = ()
    ) -> httpx.Response:
        answer = await self._http.request(method, path, json=body)
        if answer.status_code not in known:
            answer.raise_for_status()
        return answer


def missing(seen: Seen) -> list[str]:
    """What is not there, or not as it must be, in words."""
    found = [f"工作池 {settings().work_pool}"] if seen.pool is None else []
    found += [f"队列 {queue}" for queue in (CASES, UPKEEP) if queue not in seen.queues]
    return found + [f"流程 {want.title}" for want, there in seen.deployments.items() if not _is_as_wanted(want, there)]


def obstacles(seen: Seen) -> list[Obstacle]:
    """What is there and switched off."""
    address = f"/work_pools/{settings().work_pool}"
    found = list(_held(f"工作池 {settings().work_pool}", seen.pool, address, Holding.ALL))
    for name, holding in ((CASES, Holding.CASES), (UPKEEP, Holding.UPKEEP)):
        found += _held(f"队列 {name}", seen.queues.get(name), f"{address}/queues/{name}", holding)
    for want, there in seen.deployments.items():
        if there is not None:
            found += _switched_off(want, there)
    return found


def _held(what: str, there: Mapping[str, Any] | None, address: str, holding: Holding) -> list[Obstacle]:
    """A pool's or a queue's pause and limit."""
    if there is None:
        return []
    found = []
    if there["is_paused"]:
        message = f"{what} 在 Prefect 中被暂停,{holding.value}。{_HEAL}"
        found.append(Obstacle(f"{what} 的暂停", message, ("PATCH", address, {"is_paused": False})))
    if there["concurrency_limit"] == 0:
        message = f"{what} 在 Prefect 中的并发上限为 0,{holding.value}。{_HEAL}"
        # The whole row: of a queue Prefect takes what is left out for switched on.
        body = {"concurrency_limit": None, "is_paused": False}
        found.append(Obstacle(f"{what} 的并发上限", message, ("PATCH", address, body)))
    return found


def _switched_off(want: Wanted, there: Mapping[str, Any]) -> list[Obstacle]:
    address = f"/deployments/{there['id']}"
    found = []
    limit = there["global_concurrency_limit"]
    if limit is not None and (limit["limit"] == 0 or not limit["active"]):
        message = f"流程 {want.title} 在 Prefect 中的并发上限为 0,Prefect 不再放行。{_HEAL}"
        found.append(Obstacle(f"流程 {want.title} 的并发上限", message, ("PATCH", address, {"concurrency_limit": None})))
    if there["paused"] and want.schedules:  # of one without schedules it stops nothing
        message = f"流程 {want.title} 在 Prefect 中被暂停,定时不再执行。{_HEAL}"
        found.append(Obstacle(f"流程 {want.title} 的暂停", message, ("POST", f"{address}/resume_deployment", None)))
    for row in there["schedules"]:
        if not row["active"] and (row["slug"], row["schedule"].get("cron")) in want.schedules:
            what = f"流程 {want.title} 的定时 {row['slug']}"
            repair = ("PATCH", f"{address}/schedules/{row['id']}", {"active": True})
            found.append(Obstacle(what, f"{what} 在 Prefect 中被停用,不再按时执行。{_HEAL}", repair))
    return found


def _is_as_wanted(want: Wanted, there: Mapping[str, Any] | None) -> bool:
    """Apart from what is switched off. Schedules of somebody else's beside ours are no business of ours."""
    if there is None:
        return False
    slugs = {(row["slug"], row["schedule"].get("cron")) for row in there["schedules"]}
    own = there["entrypoint"], there["work_pool_name"], there["work_queue_name"], there["enforce_parameter_schema"]
    return own == (want.entrypoint, settings().work_pool, want.queue, want.strict) and want.schedules <= slugs


def _waiting_runs(after: str) -> list[Waiting]:
    with transaction() as session:
        return afloat.waiting_runs(session, after, _ROUND)


def _report(kind: str, standing: Mapping[str, str]) -> None:
    with transaction() as session:
        keep_alarms(session, kind, standing, now=settings().now())
