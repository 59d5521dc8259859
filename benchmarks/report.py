"""周报 over a million verifications of one week, and the search for 线索 in it; beside it pandas, which groups the raw rows
of the units' table.

The rows are made inside a PostgreSQL of their own, as the same week would leave them: five in ten answered by shared
data, four by a department, with returns, supplements, 督办, and eight weeks behind it for the trend.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas
import psutil
from psycopg2.extensions import cursor
from sqlalchemy import create_engine

from benchmarks.report_rows import STATEMENTS
from ledger.database import forget_engine, transaction
from ledger.migrate import upgrade
from ledger.oversight import leads
from reports import figures, periods
from runtime.commands import starting_catalog
from runtime.services import keyfiles, postgres
from runtime.services.context import LEDGER
from runtime.services.databases import create_databases
from settings import settings

WEEK = periods.parse("2026-W10")


@dataclass(frozen=True)
class Report:
    """Seconds, and megabytes at most: of the process, and of what PostgreSQL had for itself alone beside it. `leads_seconds`: of
    the daily search for leads over the same week."""

    count: int
    seconds: float
    megabytes: float
    database_megabytes: float
    leads_seconds: float
    pandas_seconds: float
    pandas_megabytes: float


def measure(home: Path, count: int, note: Callable[[str], None]) -> Report:
    """Seed, compute once, group once by pandas; each in a process of its own."""
    with installed(home) as cluster:
        note(f"写入 {count} 件")
        _seed(cluster, count)
        note("计算")
        with _memory(cluster) as most:
            seconds, megabytes = alone(_compute)
        note("查找线索")
        leads_seconds, _ = alone(_search)
        note("对照:pandas")
        pandas_seconds, pandas_megabytes = alone(_group)
    return Report(count, seconds, megabytes, most[0], leads_seconds, pandas_seconds, pandas_megabytes)


@contextmanager
def installed(home: Path) -> Iterator[postgres.Cluster]:
    """A PostgreSQL of its own with a migrated ledger and the starting catalog, to which the settings of this process point."""
    keyfiles.ensure(home)
    cluster = postgres.start(home)
    try:
        create_databases(cluster, home)
        upgrade(_address(home, cluster.port, "proofless_owner", keyfiles.read(home, "owner_password")))
        before = dict(os.environ)
        try:
            _enter(home, cluster.port)
            starting_catalog.load()
            yield cluster
        finally:
            os.environ.clear()
            os.environ.update(before)
            _forget()
    finally:
        postgres.stop(home)


def _compute() -> None:
    with transaction() as session:
        figures.compute(session, WEEK, "", WEEK.end + timedelta(hours=8), issuer="区大数据局")


def _search() -> None:
    with transaction() as session:
        leads.find(session, WEEK.start, WEEK.end, now=WEEK.end + timedelta(days=4))


def _group() -> None:
    """The units' table alone, out of the rows: received, answered, median, 95th percentile, limits due and kept."""
    engine = create_engine(settings().database_url())
    of_week = {"start": WEEK.start, "until": WEEK.end}
    with engine.connect() as connection:
        asked = pandas.read_sql(
            "SELECT id, unit, received_at, answered_at, ended_at FROM requests WHERE received_at < %(until)s"
            " AND (ended_at >= %(start)s OR ended_at IS NULL)",
            connection,
            params=of_week,
        )
        limits = pandas.read_sql(
            "SELECT request_id, kind, started_at, due_at, met_at FROM deadlines WHERE due_at > %(start)s AND due_at <= %(until)s"
            " AND closed_at IS NULL",
            connection,
            params=of_week,
        )
    limits["kept"] = limits.met_at <= limits.due_at
    joined = limits.merge(asked, left_on="request_id", right_on="id")
    joined.groupby(["unit", "kind"])["kept"].agg(["sum", "count"])
    answered = asked[asked.answered_at.notna() & (asked.ended_at < WEEK.end)]
    began = limits.groupby("request_id")["started_at"].min().rename("began")
    answered = answered.merge(began, left_on="id", right_index=True, how="left")
    took = (answered.ended_at - answered.began.fillna(answered.received_at)).dt.total_seconds()
    took.groupby(answered.unit).quantile([0.5, 0.95])
    asked.groupby("unit").size()


def alone(task: Callable[[], None]) -> tuple[float, float]:
    """Seconds and the most megabytes of a task in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_timed, task).result()


def _timed(task: Callable[[], None]) -> tuple[float, float]:
    began = time.monotonic()
    task()
    return time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _memory(cluster: postgres.Cluster) -> Any:
    """The most that PostgreSQL's processes held for themselves at one instant; its shared buffers are bounded apart."""
    most, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.2):
            used = 0
            for process in cluster.process.children(recursive=True):
                try:
                    used += process.memory_full_info().uss
                except psutil.Error:
                    continue
            most[0] = max(most[0], used / 2**20)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        done.set()
        watcher.join()


def _seed(cluster: postgres.Cluster, count: int) -> None:
    connection = cluster.connect(LEDGER)
    try:
        with connection.cursor() as statement:
            _run(statement, count)
    finally:
        connection.close()


def _run(statement: cursor, count: int) -> None:
    statement.execute("SET session_replication_role = replica")  # parties and keys are no part of what is counted
    statement.execute("SET synchronous_commit = off")
    for sql in STATEMENTS:
        statement.execute(sql, {"count": count, "start": WEEK.start, "last": WEEK.start - timedelta(days=49)})
    statement.execute("VACUUM ANALYZE")


def _address(home: Path, port: int, user: str, password: str) -> str:
    return f"postgresql+psycopg2://{user}:{password}@127.0.0.1:{port}/{LEDGER}"


def _enter(home: Path, port: int) -> None:
    os.environ.update(
        PROOFLESS_HOME=str(home),
        PROOFLESS_SECRETS_DIR=str(keyfiles.services_folder(home)),
        PROOFLESS_DATABASE_HOST="127.0.0.1",
        PROOFLESS_DATABASE_PORT=str(port),
        PROOFLESS_DATABASE_NAME=LEDGER,
    )
    _forget()


def _forget() -> None:
    forget_engine()
    settings.cache_clear()
