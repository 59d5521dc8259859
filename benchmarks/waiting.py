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

from benchmarks.load import PEOPLE, as_json
from ledger.database import transaction
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
    number = asyncio.run(_one_waiting(url, key))
    cluster = postgres.start(context.home)
    with _connected(cluster.connect, LEDGER) as ledger, _connected(cluster.connect, PREFECT) as prefect:
        note(f"复制 {count} 件")
        run = _run_of(number)
        first = datetime.now(UTC) + timedelta(minutes=30)
        _seed(ledger, prefect, number, run, count, first)
        note("空闲时的处理器占用")
        time.sleep(20)
        idle = _busy(context, 60)
        note("一小时内陆续到期")
        began = datetime.now(UTC) + timedelta(seconds=5)
        _move(ledger, prefect, first - began)
        time.sleep(max(0.0, (began - datetime.now(UTC)).total_seconds()) + seconds)
        late = _lateness(ledger, "missed", began, began + timedelta(seconds=seconds - 10))
        note(f"同一时刻 {_HERD} 件到期")
        _move(ledger, prefect, -timedelta(days=1))  # nothing else falls due meanwhile
        _until(lambda: _supervised_all(ledger), 300)  # what the hour left over is done
        herd = datetime.now(UTC) + timedelta(seconds=40)
        _gather(ledger, prefect, herd)
        time.sleep(40)
        _until(lambda: len(_lateness(ledger, "supervised", herd, herd)) == _HERD, 120)
        missed = _lateness(ledger, "missed", herd, herd)
        supervised = _lateness(ledger, "supervised", herd, herd)
        _clear(ledger, prefect)
    return Waiting(count, idle, late, missed, supervised)


async def _one_waiting(url: str, key: str) -> str:
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


@contextmanager
def _connected(connect: Callable[[str], connection], name: str) -> Iterator[cursor]:
    opened = connect(name)
    try:
        with opened.cursor() as statement:
            yield statement
    finally:
        opened.close()


def _run_of(number: str) -> str:
    with transaction() as session:
        return str(session.scalar(select(Verification.flow_run).where(Verification.number == number)))


_NUMBER = "'HY20990101' || lpad(i::text, 8, '0')"


def _uuid(what: str) -> str:
    return f"md5('{what}' || i)::uuid"


def _seed(ledger: cursor, prefect: cursor, number: str, run: str, count: int, first: datetime) -> None:
    due = f"'{first.isoformat()}'::timestamptz + (i - 1) * interval '{3600 / count:.6f} seconds'"
    _copy(
        ledger,
        "verifications",
        f"number = '{number}'",
        count,
        {
            "number": _NUMBER,
            "flow_run": _uuid("run"),
            "next_instant": due,
            "lease_owner": "NULL",
            "lease_until": "NULL",
            "wake_requested_at": "NULL",
            "wake_claimed_until": "NULL",
        },
    )
    _copy(ledger, "requests", f"verification = '{number}'", count, {"id": _uuid("request"), "verification": _NUMBER})
    _copy(
        ledger,
        "deadlines",
        f"verification = '{number}' AND kind = 'soft'",
        count,
        {
            "id": _uuid("soft"),
            "verification": _NUMBER,
            "request_id": _uuid("request"),
            "due_at": due,
            "target_at": due,
            "warned_at": "now()",
        },
    )
    _copy(ledger, "events", f"verification = '{number}'", count, {"verification": _NUMBER}, leave_out={"id"})
    prefect.execute("SET session_replication_role = replica")  # a run and its state name each other
    _copy(
        prefect,
        "flow_run",
        f"id = '{run}'",
        count,
        {
            "id": _uuid("run"),
            "name": _NUMBER,
            "idempotency_key": f"{_NUMBER} || '#0'",
            "state_id": _uuid("state"),
            "parameters": f"json_build_object('number', {_NUMBER})",
            "expected_start_time": due,
            "next_scheduled_start_time": due,
        },
    )
    details = (
        f"(jsonb_set(jsonb_set(state_details::jsonb, '{{scheduled_time}}', to_jsonb({due})), '{{flow_run_id}}', "
        f"to_jsonb({_uuid('run')})))::json"
    )
    _copy(
        prefect,
        "flow_run_state",
        f"id = (SELECT state_id FROM flow_run WHERE id = '{run}')",
        count,
        {"id": _uuid("state"), "flow_run_id": _uuid("run"), "state_details": details},
    )
    prefect.execute("SET session_replication_role = origin")
    for statement in (ledger, prefect):
        statement.execute("VACUUM ANALYZE")


