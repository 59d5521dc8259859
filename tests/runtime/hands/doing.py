"""How what operators do in Prefect is done. Each is given its server and the flow runs of the verifications."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from runtime.services.blueprint import CASES, UPKEEP
from tests.stack import PrefectServer

POOL = "/work_pools/proofless"
QUEUE, OTHER = f"{POOL}/queues/{CASES}", f"{POOL}/queues/{UPKEEP}"
MADE: set[tuple[str, str, tuple[str, ...]]] = set()
"""Every question that was put: method, address, names in its body."""

Act = Callable[[PrefectServer, list[str]], None]


def call(server: PrefectServer, method: str, path: str, body: Any = None) -> Any:
    MADE.add((method, path, tuple(body) if isinstance(body, dict) else ()))
    # Where Prefect answers 500 it hangs up: nobody else must be given that connection.
    answer = server.http.request(method, path, json=body, headers={"Connection": "close"}).raise_for_status()
    return answer.json() if answer.content else None


def on(method: str, path: str, body: Any = None) -> Act:
    return lambda server, _: call(server, method, path, body)


def refused(act: Act) -> Act:
    """Prefect itself does not do it: the queue is its pool's first, and it answers 500."""

    def tried(server: PrefectServer, runs: list[str]) -> None:
        with suppress(httpx.HTTPError):
            act(server, runs)

    return tried


def several(*acts: Act) -> Act:
    def act(server: PrefectServer, runs: list[str]) -> None:
        for one in acts:
            one(server, runs)

    return act


def deployment(server: PrefectServer, flow: str) -> dict[str, Any]:
    found: dict[str, Any] = call(server, "GET", f"/deployments/name/{flow}/main")
    return found


def on_deployment(method: str, more: str = "", body: Any = None, flow: str = "verification") -> Act:
    return lambda server, _: call(server, method, f"/deployments/{deployment(server, flow)['id']}{more}", body)


def on_schedule(method: str, body: Any = None) -> Act:
    def act(server: PrefectServer, _: list[str]) -> None:
        found = deployment(server, "deadline-sweep")
        (ours,) = [row["id"] for row in found["schedules"] if row["slug"] == "each-six-hours"]
        call(server, method, f"/deployments/{found['id']}/schedules/{ours}", body)

    return act


def on_runs(method: str, more: str = "", body: Any = None) -> Act:
    """One that Prefect refuses for a run in its state (resuming what waits for nobody) has no effect on that run."""

    def act(server: PrefectServer, runs: list[str]) -> None:
        for run in runs:
            with suppress(httpx.HTTPStatusError):
                call(server, method, f"/flow_runs/{run}{more}", body)

    return act


def of_all(more: str, **body: Any) -> Act:
    return lambda server, runs: call(server, "POST", f"/flow_runs/{more}", {"flow_runs": {"id": {"any_": runs}}, **body})


def to_state(kind: str, name: str | None = None, **details: Any) -> Act:
    state = {"type": kind, "name": name, "state_details": details}
    return on_runs("POST", "/set_state", {"state": state, "force": True})


def steps_of(server: PrefectServer, runs: list[str]) -> list[dict[str, Any]]:
    """Prefect hears of a step by an event, a moment after it began; where none comes, the comparison with its API says so."""
    end = time.monotonic() + 30
    while not (found := call(server, "POST", "/task_runs/filter", {"flow_runs": {"id": {"any_": runs}}})) and time.monotonic() < end:
        time.sleep(0.1)
    return list(found)


def to_task_state(kind: str) -> Act:
    """Of the steps of passes that are under way."""

    def act(server: PrefectServer, runs: list[str]) -> None:
        for step in steps_of(server, runs):
            call(server, "POST", f"/task_runs/{step['id']}/set_state", {"state": {"type": kind}, "force": True})

    return act


def delete_steps(server: PrefectServer, runs: list[str]) -> None:
    for step in steps_of(server, runs):
        call(server, "PATCH", f"/task_runs/{step['id']}", {"name": "renamed"})
        call(server, "DELETE", f"/task_runs/{step['id']}")


def limited_deployment(flow: str, **limit: Any) -> Act:
    """A limit of 1 whose row is changed afterwards."""

    def act(server: PrefectServer, _: list[str]) -> None:
        found = deployment(server, flow)["id"]
        call(server, "PATCH", f"/deployments/{found}", {"concurrency_limit": 1})
        row = call(server, "GET", f"/deployments/{found}")["global_concurrency_limit"]["id"]
        call(server, "PATCH", f"/v2/concurrency_limits/{row}", limit)

    return act


