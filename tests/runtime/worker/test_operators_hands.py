"""运维在 Prefect 中的每个操作 × each state of a verification, against a real Prefect server.

After any of them an open verification is at work again within one look (half a minute), or stands in an alarm or in
`stuck` with a command that heals; a pass in the middle of a step ends well; what is paused stays so.
What happened is written to docs/operators-hands.md, and compared with it (PROOFLESS_WRITE_DOCUMENTS=1 writes it).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from domain.lifecycle import State
from domain.prefect_alarms import BLOCKED, ILL
from ledger.casework import attention, watch
from ledger.lifecycle import leases
from runtime.services import prefect_server
from runtime.services.blueprint import BATCHES, CASES, UPKEEP, wanted
from runtime.services.postgres import Cluster
from runtime.worker.runs import load_flow
from runtime.worker.worker import Worker
from settings import ROOT, settings
from tests.conftest import fresh_ledger
from tests.ledger.acting import do, row
from tests.runtime.hands import cases, reach
from tests.runtime.hands.actions import ACTIONS
from tests.runtime.hands.doing import MADE
from tests.runtime.hands.world import World, at_worker, in_a_step, look, repair, told
from tests.stack import PrefectServer

DOCUMENT = ROOT / "docs" / "operators-hands.md"
EARLIER = Path(__file__).parents[1] / "hands" / "earlier.json"
BUILT: list[tuple[World, ExitStack]] = []


@pytest.fixture
def world(installation: tuple[Path, Cluster], template_database: str, prefect: PrefectServer) -> Iterator[World]:
    """The one of the test before, if that has left it whole. No worker polls it."""
    if not BUILT:
        assert not prefect.taken
        ending = ExitStack()
        ending.enter_context(fresh_ledger(installation, template_database))
        os.environ |= {**prefect_server.client_environment(prefect.url, prefect.secret, settings().home)}
        os.environ["PROOFLESS_LEASE_SECONDS"] = "600"  # nobody renews here
        settings.cache_clear()
        ending.enter_context(temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}))
        BUILT.append((World(prefect), ending))
        asyncio.run(BUILT[0][0].fill())
    yield BUILT[0][0]
    for made, _ in BUILT:
        made.clean()


@pytest.fixture(autouse=True, scope="module")
def put_right() -> Iterator[None]:
    yield
    take_down()


def take_down() -> None:
    for made, ending in BUILT:
        made.clean()
        asyncio.run(repair(made.server))
        made.server.clear()
        ending.close()
    BUILT.clear()


@dataclass
class Met:
    """What one action did to one state."""

    action: str
    state: str
    at_once: str
    after: str


MET: list[Met] = []
#: What is found out, and healed, when Prefect calls the run, each at its own time.
WHEN_CALLED = ("运行:换成别的编号",)


@pytest.mark.parametrize("action", ACTIONS)
def test_whatever_an_operator_does_is_healed_or_told(world: World, action: str) -> None:
    try:
        asyncio.run(try_out(world, action))
    except BaseException:
        take_down()
        raise


async def try_out(world: World, action: str) -> None:
    async with at_worker(world.server) as (worker, reconciler):
        working = world.working = cases.filed()
        await worker._runs.align(working)
        everywhere = dict.fromkeys(world.at_work(working), True)
        for looks in range(3):
            before = world.at_work(working), told()
            if before == (everywhere, {}) or looks == 2:
                break
            await look(world, worker, reconciler)  # the pool of the action before was taken away
        assert before == (everywhere, {}), "before"
        runs = {number: str(row(number).flow_run) for number in [*world.numbers.values(), working]}
        stood = {number: row(number).state for number in world.numbers.values()}
        met: dict[str, Met] = {}

        async def hands() -> None:
            await asyncio.to_thread(ACTIONS[action], world.server, list(runs.values()))
            at_once = world.at_work()
            await look(world, worker, reconciler)
            after = world.at_work()
            for state, number in world.open().items():
                found = outcome(number, runs[number], after[number])
                met[state] = Met(action, state, "照常" if at_once[number] else "无法执行", found)
            if any(kind in ILL for kind in told()):
                assert all("./run repair" in message for kind, message in told().items() if kind in ILL)
                assert await reconciler.repair()

        await in_a_step(worker, working, hands)
        await look(world, worker, reconciler)
        after = world.at_work(working)
        for state, number in world.open().items():
            if not met[state].after:  # a limit lets one at a time, and one was in its step
                met[state].after = outcome(number, runs[number], after[number])
                assert met[state].after, f"{action} × {state}: neither at work nor named; alarms: {told()}"
                met[state].after = f"在办的一步办完后{met[state].after}"
        met[cases.RUNNING] = Met(action, cases.RUNNING, "办理中", after_its_pass(working, runs[working], after[working]))
        met[cases.PAUSED] = Met(action, cases.PAUSED, "不办理", kept(world, world.numbers[cases.PAUSED]))
        assert {state for state, one in met.items() if not one.after} == set(), told()
        MET.extend(met.values())

        for number in (*world.open().values(), working):
            if row(number).paused_at:
                do(attention.resume, number, now=settings().now(), actor="operator:test")
        for _ in range(2):
            await look(world, worker, reconciler)
            if not told():
                break
        assert told() == {}, "the alarm ends with its cause"
        await called(world, worker)
        assert world.at_work(working) == everywhere, "at the end"
        assert {number: row(number).state for number in stood} == stood, "nothing in Prefect moves a case"
        do(attention.withdraw, working, now=settings().now(), actor="person:a")


async def called(world: World, worker: Worker) -> None:
    """A run that was given another's number is found out when Prefect calls it, each at its own time: here all at once,
    so that none is left over for the actions that follow."""
    theirs = {str(row(number).flow_run): number for number in world.open().values()}
    found = world.server.runs_of(theirs)
    assert found.keys() == theirs.keys()
    for run, number in theirs.items():
        if found[run]["parameters"] != {"number": number}:
            await worker._runs.align_run(FlowRun.model_validate(found[run]))
            await worker._runs.align(number)


def outcome(number: str, run: str, at_work: bool) -> str:
    """Empty where nobody works on it and nobody is told."""
    standing = told()
    if row(number).paused_at is not None:
        (line,) = [item for item in do(watch.stuck) if (item.number, item.code) == (number, "paused")]
        return f"待恢复:{line.reason}" if line.remedy else ""
    if at_work:
        healed = "已重新建立运行" if str(row(number).flow_run) != run else "照常"
        return ";告警:".join([healed, *(message for _, message in sorted(standing.items()))])
    return f"告警:{standing[BLOCKED]}" if BLOCKED in standing else ""


def after_its_pass(number: str, run: str, at_work: bool) -> str:
    """The step has ended, and whatever follows is at work."""
    if row(number).paused_at is not None:
        return "待恢复:由运维暂停。"
    if row(number).lease_until is not None or not at_work:
        return ""
    went_on = row(number).state is State.AWAITING_REPLY
    return ("本步办完" if went_on else "本步重办") + (",已重新建立运行" if str(row(number).flow_run) != run else "")


def kept(world: World, number: str) -> str:
    """No worker may take it; its run, where one is left, has ended, or would be refused when its time comes."""
    assert do(leases.acquire, number, "w/x") is None
    found = world.server.http.get(f"/flow_runs/{row(number).flow_run}")
    state = found.json()["state"]["type"] if found.is_success else "deleted"
    return "" if state in {"RUNNING", "PENDING", "CANCELLING", "PAUSED"} else "保持原状"


def test_the_document_says_what_happened() -> None:
    """After the others: the table of operators' actions and states."""
    if len(MET) != len(ACTIONS) * (len(cases.OPEN) + 2):
        pytest.skip("not all of the actions ran")
    text = page()
    if os.environ.get("PROOFLESS_WRITE_DOCUMENTS"):
        DOCUMENT.write_text(text, "utf-8")
    assert DOCUMENT.read_text("utf-8") == text


