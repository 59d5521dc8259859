"""What one verification costs: milliseconds of processor time, statements and transactions, by process.

Asked from outside alone (the system's processes and PostgreSQL's own log), so that an older build is measured the same
way. The log is written while statements are counted and not while time is measured: it costs time itself.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg2

_TICK = os.sysconf("SC_CLK_TCK")
#: A backend says in its title whose it is and which database it serves.
_BACKEND = re.compile(r"postgres: (\w+) (\w+) ")
_SERVICES = ("gateway", "worker", "prefect", "sandbox")
_LOGGED = re.compile(r"\[(?P<pid>\d+)\] LOG: +(?:statement|execute [^:]*): (?P<words>.*)$", re.M)
_ENDS = ("COMMIT", "ROLLBACK")


def spent(home: Path) -> dict[str, float]:
    """Seconds of processor time so far of each process of an installation that runs, PostgreSQL's by database."""
    found: dict[str, float] = {}
    for name in _SERVICES:
        process = psutil.Process(_pid(home, name))
        found[name] = sum(_seconds(one) for one in (process, *process.children(recursive=True)))
    postmaster = psutil.Process(_pid(home, "postgres"))
    # What has ended is in the postmaster's own books: nobody says any more which database it served.
    found["postgres"] = _seconds(postmaster) + _of_ended_children(postmaster.pid)
    for backend in postmaster.children():
        with suppress(psutil.NoSuchProcess):  # it ended since
            title = _BACKEND.match(" ".join(backend.cmdline()))
            database = "postgres" if title is None else f"postgres/{title[2]}"
            found[database] = found.get(database, 0.0) + _seconds(backend)
    return found


@contextmanager
def counting(home: Path) -> Iterator[Counter[tuple[str, str]]]:
    """Statements meanwhile, and transactions, by application: keys are (application, "statements" or "transactions").

    Everything that came is counted, also what the pool and the driver send by themselves; BEGIN alone is not, since each
    transaction has one.
    """
    found: Counter[tuple[str, str]] = Counter()
    log = home / "logs" / "postgres.log"
    with _superuser(home) as asking:
        _log_statements(asking, "all")
        start = log.stat().st_size
        try:
            yield found
            names = dict(_rows(asking, "SELECT pid, application_name FROM pg_stat_activity WHERE datname <> 'postgres'"))
        finally:
            _log_statements(asking, "none")
    with log.open("rb") as lines:
        lines.seek(start)
        text = lines.read().decode("utf-8", "replace")
    for hit in _LOGGED.finditer(text):
        name = names.get(int(hit["pid"]), "ended")
        words = hit["words"].strip().rstrip(";")
        if not words.startswith("BEGIN"):
            found[name, "transactions" if words in _ENDS else "statements"] += 1


def make_database(home: Path, name: str) -> str:
    """A database of its own in the installation's cluster, for a peer; gives its address."""
    with _superuser(home) as asking, asking.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        at = asking.info
        return f"postgresql://{at.user}:{at.password}@{at.host}:{at.port}/{name}"


def _log_statements(asking: psycopg2.extensions.connection, which: str) -> None:
    """From now on: the sessions that are there are ended, since they would not hear of it."""
    for database in ("proofless", "prefect"):
        with asking.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {database} SET log_statement = '{which}'")
    _rows(asking, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('proofless', 'prefect')")
    time.sleep(2.0)  # they come again


def _rows(asking: psycopg2.extensions.connection, query: str) -> list[tuple[Any, ...]]:
    with asking.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@contextmanager
def _superuser(home: Path) -> Iterator[psycopg2.extensions.connection]:
    ports = json.loads((home / "run" / "ports.json").read_text())
    password = min(home.glob("**/postgres_password"), key=lambda path: len(path.parts))  # another installation may lie below
    asking = psycopg2.connect(
        host="127.0.0.1", port=ports["postgres"], user="postgres", password=password.read_text().strip(), dbname="postgres"
    )
    asking.autocommit = True
    try:
        yield asking
    finally:
        asking.close()


def _pid(home: Path, name: str) -> int:
    pid: int = json.loads((home / "run" / f"{name}.process.json").read_text())["pid"]
    return pid


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _of_ended_children(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / _TICK
