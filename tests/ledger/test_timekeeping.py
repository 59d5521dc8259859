"""对时: a process whose clock is off writes nothing legal, says so, and goes on when it is right again."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

import settings as configuration
from domain.prefect_alarms import CLOCK_OFF
from gateway.operations.watchdog import Watchdog
from ledger import migrate, timekeeping
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.tables.records import ClockSettings, Pulse
from ledger.tables.verifications import Deadline, EventRow, Verification
from ledger.timekeeping import ClockOff
from runtime.failures import explained
from runtime.worker.clock import clock_is_right
from settings import settings
from tasks import sweep
from tests.ledger.acting import HOUR, alarms, all_of, immediate, names
from tests.ledger.lifecycle.test_filing import file_with, prepared


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


def test_what_is_filed_in_a_statement_of_its_own_asks_the_clock_too(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = prepared()
    off_by(monkeypatch, timedelta(minutes=2))
    with pytest.raises(ClockOff):
        file_with("clock", **asked)
    assert all_of(Verification) == all_of(EventRow) == []


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


def kept(owner_url: str) -> None:
    """A start: what this process's settings say is the whole installation's."""
    migrate.keep_clock(owner_url)


@pytest.mark.parametrize(
    ("rate", "origin"), [("60", "2026-03-04T00:00:00Z"), ("1.0001", "2026-03-04T00:00:00Z"), ("2", "2027-01-01T00:00:00Z")]
)
def test_a_process_that_makes_another_time_of_a_right_clock_writes_nothing(
    ledger: str, owner_url: str, monkeypatch: pytest.MonkeyPatch, rate: str, origin: str
) -> None:
    """Its machine keeps time; its settings do not: another rate, or the same with another origin."""
    monkeypatch.setenv("PROOFLESS_CLOCK_RATE", "2" if rate == "2" else "1")
    monkeypatch.setenv("PROOFLESS_CLOCK_ORIGIN", "2026-03-04T00:00:00+08:00")
    settings.cache_clear()
    kept(owner_url)
    lease, _ = immediate(settings().now() - HOUR / 4)
    before, true = names(lease.number), settings().now()
    monkeypatch.setenv("PROOFLESS_CLOCK_RATE", rate)
    monkeypatch.setenv("PROOFLESS_CLOCK_ORIGIN", origin)
    settings.cache_clear()
    timekeeping.forget()  # another process
    for chore in (sweep.record_misses, sweep.notice_outage):
        with pytest.raises(ClockOff, match="时钟设置"):
            chore()
    assert not clock_is_right() and names(lease.number) == before
    ((kind, *_),) = alarms()
    with transaction() as session:
        at = session.scalar(text("SELECT raised_at FROM alarms WHERE kind = 'clock_off'"))
    assert kind == CLOCK_OFF and at is not None and abs(at - true) < HOUR, "at the installation's instant, not at this process's"
    monkeypatch.undo()
    settings.cache_clear()
    timekeeping.forget()


def test_at_rate_one_the_origin_is_of_no_effect(ledger: str, owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(owner_url)
    monkeypatch.setenv("PROOFLESS_CLOCK_ORIGIN", "2020-01-01T00:00:00Z")
    settings.cache_clear()
    timekeeping.forget()
    sweep.notice_outage()
    monkeypatch.undo()
    settings.cache_clear()


def test_the_whole_installation_changes_its_clock_at_a_start_and_only_when_no_worker_lives(
    ledger: str, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(owner_url)
    with transaction(technical=True) as session:
        leases.enlist(session, "w1", "w1/a")
    monkeypatch.setenv("PROOFLESS_CLOCK_RATE", "120")
    settings.cache_clear()
    timekeeping.forget()
    with pytest.raises(ClockOff, match="执行器按后者运行"):
        kept(owner_url)
    with pytest.raises(ClockOff):
        sweep.notice_outage()
    with transaction(technical=True) as session:
        session.execute(text("UPDATE workers SET lease_until = clock_timestamp() - interval '1 second'"))
    kept(owner_url)
    kept(owner_url)
    sweep.notice_outage()
    assert len(all_of(ClockSettings)) == 1 and all_of(ClockSettings)[0].rate == 120
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
