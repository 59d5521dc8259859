"""What comes each minute is done by the worker, and leaves no flow runs that bury the cases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reports import issuing, periods
from runtime.services.blueprint import wanted
from runtime.worker import minute
from runtime.worker.minute import REPORT, Minute
from settings import settings
from tests.ledger.acting import do


class Engine:
    """Prefect, as far as a report's run is started."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str]] = []

    async def read_deployment_by_name(self, name: str) -> Any:
        return type("Deployment", (), {"id": name})

    async def create_flow_run_from_deployment(self, deployment: str, *, name: str, idempotency_key: str) -> None:
        self.started.append((deployment, idempotency_key))


def a_minute(engine: Engine) -> None:
    asyncio.run(Minute(engine).pass_by())  # type: ignore[arg-type]


def test_an_owed_report_gets_its_run_once_an_hour(ledger: str) -> None:
    engine = Engine()
    a_minute(engine)
    assert engine.started == [], "nothing is owed"
    week = periods.parse("2026-W10")
    do(issuing.order, week, "", now=settings().now(), actor="person:demo-admin")
    before = datetime.now(UTC)
    a_minute(engine)
    a_minute(engine)
    keys = {key for _, key in engine.started}
    assert {deployment for deployment, _ in engine.started} == {REPORT}
    assert keys <= {f"owed {at:%Y-%m-%dT%H}" for at in (before, before + timedelta(minutes=5))}, "one key an hour"


def test_a_chore_that_fails_keeps_no_other_from_being_done(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    class Chore:
        def __init__(self, name: str, error: type[Exception] | None = None) -> None:
            async def fn() -> None:
                done.append(name)
                if error:
                    raise error

            self.fn = fn

    monkeypatch.setattr(minute, "sweep_deadlines", Chore("sweep", ConnectionError))
    monkeypatch.setattr(minute, "send_due_callbacks", Chore("callbacks"))
    monkeypatch.setattr(minute, "check_seals", Chore("seals"))  # what waits for a seal waits no longer than a minute
    a_minute(Engine())
    assert done == ["sweep", "callbacks", "seals"]


def test_the_upkeep_leaves_a_handful_of_runs_a_day() -> None:
    """A minute's schedule would be 1,440, an hour's 24."""
    fields = [one.cron.split() for want in wanted() for one in want.schedules]
    assert len(fields) >= 4
    assert [field for field in fields if not field[0].isdigit() or field[1] not in {"*/6", *map(str, range(24))}] == []