def page() -> str:
    earlier, lines = json.loads(EARLIER.read_text("utf-8")), []
    for action in ACTIONS:
        rows: dict[tuple[str, str, str], list[str]] = {}
        for met in MET:
            if met.action == action:
                after = re.sub(r"有 \d+ 件", "有若干件", met.after)  # how many of them were on their way differs
                if action in WHEN_CALLED and after in ("照常", "已重新建立运行"):  # by whether its time came within this look
                    after = "轮到办理时重新建立运行"
                rows.setdefault((earlier.get(action, {}).get(met.state, "未试"), met.at_once, after), []).append(met.state)
        for (was, at_once, after), states in rows.items():
            named = "在办各状态" if states == [*cases.OPEN] else "、".join(states)
            lines.append(f"| {action} | {named} | {was} | {at_once} | {after} |")
    return HEAD.format(states="、".join(cases.OPEN)) + "\n".join(lines) + "\n"


HEAD = """# Operators' hands in Prefect

Made by `tests/runtime/worker/test_operators_hands.py` against a real Prefect server (`PROOFLESS_WRITE_DOCUMENTS=1`), not by
hand. Whatever an operator deletes, pauses, renames, limits or sets there: one look of a worker, each half minute, makes
it anew, or names it in an alarm with the command that heals. 在办各状态 are {states};正在办理 is a pass in the middle of a
step. The same test compares the actions with Prefect's own description of its API; what is left to be
tried is named in `tests/runtime/hands/reach.py`. 此前 is what the build 02070fd did: by a run of its own code where the
pool is paused, limited to 0 or deleted, as issues 11 and 18 tell it where they are named, and 未试 (not run) elsewhere.

| 操作 | 核验状态 | 此前(02070fd) | 操作之后 | 半分钟内 |
|-|-|-|-|-|
"""