def shared_limit(server: PrefectServer, _: list[str]) -> None:
    """One limit of the operator's own, given to the deployment, all of whose places are taken by somebody."""
    body = {"name": f"shared-{os.urandom(4).hex()}", "limit": 1, "active_slots": 1}
    limit = call(server, "POST", "/v2/concurrency_limits/", body)["id"]
    body = {"global_concurrency_limit_id": limit, "concurrency_options": {"collision_strategy": "CANCEL_NEW"}}
    call(server, "PATCH", f"/deployments/{deployment(server, 'verification')['id']}", body)


def delete_flow(server: PrefectServer, _: list[str]) -> None:
    call(server, "DELETE", f"/flows/{deployment(server, 'verification')['flow_id']}")


def delete_every_flow(server: PrefectServer, _: list[str]) -> None:
    found = [one["id"] for one in call(server, "POST", "/flows/filter", {})]
    call(server, "POST", "/flows/bulk_delete", {"flows": {"id": {"any_": found}}})


def delete_every_deployment(server: PrefectServer, _: list[str]) -> None:
    found = [one["id"] for one in call(server, "POST", "/deployments/filter", {})]
    call(server, "POST", "/deployments/bulk_delete", {"deployments": {"id": {"any_": found}}})


def tags_of_flow(server: PrefectServer, _: list[str]) -> None:
    call(server, "PATCH", f"/flows/{deployment(server, 'verification')['flow_id']}", {"tags": ["x"]})


def limit_on_tags(server: PrefectServer, _: list[str]) -> None:
    for tag in ("370402-PERMIT", "核验", "部门核验"):
        call(server, "POST", "/concurrency_limits/", {"tag": tag, "concurrency_limit": 0})
        call(server, "POST", "/v2/concurrency_limits/", {"name": tag, "limit": 0})


def take_limits(server: PrefectServer, _: list[str]) -> None:
    """Places of limits on tags taken by hand."""
    name = f"taken-{os.urandom(4).hex()}"
    call(server, "POST", "/v2/concurrency_limits/", {"name": name, "limit": 1})
    call(server, "POST", "/v2/concurrency_limits/increment", {"names": [name], "slots": 1})
    call(server, "POST", "/v2/concurrency_limits/decrement", {"names": [name], "slots": 1})
    call(server, "DELETE", f"/v2/concurrency_limits/{name}")


def legacy_queue(body: dict[str, Any] | None, queue: str = QUEUE) -> Act:
    """The same queue by the older address: changed, or deleted."""

    def act(server: PrefectServer, _: list[str]) -> None:
        found = call(server, "GET", queue)["id"]
        call(server, "DELETE" if body is None else "PATCH", f"/work_queues/{found}", body)

    return act


def pool_of_another_type(server: PrefectServer, _: list[str]) -> None:
    call(server, "DELETE", POOL)
    call(server, "POST", "/work_pools/", {"name": "proofless", "type": "process", "base_job_template": TEMPLATE})


def worker_forgotten(server: PrefectServer, _: list[str]) -> None:
    call(server, "POST", f"{POOL}/workers/heartbeat", {"name": "worker-1"})
    call(server, "DELETE", f"{POOL}/workers/worker-1")


def another_number(server: PrefectServer, runs: list[str]) -> None:
    """Each run that is there is given the next one's parameters: a paused case's may have been deleted."""
    there = [run for run in runs if server.http.get(f"/flow_runs/{run}").is_success]
    numbers = [call(server, "GET", f"/flow_runs/{run}")["parameters"] for run in there]
    for run, parameters in zip(there, numbers[1:] + numbers[:1], strict=True):
        call(server, "PATCH", f"/flow_runs/{run}", {"parameters": parameters})


def second_runs(server: PrefectServer, runs: list[str]) -> None:
    """A second run for each verification, by hand; and one without deployment."""
    found = deployment(server, "verification")
    for run in runs:
        parameters = call(server, "GET", f"/flow_runs/{run}")["parameters"]
        call(server, "POST", f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        call(server, "POST", "/flow_runs/", {"flow_id": found["flow_id"], "parameters": parameters})
    call(server, "POST", f"/deployments/{found['id']}/create_flow_run/bulk", [{"parameters": parameters}])


def automation(kind: str, **more: Any) -> Act:
    body = {
        "name": "a-rule",
        "trigger": {"type": "event", "posture": "Reactive", "expect": ["nothing.that.happens"], "threshold": 1, "within": 0},
        "actions": [{"type": kind, **more}],
    }
    return on("POST", "/automations/", body)


TEMPLATE = {
    "job_configuration": {"image": "{{ image }}"},
    "variables": {"type": "object", "properties": {"image": {"type": "string"}}, "required": ["image"]},
}
REFUSES = {"type": "object", "properties": {"other": {"type": "string"}}, "required": ["other"]}
RULE = {"interval": 86400}
