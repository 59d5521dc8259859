"""对照 of Prefect as it is with what must be there: what is missing or changed, and what somebody switched off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.prefect_alarms import Holding
from runtime.services.blueprint import BATCHES, CASES, QUEUES, UPKEEP, Schedule, Wanted
from runtime.worker.registering import parameters_of
from settings import settings

_HEAL = "恢复:./run repair"
#: What an automation may do that stops work, and does again after each repair.
_MEDDLING = frozenset(
    {"cancel-flow-run", "suspend-flow-run", "delete-flow-run", "change-flow-run-state"}
    | {"pause-work-pool", "pause-work-queue", "pause-deployment"}
)


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
    automations: list[dict[str, Any]]
    begun: list[dict[str, Any]]  #: our runs that have begun and not ended
    schemas: bool  #: parameters' schemas are compared too: they need the flows and Prefect, so that only workers do it


def missing(seen: Seen) -> list[str]:
    """What is not there, or not as it must be, in words."""
    found = [] if is_usable(seen.pool) else [f"工作池 {settings().work_pool}"]
    found += [f"队列 {queue}" for queue in QUEUES if queue not in seen.queues]
    return found + [f"流程 {want.title}" for want, there in seen.deployments.items() if not is_as_wanted(want, there, seen.schemas)]


def is_usable(pool: Mapping[str, Any] | None) -> bool:
    """With a template of jobs Prefect may demand variables of each run, and refuses those that have none."""
    return pool is not None and not pool["base_job_template"]


def is_as_wanted(want: Wanted, there: Mapping[str, Any] | None, schemas: bool) -> bool:
    """Apart from what is switched off. Schedules of somebody else's beside ours are no business of ours."""
    if there is None:
        return False
    own = there["entrypoint"], there["work_pool_name"], there["work_queue_name"], there["enforce_parameter_schema"]
    if own != (want.entrypoint, settings().work_pool, want.queue, want.strict) or there["parameters"]:
        return False
    if schemas:
        taken, takes = there["parameter_openapi_schema"] or {}, parameters_of(want.entrypoint)
        if any((taken.get(name) or None) != (takes.get(name) or None) for name in ("properties", "required")):
            return False
    return want.schedules <= {_schedule(row) for row in there["schedules"] if not row["parameters"]}


def _schedule(row: Mapping[str, Any]) -> Schedule:
    when = row["schedule"]  # by interval or rule: without a cron
    return Schedule(row["slug"] or "", when.get("cron", ""), when.get("timezone") or "")


def obstacles(seen: Seen) -> list[Obstacle]:
    """What is there and switched off."""
    address = f"/work_pools/{settings().work_pool}"
    found = list(_held(f"工作池 {settings().work_pool}", seen.pool, address, Holding.ALL))
    for queue, holding in ((CASES, Holding.CASES), (BATCHES, Holding.BATCHES), (UPKEEP, Holding.UPKEEP)):
        found += _held(f"队列 {queue}", seen.queues.get(queue), f"{address}/queues/{queue}", holding)
    for want, there in seen.deployments.items():
        found += _switched_off(want, there, seen) if there else []
    return found + [_meddler(row) for row in seen.automations if row["enabled"] and _kinds(row) & _MEDDLING]


def _held(what: str, there: Mapping[str, Any] | None, address: str, holding: Holding) -> Iterator[Obstacle]:
    """A pool's or a queue's pause and limit."""
    if there is None:
        return
    if there["is_paused"]:
        message = f"{what} 在 Prefect 中被暂停,{holding.value}。{_HEAL}"
        yield Obstacle(f"{what} 的暂停", message, ("PATCH", address, {"is_paused": False}))
    if there["concurrency_limit"] == 0:
        message = f"{what} 在 Prefect 中的并发上限为 0,{holding.value}。{_HEAL}"
        # The whole row: of a queue Prefect takes what is left out for switched on.
        body = {"concurrency_limit": None, "is_paused": False}
        yield Obstacle(f"{what} 的并发上限", message, ("PATCH", address, body))


def _switched_off(want: Wanted, there: Mapping[str, Any], seen: Seen) -> Iterator[Obstacle]:
    address = f"/deployments/{there['id']}"
    # Prefect asks a deployment's limit on the way to PENDING. A verification leaves that step out (decision 2): its
    # lease is the only limit, so that no limit of this kind ever holds a case back.
    limit = there["global_concurrency_limit"] if want.queue != CASES else None
    if limit is not None and _lets_none_pass(limit, any(run["deployment_id"] == there["id"] for run in seen.begun)):
        message = f"流程 {want.title} 在 Prefect 中的并发上限为 0、被停用或被占满,不再执行。{_HEAL}"
        yield Obstacle(f"流程 {want.title} 的并发上限", message, ("PATCH", address, {"concurrency_limit": None}))
    if there["paused"] and want.schedules:  # of one without schedules it stops nothing
        message = f"流程 {want.title} 在 Prefect 中被暂停,定时不再执行。{_HEAL}"
        yield Obstacle(f"流程 {want.title} 的暂停", message, ("POST", f"{address}/resume_deployment", None))
    for row in there["schedules"]:
        if not row["active"] and _schedule(row) in want.schedules:
            what = f"流程 {want.title} 的定时 {row['slug']}"
            repair = ("PATCH", f"{address}/schedules/{row['id']}", {"active": True})
            yield Obstacle(what, f"{what} 在 Prefect 中被停用,不再按时执行。{_HEAL}", repair)


def _lets_none_pass(limit: Mapping[str, Any], in_flight: bool) -> bool:
    """A limit that is not active lets nobody pass either, and slots stay taken that no run of its own holds."""
    full: bool = limit["active_slots"] >= limit["limit"]
    return limit["limit"] == 0 or not limit["active"] or (full and not in_flight)


def _kinds(automation: Mapping[str, Any]) -> set[str]:
    lists = (automation[name] for name in ("actions", "actions_on_trigger", "actions_on_resolve"))
    return {action["type"] for actions in lists for action in actions}


def _meddler(automation: Mapping[str, Any]) -> Obstacle:
    what = f"自动化“{automation['name']}”"
    message = f"Prefect 中的{what} 会自行取消、挂起、删除或改动运行,或暂停工作池、队列、流程。{_HEAL}"
    return Obstacle(f"{what}({automation['id']})", message, ("PATCH", f"/automations/{automation['id']}", {"enabled": False}))
