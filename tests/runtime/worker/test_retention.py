"""Where Prefect's vacuum stands still an alarm says so; `./run status` shows how large the tables are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from ledger.database import transaction
from ledger.outbox import alarms
from runtime.commands import table_sizes
from runtime.services import prefect_server
from runtime.services.postgres import Cluster
from runtime.worker.retention import KIND, Retention
from tests.stack import PrefectServer


def look(server: PrefectServer) -> list[str]:
    async def inside() -> None:
        async with prefect_server.asking(server.url, server.secret) as http:
            await Retention(http).look()

    asyncio.run(inside())
    with transaction() as session:
        return [alarm.message for alarm in alarms.standing_alarms(session) if alarm.kind == KIND]


def test_what_is_kept_for_too_long_is_an_alarm_until_it_is_gone(
    ledger: str, prefect: PrefectServer, installation: tuple[Path, Cluster]
) -> None:
    assert look(prefect) == []
    old = datetime.now(UTC) - timedelta(days=92)
    flow = prefect.http.post("/flows/", json={"name": "old"}).raise_for_status().json()["id"]
    run = prefect.http.post("/flow_runs/", json={"flow_id": flow, "state": {"type": "COMPLETED"}}).raise_for_status().json()["id"]
    database = installation[1].connect("prefect")
    with database.cursor() as row:
        row.execute("UPDATE flow_run SET end_time = %s WHERE id = %s", (old, run))
        row.execute(
            "INSERT INTO events (id, occurred, event, resource_id, resource, related, payload, received, recorded)"
            " VALUES (%s, now() - interval '9 days', 'test.old', 'x', %s, '[]', '{}', now(), now())",
            (str(uuid4()), '{"prefect.resource.id": "x"}'),
        )
    runs, events = sorted(look(prefect), reverse=True)
    assert "1 次运行超过 90 天" in runs + events and "1 条事件超过 7 天" in runs + events and "./run status" in runs
    prefect.http.delete(f"/flow_runs/{run}").raise_for_status()
    with database.cursor() as row:
        row.execute("DELETE FROM events WHERE event = 'test.old'")
    database.close()
    assert look(prefect) == []


def test_status_shows_the_tables_that_grow(ledger: str, prefect: PrefectServer, installation: tuple[Path, Cluster]) -> None:
    """Of both databases, the largest first."""
    home, cluster = installation
    found = table_sizes.lines(home, cluster.port)
    assert [line.split()[1] for line in found] == ["proofless", "prefect"]
    assert "MiB" in found[1] and "行)" in found[1]
    assert table_sizes.lines(home, 1) == [], "a database that is away is no error of this command"
