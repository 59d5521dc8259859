"""年报: the report of a year of twenty thousand verifications, of a quarter and of a week of it, made as `./run report` makes it:
figures, HTML, PDF, XLSX, kept.

The year is the one that the tests recompute in plain Python (`tests.reports.figures.played`).
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psutil

from benchmarks.report import installed
from ledger.database import transaction
from reports import issuing, periods
from reports.model import Period
from runtime.services.context import LEDGER
from runtime.services.postgres import Cluster
from tests.reports.figures.played import play, sized

PERIODS = {
    "year": periods.between(date(2026, 1, 1), date(2026, 12, 31)),
    "third quarter": periods.between(date(2026, 7, 1), date(2026, 9, 30)),
    "week of a merger": periods.parse("2026-W28"),
}


@dataclass(frozen=True)
class Made:
    """One report: seconds on the clock, and of processors by the process that made it and by PostgreSQL."""

    what: str
    seconds: float
    cpu: float
    database_cpu: float


@dataclass(frozen=True)
class Year:
    count: int
    made: tuple[Made, ...]


def measure(home: Path, count: int, note: Callable[[str], None]) -> Year:
    """Play the year, and make each report in a process of its own."""
    made = []
    with installed(home) as cluster:
        note(f"演示一年,{count} 件")
        files = home / "imported"
        files.mkdir()
        play(files, sized(count))
        _settle(cluster)
        for what, period in PERIODS.items():
            note(period.label)
            before = _spent(cluster)
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                seconds, cpu = pool.submit(_make, period).result()
                database = _spent(cluster) - before  # as long as its connection is there
            made.append(Made(what, seconds, cpu, database))
    return Year(count, tuple(made))


def _make(period: Period) -> tuple[float, float]:
    """Seconds, and those of processors."""
    now, began, used = period.end + timedelta(hours=8), time.monotonic(), _own()
    with transaction() as session:
        wanted = issuing.order(session, period, "", now=now, actor="system:bench")
    assert wanted is not None
    snapshot = issuing.snapshot(wanted, now)
    issuing.keep(wanted, snapshot, issuing.lay_out(snapshot), now=now, actor="system:bench")
    return time.monotonic() - began, _own() - used


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _settle(cluster: Cluster) -> None:
    """As autovacuum leaves a ledger."""
    connection = cluster.connect(LEDGER)
    try:
        with connection.cursor() as statement:
            statement.execute("VACUUM ANALYZE")
    finally:
        connection.close()


def _spent(cluster: Cluster) -> float:
    """Seconds of processors that PostgreSQL has used so far, with what its processes that ended had."""
    server = cluster.process.cpu_times()
    spent = server.user + server.system + server.children_user + server.children_system
    for one in cluster.process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # autovacuum ends when it likes
            spent += sum(one.cpu_times()[:2])
    return spent
