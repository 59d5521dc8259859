"""The rows of many that wait: one real verification and its flow run, copied inside both databases, and moved in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg2.extensions import cursor

_NUMBER = "'HY20990101' || lpad(i::text, 8, '0')"


def _uuid(what: str) -> str:
    return f"md5('{what}' || i)::uuid"


def seed(ledger: cursor, prefect: cursor, number: str, run: str, count: int, first: datetime) -> None:
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


def spread(ledger: cursor, units: list[str]) -> None:
    """Their requests over these units, as evenly as it goes."""
    ledger.execute(
        "UPDATE requests SET unit = (%s)[1 + right(verification, 8)::int %% %s] WHERE verification LIKE 'HY20990101%%'", (units, len(units))
    )
    ledger.execute("VACUUM ANALYZE requests")


def move(ledger: cursor, prefect: cursor, by: timedelta) -> None:
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


def move_near(ledger: cursor, prefect: cursor, first: datetime) -> datetime:
    """The first of them, due at `first`, and with it all others a minute or a few from now; gives when.

    Only once they are moved: that holds their rows, for as long as this machine needs to write them all, and nobody could
    record anything.
    """
    ahead = timedelta(minutes=1)
    while True:
        near = datetime.now(UTC) + ahead
        move(ledger, prefect, first - near)
        if datetime.now(UTC) < near:
            return near
        first, ahead = near, 2 * ahead


def gather(ledger: cursor, prefect: cursor, count: int, at: datetime) -> None:
    """The last `count` all at `at`: the herd at an opening."""
    ledger.execute(
        "SELECT verification FROM deadlines WHERE verification LIKE 'HY20990101%%' AND missed_at IS NULL AND kind = 'soft'"
        " ORDER BY due_at DESC LIMIT %s",
        (count,),
    )
    numbers = tuple(number for (number,) in ledger.fetchall())
    ledger.execute("UPDATE deadlines SET due_at = %s, target_at = %s WHERE verification IN %s AND kind = 'soft'", (at, at, numbers))
    ledger.execute("UPDATE verifications SET next_instant = %s WHERE number IN %s", (at, numbers))
    prefect.execute("UPDATE flow_run SET next_scheduled_start_time = %s WHERE name IN %s", (at, numbers))


def clear(ledger: cursor, prefect: cursor) -> None:
    """Take the copies out again: what is measured afterwards would find a hundred thousand due runs."""
    ours = "LIKE 'HY20990101%'"
    for statement in (ledger, prefect):
        statement.execute("SET session_replication_role = replica")
    for table in ("notices", "supervisions", "deadlines", "requests", "events"):
        ledger.execute(f"DELETE FROM {table} WHERE verification {ours}")
    ledger.execute(f"DELETE FROM verifications WHERE number {ours}")
    prefect.execute(f"DELETE FROM flow_run_state WHERE flow_run_id IN (SELECT id FROM flow_run WHERE name {ours})")
    prefect.execute(f"DELETE FROM flow_run WHERE name {ours}")