def _copy(
    statement: cursor, table: str, where: str, count: int, changes: dict[str, str], leave_out: frozenset[str] | set[str] = frozenset()
) -> None:
    statement.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        (table,),
    )
    columns = [name for (name,) in statement.fetchall() if name not in leave_out]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(changes.get(name, f'source."{name}"') for name in columns)
    statement.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS source, generate_series(1, {count}) AS i WHERE "
        + where.replace("verification =", "source.verification =").replace("number =", "source.number =").replace("id =", "source.id =", 1)
    )


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


def _move(ledger: cursor, prefect: cursor, by: timedelta) -> None:
    """Everything that waits for its reply and is not missed earlier by `by`."""
    step = f"interval '{by.total_seconds():.3f} seconds'"
    ours = "LIKE 'HY20990101%'"
    ledger.execute(
        f"UPDATE deadlines SET due_at = due_at - {step}, target_at = due_at - {step}"
        f" WHERE verification {ours} AND kind = 'soft' AND missed_at IS NULL"
    )
    ledger.execute(f"UPDATE verifications SET next_instant = next_instant - {step} WHERE number {ours} AND state = 'awaiting_reply'")
    prefect.execute(
        f"UPDATE flow_run SET next_scheduled_start_time = next_scheduled_start_time - {step},"
        f" expected_start_time = expected_start_time - {step} WHERE name {ours} AND state_type = 'SCHEDULED'"
    )


def _gather(ledger: cursor, prefect: cursor, at: datetime) -> None:
    """The last ones all at `at`: the herd at an opening."""
    ledger.execute(
        "SELECT verification FROM deadlines WHERE verification LIKE 'HY20990101%%' AND missed_at IS NULL AND kind = 'soft'"
        " ORDER BY due_at DESC LIMIT %s",
        (_HERD,),
    )
    numbers = tuple(number for (number,) in ledger.fetchall())
    ledger.execute("UPDATE deadlines SET due_at = %s, target_at = %s WHERE verification IN %s AND kind = 'soft'", (at, at, numbers))
    ledger.execute("UPDATE verifications SET next_instant = %s WHERE number IN %s", (at, numbers))
    prefect.execute("UPDATE flow_run SET next_scheduled_start_time = %s WHERE name IN %s", (at, numbers))


def _clear(ledger: cursor, prefect: cursor) -> None:
    """Take the copies out again: what is measured afterwards would find a hundred thousand due runs."""
    ours = "LIKE 'HY20990101%'"
    for statement in (ledger, prefect):
        statement.execute("SET session_replication_role = replica")
    for table in ("notices", "supervisions", "deadlines", "requests", "events"):
        ledger.execute(f"DELETE FROM {table} WHERE verification {ours}")
    ledger.execute(f"DELETE FROM verifications WHERE number {ours}")
    prefect.execute(f"DELETE FROM flow_run_state WHERE flow_run_id IN (SELECT id FROM flow_run WHERE name {ours})")
    prefect.execute(f"DELETE FROM flow_run WHERE name {ours}")


def _lateness(ledger: cursor, event: str, first: datetime, last: datetime) -> list[float]:
    ledger.execute(
        "SELECT extract(epoch FROM recorded_at - at) FROM events WHERE event = %s AND at BETWEEN %s AND %s"
        " AND verification LIKE 'HY20990101%%'",
        (event, first, last),
    )
    return sorted(float(seconds) for (seconds,) in ledger.fetchall())


def _busy(context: Context, seconds: float) -> float:
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