def test_every_action_of_prefects_api_was_tried_or_is_named(prefect: PrefectServer) -> None:
    """By Prefect's own description, method for method and field for field: a new version's new action is red here."""
    if len({met.action for met in MET}) != len(ACTIONS):
        pytest.skip("not all of the actions ran")
    described = prefect.http.get("/openapi.json").raise_for_status().json()
    can = set(reach.offered(described))
    templates = {path for _, path in can}
    tried: dict[tuple[str, str], set[str]] = {}
    for method, path, names in MADE:
        if method != "GET":
            tried.setdefault((method, reach.template_of(path, templates)), set()).update(names)
    unsaid = {one for one in can if one not in tried and one[1] not in reach.READS | reach.NO_CONCERN.keys()}
    unsaid -= reach.NOT_TRIED
    assert unsaid == set(), "what does an operator do with these?"
    assert reach.READS | reach.NO_CONCERN.keys() <= templates, "said of what is not there"
    for (method, path), names in tried.items():
        if method == "PATCH":
            rest = reach.fields(described, path) - names - reach.FIELDS_NO_CONCERN.get(path, {}).keys()
            rest -= reach.FIELDS_NOT_TRIED.get(path, set())
            assert rest == set(), f"what does an operator do with these fields of {path}?"


def test_nothing_of_ours_stands_in_blocks_variables_or_automations(prefect: PrefectServer) -> None:
    for kind in ("block_documents", "variables", "automations"):
        assert prefect.http.post(f"/{kind}/count", json={}).raise_for_status().json() == 0


def test_the_blueprint_is_what_prefect_yaml_says_and_the_flows_are_called() -> None:
    assert {want.queue for want in wanted()} == {CASES, BATCHES, UPKEEP}
    for want in wanted():
        assert load_flow(want.entrypoint).name == want.flow
