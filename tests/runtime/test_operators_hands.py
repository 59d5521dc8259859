"""运维在 Prefect 中的每个操作 × each state of a verification, against a real Prefect server.

After any of them a verification is at work again within one look (half a minute), or stands in an alarm or in `stuck`
with a command that heals. What happened is written to docs/operators-hands.md, and compared with it
(PROOFLESS_WRITE_DOCUMENTS=1 writes it).
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from domain.prefect_alarms import BLOCKED, ILL
from ledger import alarms, attention, failures, leases, watch
from ledger.database import transaction
from runtime import prefect_server
from runtime.blueprint import CASES, UPKEEP, wanted
from runtime.worker.reconciler import Reconciler
from runtime.worker.runs import Runs, load_flow
from settings import ROOT, settings
from tests.ledger.acting import asked, do, give_back, hold, reply, row
from tests.ledger.filing import file
from tests.stack import PrefectServer

DOCUMENT = ROOT / "docs" / "operators-hands.md"
POOL = "/work_pools/proofless"
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def server(ledger: str, prefect: PrefectServer) -> Iterator[PrefectServer]:
    """No worker polls it; whatever a test does to it is put right afterwards, by our own command."""
    assert not prefect.taken
    os.environ |= {**prefect_server.client_environment(prefect.url, prefect.secret, settings().home), "PYTHONPATH": str(ROOT)}
    with temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}):
        yield prefect
        asyncio.run(repair(prefect))
    prefect.clear()


async def repair(server: PrefectServer) -> list[str]:
    async with prefect_server.asking(server.url, server.secret) as http:
        return await Reconciler(http).repair()


async def look(server: PrefectServer) -> None:
    """What each worker does: the wakes of this second, what was cancelled, the comparison of this half minute."""
    async with prefect_server.asking(server.url, server.secret) as http, get_client() as client:
        runs = Runs(client)
        for run in await runs.cancelled(since=timedelta(minutes=1)):
            if do(leases.is_current, str(run.parameters.get("number")), run.id):
                await runs.align_run(run)
        await Reconciler(http, runs).look()
        for number in do(leases.claim_wakes) + [one.number for one in do(leases.suspects, overdue_seconds=0)]:
            await runs.align(number)


async def started(numbers: list[str]) -> None:
    """Each has its run, scheduled for when the ledger wants it."""
    async with get_client() as client:
        for number in numbers * 2:
            await Runs(client).align(number)


# The states in which an operator may meet a verification.


def filed() -> str:
    return file(now=settings().now())


def waits_for_a_unit() -> str:
    lease, _ = asked(at=settings().now())
    give_back(lease.number)
    return lease.number


def has_its_reply() -> str:
    now = settings().now()
    lease, request = asked(at=now)
    give_back(lease.number)
    reply(request, now=now)
    return lease.number


def is_retried() -> str:
    lease = hold(filed())
    do(failures.pass_failed, lease, "test", now=settings().now(), actor="system:test")
    give_back(lease.number)
    return lease.number


STATES: dict[str, Callable[[], str]] = {
    "刚发起": filed,
    "等待出具单位": waits_for_a_unit,
    "答复已到": has_its_reply,
    "等待重试": is_retried,
}


def found_by_a_worker(server: PrefectServer) -> dict[str, datetime]:
    """Every run that Prefect would give to a worker one day, by name: with its time."""
    body = {"work_queue_names": [CASES], "scheduled_before": FAR.isoformat(), "limit": 200}
    answer = server.http.post(f"{POOL}/get_scheduled_flow_runs", json=body)
    runs = [item["flow_run"] for item in answer.json()] if answer.is_success else []
    return {run["id"]: datetime.fromisoformat(run["next_scheduled_start_time"]) for run in runs}


def is_at_work(server: PrefectServer, number: str) -> bool:
    """Its own run will be given to a worker, at the latest when the ledger wants it."""
    mine = row(number)
    planned = found_by_a_worker(server).get(str(mine.flow_run))
    latest = max(mine.next_instant or FAR, datetime.now(UTC)) if mine.wake_requested_at is None else datetime.now(UTC)
    return planned is not None and planned <= latest + timedelta(seconds=3)


# What operators do. Each is given the server and the flow runs of the verifications.


def call(server: PrefectServer, method: str, path: str, body: Any = None) -> Any:
    answer = server.http.request(method, path, json=body).raise_for_status()
    return answer.json() if answer.content else None


Act = Callable[[PrefectServer, list[str]], None]


def on(method: str, path: str, body: Any = None) -> Act:
    return lambda server, _: call(server, method, path, body)


def on_deployment(method: str, more: str = "", body: Any = None, flow: str = "verification") -> Act:
    def act(server: PrefectServer, _: list[str]) -> None:
        found = call(server, "GET", f"/deployments/name/{flow}/main")["id"]
        call(server, method, f"/deployments/{found}{more}", body)

    return act


def on_schedule(method: str, body: Any = None) -> Act:
    def act(server: PrefectServer, _: list[str]) -> None:
        found = call(server, "GET", "/deployments/name/deadline-sweep/main")
        call(server, method, f"/deployments/{found['id']}/schedules/{found['schedules'][0]['id']}", body)

    return act


def on_runs(method: str, more: str = "", body: Any = None) -> Act:
    def act(server: PrefectServer, runs: list[str]) -> None:
        for run in runs:
            call(server, method, f"/flow_runs/{run}{more}", body)

    return act


def to_state(kind: str, **details: Any) -> Act:
    return on_runs("POST", "/set_state", {"state": {"type": kind, "state_details": details}, "force": True})


def deployment_limit_0(server: PrefectServer, _: list[str]) -> None:
    found = call(server, "GET", "/deployments/name/verification/main")["id"]
    call(server, "PATCH", f"/deployments/{found}", {"concurrency_limit": 1})
    limit = call(server, "GET", f"/deployments/{found}")["global_concurrency_limit"]["id"]
    call(server, "PATCH", f"/v2/concurrency_limits/{limit}", {"limit": 0})


def delete_flow(server: PrefectServer, _: list[str]) -> None:
    found = call(server, "GET", "/deployments/name/verification/main")["flow_id"]
    call(server, "DELETE", f"/flows/{found}")


def delete_every_deployment(server: PrefectServer, _: list[str]) -> None:
    found = [one["id"] for one in call(server, "POST", "/deployments/filter", {})]
    call(server, "POST", "/deployments/bulk_delete", {"deployments": {"id": {"any_": found}}})


def of_all(more: str, **body: Any) -> Act:
    return lambda server, runs: call(server, "POST", f"/flow_runs/{more}", {"flow_runs": {"id": {"any_": runs}}, **body})


def limit_on_tag(server: PrefectServer, _: list[str]) -> None:
    for tag in ("370402-PERMIT", "核验", "部门核验"):
        call(server, "POST", "/concurrency_limits/", {"tag": tag, "concurrency_limit": 0})


QUEUE, OTHER = f"{POOL}/queues/{CASES}", f"{POOL}/queues/{UPKEEP}"

ACTIONS: dict[str, Act] = {
    "工作池:暂停": on("PATCH", POOL, {"is_paused": True}),
    "工作池:并发上限 0": on("PATCH", POOL, {"concurrency_limit": 0}),
    "工作池:删除": on("DELETE", POOL),
    "队列 default:暂停": on("PATCH", QUEUE, {"is_paused": True}),
    "队列 default:并发上限 0": on("PATCH", QUEUE, {"concurrency_limit": 0}),
    "队列 default:改名": on("PATCH", QUEUE, {"name": "elsewhere"}),
    "队列 default:删除": on("DELETE", QUEUE),
    "队列 upkeep:暂停": on("PATCH", OTHER, {"is_paused": True}),
    "队列 upkeep:改名": on("PATCH", OTHER, {"name": "elsewhere-too"}),
    "队列 upkeep:删除": on("DELETE", OTHER),
    "流程登记 verification:删除": on_deployment("DELETE"),
    "流程登记 verification:暂停": on_deployment("POST", "/pause_deployment"),
    "流程登记 verification:并发上限 1": on_deployment("PATCH", "", {"concurrency_limit": 1}),
    "流程登记 verification:并发上限 0": deployment_limit_0,
    "流程登记 verification:移到队列 upkeep": on_deployment("PATCH", "", {"work_queue_name": UPKEEP}),
    "流程登记 verification:改入口": on_deployment("PATCH", "", {"entrypoint": "flows/other.py:other"}),
    "流程登记:全部删除": delete_every_deployment,
    "流程 verification:删除": delete_flow,
    "定时 deadline-sweep:停用": on_schedule("PATCH", {"active": False}),
    "定时 deadline-sweep:删除": on_schedule("DELETE"),
    "流程登记 deadline-sweep:暂停": on_deployment("POST", "/pause_deployment", None, "deadline-sweep"),
    "运行:删除": on_runs("DELETE"),
    "运行:批量删除": of_all("bulk_delete"),
    "运行:取消(Cancelling)": to_state("CANCELLING"),
    "运行:置为 Cancelled": to_state("CANCELLED"),
    "运行:挂起(Suspended)": to_state("PAUSED", pause_timeout=None, pause_reschedule=True),
    "运行:置为 Completed": to_state("COMPLETED"),
    "运行:置为 Failed": to_state("FAILED"),
    "运行:置为 Crashed": to_state("CRASHED"),
    "运行:批量置为 Failed": of_all("bulk_set_state", state={"type": "FAILED"}, force=True),
    "运行:置为 Pending": to_state("PENDING"),
    "运行:置为 Running": to_state("RUNNING"),
    "运行:推迟到 2099 年": to_state("SCHEDULED", scheduled_time="2099-01-01T00:00:00Z"),
    "全局并发上限:各标签为 0": limit_on_tag,
}


@dataclass
class Met:
    """What one action did to one state."""

    action: str
    state: str
    at_once: str
    after: str


MET: list[Met] = []


@pytest.mark.parametrize("action", ACTIONS)
def test_whatever_an_operator_does_is_healed_or_told(server: PrefectServer, action: str) -> None:
    numbers = {state: make() for state, make in STATES.items()}
    asyncio.run(started(list(numbers.values())))
    assert {state for state, number in numbers.items() if is_at_work(server, number)} == set(STATES), "before"
    assert told() == {}

    before = {number: str(row(number).flow_run) for number in numbers.values()}
    ACTIONS[action](server, list(before.values()))
    at_once = {number: is_at_work(server, number) for number in before}
    asyncio.run(look(server))
    for state, number in numbers.items():
        met = Met(action, state, "照常" if at_once[number] else "无法执行", outcome(server, number, before[number]))
        MET.append(met)
        assert met.after, f"{action} × {state}: neither at work nor named; alarms: {told()}"

    if any(kind in ILL for kind in told()):
        assert all("./run repair" in message for kind, message in told().items() if kind in ILL)
        assert asyncio.run(repair(server))
    for number in before:
        if row(number).paused_at:
            do(attention.resume, number, now=settings().now(), actor="operator:test")
    asyncio.run(look(server))
    asyncio.run(look(server))
    assert {state for state, number in numbers.items() if is_at_work(server, number)} == set(STATES), "at the end"
    assert told() == {}, "the alarm ends with its cause"


def outcome(server: PrefectServer, number: str, run: str) -> str:
    """Empty where nobody works on it and nobody is told."""
    standing = told()
    if row(number).paused_at is not None:
        (line,) = [item for item in do(watch.stuck) if item.number == number]
        return f"待人工处理:{line.reason}" if line.remedy else ""
    if is_at_work(server, number):
        healed = "已重新建立运行" if str(row(number).flow_run) != run else "照常"
        return ";告警:".join([healed, *(message for _, message in sorted(standing.items()))])
    return f"告警:{standing[BLOCKED]}" if BLOCKED in standing else ""


def told() -> dict[str, str]:
    """Standing alarms about Prefect, by kind."""
    with transaction() as session:
        found = alarms.standing_alarms(session)
    texts: dict[str, list[str]] = {}
    for one in sorted(found, key=lambda one: one.message):
        if one.kind.startswith("prefect_") or one.kind in ILL:
            texts.setdefault(one.kind, []).append(one.message)
    return {kind: "".join(messages) for kind, messages in texts.items()}


def test_the_document_says_what_happened() -> None:
    """After the others: the table of operators' actions and states."""
    if len(MET) != len(ACTIONS) * len(STATES):
        pytest.skip("not all of the actions ran")
    text = page()
    if os.environ.get("PROOFLESS_WRITE_DOCUMENTS"):
        DOCUMENT.write_text(text, "utf-8")
    assert DOCUMENT.read_text("utf-8") == text


