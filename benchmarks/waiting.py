"""100,000 waiting verifications: what they cost while nothing is due, and how late a limit is recorded when one is.

Seeded by copying one real waiting verification, its ledger rows and its Prefect run inside the databases, due times
spread over an hour.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import psutil
from psycopg2.extensions import connection, cursor
from sqlalchemy import select

from benchmarks import waiting_rows
from benchmarks.load import PEOPLE, as_json
from ledger.database import transaction
from ledger.record import gathering
from ledger.tables.verifications import Verification
from runtime.services import postgres
from runtime.services.context import LEDGER, PREFECT, Context
from runtime.services.pidfiles import recall

_HERD = 500


@dataclass(frozen=True)
class Waiting:
    """`idle`: share of one core that the whole system takes while nothing is due. Lateness in seconds, sorted."""

    count: int
    idle: float
    lateness: list[float]
    herd: list[float]
    herd_supervised: list[float]


def measure(context: Context, url: str, key: str, count: int, seconds: int, note: Callable[[str], None]) -> Waiting:
    """Seed, look at the processors, let an hour's worth fall due for `seconds`, then `_HERD` at one instant."""
    number = asyncio.run(one_waiting(url, key))
    cluster = postgres.start(context.home)
    with connected(cluster.connect, LEDGER) as ledger, connected(cluster.connect, PREFECT) as prefect:
        note(f"复制 {count} 件")
        run = run_of(number)
        first = datetime.now(UTC) + timedelta(minutes=30)
        waiting_rows.seed(ledger, prefect, number, run, count, first)
        note("汇集复制的事件")
        gather_all()
        note("空闲时的处理器占用")
        time.sleep(20)
        idle = busy(context, 60)
        note("一小时内陆续到期")
        began = waiting_rows.move_near(ledger, prefect, first)
        time.sleep(max(0.0, (began - datetime.now(UTC)).total_seconds()) + seconds)
        late = _lateness(ledger, "missed", began, began + timedelta(seconds=seconds - 10))
        note(f"同一时刻 {_HERD} 件到期")
        waiting_rows.move(ledger, prefect, -timedelta(days=1))  # nothing else falls due meanwhile
        _until(lambda: _supervised_all(ledger), 300)  # what the hour left over is done
        herd = datetime.now(UTC) + timedelta(seconds=40)
        waiting_rows.gather(ledger, prefect, _HERD, herd)
        time.sleep(40)
        _until(lambda: len(_lateness(ledger, "supervised", herd, herd)) == _HERD, 120)
        missed = _lateness(ledger, "missed", herd, herd)
        supervised = _lateness(ledger, "supervised", herd, herd)
        waiting_rows.clear(ledger, prefect)
    return Waiting(count, idle, late, missed, supervised)


async def one_waiting(url: str, key: str) -> str:
    """One real verification that waits for its issuing unit, its flow run scheduled."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
        now, case, person = datetime.now(UTC), f"WAIT-{uuid4().hex[:12]}", PEOPLE[0]
        body = {
            "matter": "DEMO-0001",
            "handling": "promised",
            "accepted_at": now.isoformat(),
            "channel": "window",
            "promise_end": (now + timedelta(days=30)).isoformat(),
            "parties": [{"role": "applicant", **as_json(person)}],
        }
        (await http.put(f"/v1/cases/{case}", json=body)).raise_for_status()
        answer = await http.post(
            "/v1/verifications",
            json={"case_number": case, "proof": "P-HARDSHIP", "party": as_json(person)},
            headers={"Idempotency-Key": uuid4().hex},
        )
        number = str(answer.raise_for_status().json()["number"])
        while (await http.get(f"/v1/verifications/{number}")).json()["state"] != "awaiting_reply":
            await asyncio.sleep(0.2)
        await asyncio.sleep(3)  # until Prefect has the pass's last state
        return number


def gather_all() -> None:
    """Every event in the record's tree, as it is where they came one by one and not all at once."""
    while True:
        with transaction() as session:
            found = gathering.gather(session)
        if found is None:
            time.sleep(1)  # the worker is at it
        elif found < gathering.AT_ONCE:
            return


@contextmanager
def connected(connect: Callable[[str], connection], name: str) -> Iterator[cursor]:
    opened = connect(name)
    try:
        with opened.cursor() as statement:
            yield statement
    finally:
        opened.close()


@contextmanager
def in_inboxes(context: Context, url: str, key: str, count: int, note: Callable[[str], None]) -> Iterator[tuple[cursor, str, list[str]]]:
    """So many that wait, spread over the inboxes of all units and due in two hours or later; gone again afterwards. Gives the ledger, the
    number of one more that is none of them, and the units."""
    number, beside = (asyncio.run(one_waiting(url, key)) for _ in range(2))
    cluster = postgres.start(context.home)
    with connected(cluster.connect, LEDGER) as ledger, connected(cluster.connect, PREFECT) as prefect:
        note(f"复制 {count} 件")
        waiting_rows.seed(ledger, prefect, number, run_of(number), count, datetime.now(UTC) + timedelta(hours=2))
        ledger.execute("SELECT code FROM units WHERE active ORDER BY code")
        units = [code for (code,) in ledger.fetchall()]
        waiting_rows.spread(ledger, units)
        gather_all()
        ledger.execute("CHECKPOINT")  # a page that records who looked waits for the disk, 400 ms where another writes hundreds of MB
        try:
            yield ledger, beside, units
        finally:
            waiting_rows.clear(ledger, prefect)


def run_of(number: str) -> str:
    with transaction() as session:
        return str(session.scalar(select(Verification.flow_run).where(Verification.number == number)))


def _until(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not done():
        time.sleep(2)


def _supervised_all(ledger: cursor) -> bool:
    ledger.execute(
        "SELECT NOT EXISTS (SELECT FROM deadlines WHERE missed_at IS NOT NULL AND kind = 'soft' AND verification LIKE 'HY20990101%'"
        " AND NOT EXISTS (SELECT FROM supervisions WHERE supervisions.request_id = deadlines.request_id))"
    )
    return bool(ledger.fetchall()[0][0])


def _lateness(ledger: cursor, event: str, first: datetime, last: datetime) -> list[float]:
    ledger.execute(
        "SELECT extract(epoch FROM recorded_at - at) FROM events WHERE event = %s AND at BETWEEN %s AND %s"
        " AND verification LIKE 'HY20990101%%'",
        (event, first, last),
    )
    return sorted(float(seconds) for (seconds,) in ledger.fetchall())


def busy(context: Context, seconds: float) -> float:
    """Share of one core that all processes of the installation took over `seconds`."""
    before = _cpu(context)
    time.sleep(seconds)
    return (_cpu(context) - before) / seconds


def _cpu(context: Context) -> float:
    total = 0.0
    for record in recall(context.run_folder):
        process = record.process()
        if process is None:
            continue
        for one in (process, *process.children(recursive=True)):
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
    return total


def quantile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else (values or [float("nan")])[0]
