"""`./run bench`: the figures of README, measured on an installation of its own, against a stock Prefect worker.

Everything runs on this machine, as `./run up` starts it: PostgreSQL, Prefect server, gateway, worker, sandbox and the
load. Ratios are taken within one run, because absolute times move with the machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import (
    commands,
    cost,
    cost_rows,
    edge,
    inboxes,
    lists,
    load,
    memory,
    older,
    pages,
    record,
    report,
    results,
    rush,
    sealing,
    waiting,
    year,
)
from benchmarks.load import Load, burst, steady
from benchmarks.parts import TITLES
from benchmarks.processes import cpu, end_one
from benchmarks.sizes import FULL, QUICK, Size
from benchmarks.stock import hand_over, runs_made, start_stock_worker
from ledger.database import transaction
from ledger.registry import keys
from runtime.commands import up
from runtime.commands.starting_catalog import key_file
from runtime.progress import Progress
from runtime.services import environment, supervised
from runtime.services.context import Context
from runtime.services.processes import PATIENT, Supervisor, end
from runtime.worker import client
from settings import ROOT, settings

PER_SECOND = 3.0


def measure(only: str | None, quick: bool, beside: Path | None) -> int:
    """The parts that are asked for, printed and (unless `quick`) written. `beside`: another build, for its edge and its commands."""
    progress, size = Progress(), QUICK if quick else FULL
    home = Path(tempfile.mkdtemp(prefix="proofless-bench-"))
    for name in [name for name in os.environ if name.startswith("PROOFLESS_")]:
        del os.environ[name]
    os.environ["PROOFLESS_HOME"] = str(home)
    # The load is one unit's, whose quotas are not what is measured. Strangers meet those that everybody meets.
    os.environ["PROOFLESS_REQUESTS_PER_MINUTE"] = "100000"
    os.environ |= {f"PROOFLESS_QUOTA_{whose}": "1000000/minute 1000000/day" for whose in ("PERSON", "SYSTEM")}  # counted all the same
    os.environ["PROOFLESS_BATCH_ROWS_A_DAY"] = "1000000"
    os.environ |= {f"PROOFLESS_QUOTA_{whose}": "1000000/day" for whose in ("UNIT", "MATTER", "CASE")}
    supervisor = Supervisor(home / "run", progress)
    try:
        parts = _measure(home, supervisor, only, beside, size, progress)
    finally:
        supervisor.stop()
        shutil.rmtree(home, ignore_errors=True)
    sections = {TITLES[part]: results.section(TITLES[part], rows) for part, rows in parts.items()}
    sys.stdout.write("\n".join(sections.values()))
    if not quick:
        written = ROOT / "benchmarks" / "results.md"
        written.write_text(results.merged(written.read_text("utf-8"), sections), "utf-8")
    return 0


def _measure(
    home: Path, supervisor: Supervisor, only: str | None, beside: Path | None, size: Size, progress: Progress
) -> dict[str, list[results.Row]]:
    """The rows of each part. Who waits is measured before the stock worker takes over, which ends ours."""
    parts: dict[str, list[results.Row]] = {}
    if only not in ("report", "year", "record", "commands"):
        context = up.start(home, supervisor, progress)
        ours = _ours(context, supervisor, size, progress) if only in (None, "verifications") else None
        if only in (None, "cost"):
            parts["cost"] = _cost(context, beside, size, progress)
        if only in (None, "rush"):
            parts["rush"] = _rush(context, size, progress)
        if only in (None, "memory"):
            parts["memory"] = _memory(context, size, progress)
        if only in (None, "edge"):
            parts["edge"] = _edge(context, beside, size, progress)
        if only in (None, "inboxes", "pages", "waiting"):
            end_one(context, "issuing_unit")  # it would answer the one that is copied
        if only in (None, "inboxes"):
            parts["inboxes"] = _inboxes(context, size, progress)
        if only in (None, "pages"):
            parts["pages"] = pages.part(context, size, progress)
        if only in (None, "waiting"):
            parts["waiting"] = _waiting(context, size, progress)
        if ours is not None:
            parts["verifications"] = _beside_stock(context, ours, size, progress)
        if only in (None, "lists"):
            parts["lists"] = _lists(size, progress)
    if only in (None, "report"):
        parts["report"] = _report(home / "report", size, progress)
    if only in (None, "year"):
        parts["year"] = _year(home / "year", size, progress)
    if only in (None, "record"):
        parts["record"] = _record(home / "record", size, progress)
    if only in (None, "commands"):
        parts["commands"] = _commands(home / "commands", beside, size, progress)
    return parts


@dataclass(frozen=True)
class _Ours:
    """What our own worker did."""

    sealing: sealing.Sealing
    light: Load
    heavy: Load
    without_events: Load
    worker_cpu: float  #: milliseconds a run


def _ours(context: Context, supervisor: Supervisor, size: Size, progress: Progress) -> _Ours:
    key, url = key_file("requester_key").read_text().strip(), context.gateway_url
    with progress.step("制作并签章"):
        made = sealing.measure()
    with progress.step("预热"):
        asyncio.run(burst(url, key, size.warm_up))
    with progress.step(f"每秒 {PER_SECOND:.0f} 件,共 {size.steady} 件"):
        light = asyncio.run(steady(url, key, PER_SECOND, size.steady))
    with progress.step(f"同时 {size.burst} 件"):
        spent = cpu(context)
        heavy = asyncio.run(burst(url, key, size.burst))
        worker_cpu = 1000 * (cpu(context) - spent) / size.burst
    with progress.step(f"不保存 Prefect 事件,同时 {size.burst} 件"):
        _restart_prefect(context, supervisor, {"PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false"})
        asyncio.run(burst(url, key, size.warm_up))
        without_events = asyncio.run(burst(url, key, size.burst))
        _restart_prefect(context, supervisor, {})
    return _Ours(made, light, heavy, without_events, worker_cpu)


def _beside_stock(context: Context, ours: _Ours, size: Size, progress: Progress) -> list[results.Row]:
    key, url = key_file("requester_key").read_text().strip(), context.gateway_url
    with progress.step(f"只用 Prefect 引擎,{size.alone} 件"):
        end_one(context, "worker")
        engine_cpu = _engine_alone(context, url, key, size.alone)
    with progress.step("对照:Prefect 自带的进程执行器"), ExitStack() as stack:
        hand_over(context)
        stock_worker = start_stock_worker(context)
        try:
            stack.enter_context(runs_made(context))
            asyncio.run(burst(url, key, 1))
            stock_light = asyncio.run(steady(url, key, 0.25, size.stock_light))
            stock_heavy = asyncio.run(burst(url, key, size.stock_burst))
        finally:
            end(stock_worker, PATIENT)
    return [
        *results.of_sealing(ours.sealing),
        *results.of_light(ours.light, stock_light),
        *results.of_heavy(ours.heavy, stock_heavy, ours.without_events),
        *results.of_worker(ours.worker_cpu, engine_cpu),
    ]


def _inboxes(context: Context, size: Size, progress: Progress) -> list[results.Row]:
    with progress.step(f"{inboxes.PEOPLE} 个打开的收件箱,{size.inbox} 件待答复") as note:
        key = key_file("requester_key").read_text().strip()
        return results.of_inboxes(inboxes.measure(context, context.gateway_url, key, size.inbox, size.waiting_seconds // 2, note))


def _waiting(context: Context, size: Size, progress: Progress) -> list[results.Row]:
    key = key_file("requester_key").read_text().strip()
    with progress.step(f"{size.waiting} 件等待中") as note:
        return results.of_waiting(waiting.measure(context, context.gateway_url, key, size.waiting, size.waiting_seconds, note))


def _rush(context: Context, size: Size, progress: Progress) -> list[results.Row]:
    with progress.step(f"三倍于能力的申请,{size.rush_seconds} 秒"):
        key = key_file("requester_key").read_text().strip()
        return results.of_rush(rush.measure(context.gateway_url, key, size.burst, size.rush_seconds))


def _memory(context: Context, size: Size, progress: Progress) -> list[results.Row]:
    with progress.step(f"{size.many} 件之后的内存") as note:
        return memory.rows(memory.measure(context, key_file("requester_key").read_text().strip(), size.few, size.many, note))


def _edge(context: Context, beside: Path | None, size: Size, progress: Progress) -> list[results.Row]:
    with transaction() as session:
        office = keys.make(session, person="demo-admin", now=settings().now(), actor="system:bench")
    builds = {"": edge.Build.at(context.home, context.gateway_url, office)}
    with ExitStack() as stack:
        if beside is not None:
            with progress.step(f"启动对照版本 {(name := older.revision(beside))}"):
                builds[name] = stack.enter_context(older.running(beside, context.home / "older"))
        with progress.step("网关对其他人的应答") as note:
            return results.of_edge(edge.measure(builds, size.edge_seconds, note))


def _cost(context: Context, beside: Path | None, size: Size, progress: Progress) -> list[results.Row]:
    ours, name = cost.Installation(context.home), ""
    with progress.step("单件成本:平时"):
        cost.burst(ours, size.warm_up)
        light = cost.steady(ours, PER_SECOND, size.steady // 2)
    with progress.step("单件成本:部门核验"):
        departmental = cost.steady(ours, 1.0, size.steady // 4, load.ASKED)
    with progress.step("单件成本:语句和事务"):
        asked = cost.asked(ours, size.warm_up)
    mine, old = [], list[cost.Cost]()
    with ExitStack() as stack:
        if beside is not None:
            with progress.step(f"启动对照版本 {(name := older.revision(beside))}"):
                theirs = context.home / "older"
                stack.enter_context(older.up(beside, {**os.environ, "PROOFLESS_HOME": str(theirs)}))
                cost.burst(cost.Installation(theirs), size.warm_up)
        for _ in range(2):
            with progress.step(f"同时 {size.burst} 件"):
                mine.append(cost.burst(ours, size.burst))
                old += [cost.burst(cost.Installation(theirs), size.burst)] if beside is not None else []
    with progress.step(f"批次 {size.batch} 行"):
        many = cost.batch(ours, size.batch)
    with ExitStack() as stack:
        with progress.step("执行器内部:各步骤"):
            timed = stack.enter_context(cost.timed_worker(context.home))
            kinds = {"shared-data": load.SHARED, "departmental": load.ASKED}
            steps = {kind: cost.by_step(ours, timed, size.steady // 4, proof) for kind, proof in kinds.items()}
        with progress.step("对照:DBOS"), cost.dbos_instead(context.home, context.home / "dbos"):
            cost.burst(ours, size.warm_up)
            peer = [cost.burst(ours, size.burst) for _ in range(2)]
    return cost_rows.of_cost(cost.Found(light, departmental, mine, many, asked, steps, peer, old, name))


def _lists(size: Size, progress: Progress) -> list[results.Row]:
    with progress.step(f"清单重建,{size.rows} 行"):
        return results.of_lists(lists.measure(size.rows))


def _report(home: Path, size: Size, progress: Progress) -> list[results.Row]:
    with progress.step(f"周报,{size.reported} 件") as note:
        return results.of_report(report.measure(home, size.reported, note))


def _year(home: Path, size: Size, progress: Progress) -> list[results.Row]:
    with progress.step(f"年报,{size.year} 件") as note:
        return results.of_year(year.measure(home, size.year, note))


def _record(home: Path, size: Size, progress: Progress) -> list[results.Row]:
    with progress.step(f"台账存证,{size.reported} 条") as note:
        return results.of_record(record.measure(home, size.reported, note))


def _commands(home: Path, beside: Path | None, size: Size, progress: Progress) -> list[results.Row]:
    home.mkdir()
    with progress.step("各个命令的处理器时间") as note:
        return results.of_commands(commands.measure(home, beside, size.rounds, note))


def _restart_prefect(context: Context, supervisor: Supervisor, changes: dict[str, str]) -> None:
    end_one(context, "prefect")
    supervisor.start(supervised.prefect(context, changes))
    time.sleep(3)  # the workers' and the gateway's clients find it again


def _engine_alone(context: Context, url: str, key: str, count: int) -> float:
    """CPU milliseconds a run where a bare loop gives the same flow runs to Prefect's engine, one after another."""
    program = [sys.executable, "-m", "benchmarks.engine_alone", url, str(count)]
    variables = {**environment.for_services(context), **client.variables(), "BENCH_KEY": key}
    answer = subprocess.run(program, env=variables, cwd=ROOT, capture_output=True, text=True, check=True)
    figure: float = json.loads(answer.stdout.strip().splitlines()[-1])["cpu_ms"]
    return figure