def page() -> str:
    rows = []
    for action in ACTIONS:
        of_it = [met for met in MET if met.action == action]
        same = len({(met.at_once, met.after) for met in of_it}) == 1
        for met in of_it[:1] if same else of_it:
            state = "各状态" if same else met.state
            after = re.sub(r"有 \d+ 件", "有若干件", met.after)  # how many of them were on their way differs
            rows.append(f"| {action} | {state} | {met.at_once} | {after} |")
    return HEAD.format(states="、".join(STATES)) + "\n".join(rows) + "\n"


HEAD = """# Operators' hands in Prefect

Made by `tests/runtime/test_operators_hands.py` against a real Prefect server (`PROOFLESS_WRITE_DOCUMENTS=1`), not by
hand. Whatever an operator deletes, pauses, renames, limits or sets there: one look of a worker, each half minute, makes
it anew, or names it in an alarm with the command that heals. States of the verifications: {states}.

| 操作 | 核验状态 | 操作之后 | 半分钟内 |
|-|-|-|-|
"""


def test_the_blueprint_is_what_prefect_yaml_says_and_the_flows_are_called() -> None:
    assert {want.queue for want in wanted()} == {CASES, UPKEEP}
    for want in wanted():
        assert load_flow(want.entrypoint).name == want.flow
