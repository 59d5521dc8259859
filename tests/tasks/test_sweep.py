"""到期清扫 after an outage: it is on the record before any miss is, in the flow and at a worker's start."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ledger.calendars import outages
from runtime.worker import timekeeper
from runtime.worker.timekeeper import Timekeeper
from settings import Settings, settings
from tasks import sweep
from tests.ledger.acting import HOUR, MINUTE, do, immediate, limits, names
from tests.ledger.filing import NOW
from tests.patience import wait_until


@pytest.fixture
def restarted(ledger: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """09:00 asked, silent from 09:20 on, up again at 10:40, in a district that deducts: gives the verification."""
    monkeypatch.setenv("PROOFLESS_READINGS", '{"outage_deducted": true}')
    settings.cache_clear()
    lease, _ = immediate()
    do(outages.pulse, "timekeeper", NOW + 20 * MINUTE)
    monkeypatch.setattr(Settings, "now", lambda _self: NOW + 100 * MINUTE)
    monkeypatch.setattr(Settings, "wall", lambda _self, at: datetime.now(UTC) + (at - NOW - 100 * MINUTE))
    yield lease.number
    monkeypatch.undo()
    settings.cache_clear()


def test_a_sweep_notices_the_outage_before_it_records_a_miss(restarted: str) -> None:
    asyncio.run(_sweep())
    hard = limits(restarted)["hard"]
    assert (hard.due_at, hard.missed_at) == (NOW + 110 * MINUTE, None)
    assert "missed" not in names(restarted)


async def _sweep() -> None:
    await sweep.sweep_deadlines.fn()


def test_a_worker_that_starts_looks_back_before_it_keeps_time(restarted: str) -> None:
    async def run() -> None:
        stop = threading.Event()
        keeper = asyncio.create_task(Timekeeper(stop).urge())
        await asyncio.to_thread(wait_until, lambda: limits(restarted)["hard"].due_at != NOW + 30 * MINUTE, 10, "the limit is moved")
        stop.set()
        await keeper

    asyncio.run(run())
    hard = limits(restarted)["hard"]
    assert (hard.due_at, hard.missed_at) == (NOW + 110 * MINUTE, None)
    assert "missed" not in names(restarted)


def test_supervision_opens_while_the_event_loop_is_busy(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred passes begin at that instant: neither the record nor what follows it stands behind them."""
    numbers = [immediate()[0].number for _ in range(3)]
    monkeypatch.setattr(Settings, "now", lambda _self: NOW + 31 * MINUTE)
    monkeypatch.setattr(Settings, "wall", lambda _self, at: datetime.now(UTC) + (at - NOW - 31 * MINUTE))

    async def keep() -> None:
        stop = threading.Event()
        keeper = asyncio.create_task(Timekeeper(stop).urge())
        await asyncio.sleep(0)
        wait_until(lambda: all("supervised" in names(number) for number in numbers), 20, "督办 is open")
        stop.set()
        await keeper

    asyncio.run(keep())


def test_a_sweep_that_is_switched_off_is_no_outage_while_a_worker_keeps_time(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four minutes without the flow `deadline-sweep`."""
    began = time.monotonic()
    monkeypatch.setattr(Settings, "now", lambda _self: NOW + timedelta(seconds=120 * (time.monotonic() - began)))
    monkeypatch.setattr(Settings, "wall", lambda _self, at: datetime.now(UTC) + (at - settings().now()) / 120)
    monkeypatch.setattr(timekeeper, "PULSE", 0.0)
    monkeypatch.setattr(timekeeper, "LONGEST", 0.05)
    asyncio.run(_sweep())

    async def keep() -> None:
        stop = threading.Event()
        keeper = asyncio.create_task(Timekeeper(stop).urge())
        while settings().now() < NOW + 4 * MINUTE:
            await asyncio.sleep(0.05)
        stop.set()
        await keeper

    asyncio.run(keep())
    asyncio.run(_sweep())
    assert do(outages.between, NOW - HOUR, NOW + HOUR) == []
