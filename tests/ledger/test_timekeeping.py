"""对时: a process whose clock is off writes nothing legal, says so, and goes on when it is right again."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

import settings as configuration
from domain.prefect_alarms import CLOCK_OFF
from gateway.watchdog import Watchdog
from ledger import timekeeping
from ledger.database import transaction
from ledger.tables.records import Pulse
from ledger.tables.verifications import Deadline, EventRow
from ledger.timekeeping import ClockOff
from runtime.failures import explained
from runtime.worker.clock import clock_is_right
from settings import settings
from tasks import sweep
from tests.ledger.acting import HOUR, alarms, all_of, immediate, names


def off_by(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """This process's clock is wrong from now on, as after a step of the machine's."""
    monkeypatch.setattr(timekeeping, "wall_clock", lambda: datetime.now(UTC) + ahead)
    monkeypatch.setattr(configuration, "wall_clock", lambda: datetime.now(UTC) + ahead)


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, timedelta(seconds=7)])
def test_a_worker_whose_clock_is_off_records_nothing_until_it_is_right(
    ledger: str, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    received = settings().now() - HOUR
    lease, _ = immediate(received)
    sweep.notice_outage()
    before = names(lease.number), all_of(Pulse)[0].at
    with monkeypatch.context() as wrong:
        off_by(wrong, ahead)
        for chore in (sweep.record_misses, sweep.notice_outage):
            with pytest.raises(ClockOff, match="快" if ahead > timedelta() else "慢"):
                chore()
        assert not clock_is_right() and not clock_is_right()
        assert (names(lease.number), all_of(Pulse)[0].at) == before
        assert not [one for one in all_of(Deadline) if one.missed_at] and len([a for a in alarms() if a[0] == CLOCK_OFF]) == 1
    assert clock_is_right() and not [one for one in alarms() if one[0] == CLOCK_OFF]
    assert sweep.record_misses() >= 0


def test_what_takes_long_is_not_taken_for_a_wrong_clock(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question's way there and back is counted: a slow database is none of the clock's."""

    class Slow:
        def execute(self, statement: object) -> object:
            class Answer:
                def scalar_one(self) -> datetime:
                    return real

            real = datetime.now(UTC)
            late["by"] += timedelta(seconds=30)
            return Answer()

    late = {"by": timedelta()}
    monkeypatch.setattr(timekeeping, "wall_clock", lambda: datetime.now(UTC) + late["by"])
    assert timekeeping.measure(Slow()) == timedelta()  # type: ignore[arg-type]


def test_a_clock_that_steps_between_two_looks_is_noticed_at_the_next_write(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep.notice_outage()  # found right just now
    off_by(monkeypatch, timedelta(minutes=2))
    with pytest.raises(ClockOff):
        sweep.notice_outage()


def test_reading_goes_on_and_a_fast_clock_is_no_wrong_one(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_CLOCK_RATE", "3600")
    monkeypatch.setenv("PROOFLESS_CLOCK_ORIGIN", "2026-03-04T00:00:00Z")
    settings.cache_clear()
    sweep.notice_outage()
    off_by(monkeypatch, HOUR)
    assert all_of(EventRow) == []
    with transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1
    monkeypatch.undo()
    settings.cache_clear()


def test_a_gateway_whose_clock_is_off_raises_the_alarm_at_the_true_instant(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    began = settings().now()
    off_by(monkeypatch, 2 * HOUR)
    asyncio.run(Watchdog(settings(), began=time.monotonic()).look())
    with transaction() as session:
        at = session.scalar(text("SELECT raised_at FROM alarms WHERE kind = 'clock_off'"))
    assert at is not None and abs(at - began) < HOUR


def test_a_command_says_why_it_wrote_nothing(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    off_by(monkeypatch, HOUR)
    with pytest.raises(ClockOff) as refused:
        sweep.notice_outage()
    failure = explained("重算", refused.value)
    assert failure is not None and "快 3600 秒" in str(failure) and "什么也没有写入" in failure.remedy
