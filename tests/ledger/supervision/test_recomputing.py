"""时限重算: whatever still runs follows a changed day or reading, with the numbers before and after; the rest stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.commitments import Evidence
from domain.inbox import SupervisionOutcome
from ledger.arrangements import calendars
from ledger.calendars.calendars import calendar
from ledger.deadlines import supervision_basis, timing
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle.moves import Lease
from ledger.methods import commitments
from ledger.supervision import affected, recomputing, supervisions
from ledger.tables.commitments import CommitmentCheck
from ledger.tables.inbox import Return
from ledger.tables.verifications import Verification
from tests.ledger.acting import (
    HOUR,
    MINUTE,
    alarms,
    all_of,
    asked,
    deliver,
    do,
    events,
    hold,
    immediate,
    limits,
    names,
    promises,
    reply,
    seal,
    swept,
    take_up,
)
from tests.ledger.filing import NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")

ARCHIVE, DAY = "370402-ARCHIVE", timedelta(days=1)
FRIDAY = datetime(2026, 3, 6, 9, 20, tzinfo=UTC)  # 17:20 in Beijing: a half hour ends after closing time
EVE = datetime(2027, 12, 31, 9, 10, tzinfo=UTC)  # Friday 17:10; nobody has entered 2028
OPENS = datetime(2028, 1, 4, 0, 30, tzinfo=UTC)  # Tuesday 08:30, the first working day of 2028 as entered below


@pytest.fixture(autouse=True)
def known_2027(ledger: str) -> None:
    """The example's 2027 is provisional; here its notice has come."""
    do(calendars.put_year, 2027, [date(2027, 1, 1)], [], provisional=False, source="x", reason="通知", now=NOW, actor="x")


def archive(at: datetime) -> tuple[Lease, object]:
    return immediate(at, "P-ARCHIVE", matter="DEMO-0003")


def enter_2028(now: datetime, *, provisional: bool = False, more: tuple[date, ...] = ()) -> list[str]:
    return do(
        calendars.put_year,
        2028,
        [date(2028, 1, 1), date(2028, 1, 3), *more],
        [],
        provisional=provisional,
        source="x",
        reason="通知",
        now=now,
        actor="person:demo-admin",
    )


def make_a_holiday(day: date, now: datetime) -> list[str]:
    year = do(calendar).years[day.year]
    return do(
        calendars.put_year,
        day.year,
        [*year.rest, day],
        year.work,
        provisional=False,
        source="x",
        reason="临时放假",
        now=now,
        actor="person:demo-admin",
    )


def test_a_day_off_moves_the_half_hour_of_the_supervisor_too() -> None:
    lease, _ = archive(FRIDAY)  # due 17:50, 督办 from Monday 08:30
    swept(FRIDAY + HOUR)
    monday = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    assert limits(lease.number)["supervision"].due_at == monday + 30 * MINUTE
    assert make_a_holiday(date(2026, 3, 9), FRIDAY + 2 * HOUR) == [lease.number]
    half_hour = limits(lease.number)["supervision"]
    assert (half_hour.started_at, half_hour.due_at) == (monday + DAY, monday + DAY + 30 * MINUTE)
    assert limits(lease.number)["hard"].missed_at == FRIDAY + 30 * MINUTE  # what was missed stays
    (event,) = [one for one in events(lease.number) if one.event == "recalculated"]
    (change,) = event.detail["changes"]
    assert (event.detail["reason"], change["kind"]) == ("calendar", "supervision")
    assert change["before"]["due_at"] == (monday + 30 * MINUTE).isoformat()


def test_who_is_not_concerned_is_neither_told_nor_woken() -> None:
    lease, _ = asked("P-ARCHIVE", NOW, matter="DEMO-0003")
    before = limits(lease.number)
    assert make_a_holiday(date(2026, 12, 7), NOW + MINUTE) == []
    assert "recalculated" not in names(lease.number)
    assert {kind: limit.due_at for kind, limit in limits(lease.number).items()} == {kind: limit.due_at for kind, limit in before.items()}


@pytest.mark.parametrize(("answered", "met"), [(OPENS + 5 * MINUTE, True), (OPENS + 2 * HOUR, False)])
def test_an_answer_to_a_limit_without_calendar_is_decided_when_its_year_comes(answered: datetime, met: bool) -> None:
    """17:40 on the last day of 2027; the unit opens in a year that nobody has entered."""
    lease, request = archive(EVE + 30 * MINUTE)
    reply(request, now=answered, unit=ARCHIVE, fields={"档号": "1", "记载内容": "x"})  # type: ignore[arg-type]
    seal(lease, answered)
    deliver(lease, answered)
    hard = limits(lease.number)["hard"]
    assert (hard.due_at, hard.met_at, hard.missed_at) == (None, None, None)
    assert enter_2028(answered + DAY) == [lease.number]
    hard = limits(lease.number)["hard"]
    assert hard.due_at == OPENS + 30 * MINUTE
    assert (hard.met_at, hard.missed_at) == ((answered, None) if met else (None, OPENS + 30 * MINUTE))
    assert enter_2028(answered + DAY, more=(date(2028, 6, 1),)) == []  # it is decided


@pytest.mark.parametrize(("after", "late"), [(5 * MINUTE, False), (2 * HOUR, True)])
def test_a_return_to_a_limit_without_calendar_is_late_or_not_when_its_year_comes(after: timedelta, late: bool) -> None:
    _, request = archive(EVE + 30 * MINUTE)
    wish = ReturnReason("不属本单位职责", "370402-CIVIL", None)
    do(returns.give_back, request, ARCHIVE, wish, now=OPENS + after, actor="person:demo-archive-1")
    assert [(back.limit_at, back.late) for back in all_of(Return)] == [(None, False)]
    enter_2028(OPENS + DAY)
    assert [(back.limit_at, back.late) for back in all_of(Return)] == [(OPENS + 30 * MINUTE, late)]


def test_a_half_hour_without_calendar_raises_the_alarm_and_is_decided_when_its_year_comes() -> None:
    lease, request = archive(EVE)  # 17:10, due 17:40 after closing time: its half hour begins in 2028
    swept(EVE + HOUR)
    half_hour = limits(lease.number)["supervision"]
    assert (half_hour.due_at, half_hour.missing_year) == (None, 2028) and ("calendar_missing", "2028") in alarms()
    done = OPENS + 10 * MINUTE
    reply(request, now=done, unit=ARCHIVE, fields={"档号": "1", "记载内容": "x"})  # type: ignore[arg-type]
    opened = do(supervision_basis.of_request, request)
    assert opened is not None
    do(supervisions.feed_back, opened.id, ARCHIVE, SupervisionOutcome.DONE, "已督促", now=done, actor="person:demo-archive-2")
    assert limits(lease.number)["supervision"].met_at is None
    enter_2028(OPENS + DAY)
    half_hour = limits(lease.number)["supervision"]
    assert (half_hour.due_at, half_hour.met_at) == (OPENS + 30 * MINUTE, done)
    assert ("calendar_missing", "2028") not in alarms()


def test_a_promise_counted_in_a_provisional_year_is_marked_until_the_notice_comes() -> None:
    accepted = EVE - 3 * DAY
    enter_2028(accepted, provisional=True)
    lease, _ = asked(at=accepted, accepted_at=accepted, promise_end=None, promised_days=6)
    hard = limits(lease.number)["hard"]
    assert hard.provisional and "暂定" in hard.explanation and hard.note == "推算"
    assert enter_2028(accepted + HOUR) == [lease.number]
    assert not limits(lease.number)["hard"].provisional and limits(lease.number)["hard"].due_at == hard.due_at


def test_a_promise_outside_an_inbox_waits_for_its_year_too() -> None:
    accepted = EVE - 3 * DAY
    lease, request = asked(at=accepted, accepted_at=accepted, promise_end=None, promised_days=6)
    wish = ReturnReason("不属本单位职责", "370402-CIVIL", None)
    do(returns.give_back, request, "370402-GUANGMING", wish, now=accepted + MINUTE, actor="x")
    assert [(limit.due_at, limit.missing_year) for limit in promises(lease.number)] == [(None, 2028)]
    enter_2028(accepted + HOUR)
    assert [limit.due_at for limit in promises(lease.number)] == [datetime(2028, 1, 6, 16, 0, tzinfo=UTC)]


def test_a_check_dated_in_a_provisional_year_is_marked_and_follows_the_notice() -> None:
    enter_2028(EVE - 5 * DAY, provisional=True)
    lease = hold(file("P-RESIDENCE", now=EVE, accepted_at=EVE, promise_end=EVE + 90 * DAY))
    take_up(lease, EVE)
    do(commitments.sign, lease.number, Evidence.CODE, "a" * 64, "x", now=EVE, actor="person:demo-permit-1")
    (check,) = all_of(CommitmentCheck, unit=UNIT)
    assert check.provisional and check.due_at is not None
    enter_2028(EVE + HOUR, more=tuple(date(2028, 1, day) for day in range(4, 8)))
    (moved,) = all_of(CommitmentCheck, unit=UNIT)
    assert not moved.provisional and moved.due_at is not None and moved.due_at > check.due_at
    (event,) = [one.detail for one in events(lease.number) if one.event == "recalculated"]
    assert event["changes"][0]["before"] == {"due_at": check.due_at.isoformat(), "provisional": True}


def test_a_changed_reading_computes_anew_what_runs_and_shows_what_the_rest_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    from domain.records import Cause
    from settings import settings

    noon = datetime(2026, 3, 4, 3, 50, tzinfo=UTC)  # 11:50 in Beijing
    done, request = archive(noon)
    reply(request, now=noon + 40 * MINUTE, unit=ARCHIVE, fields={"档号": "1", "记载内容": "x"})  # type: ignore[arg-type]
    seal(done, noon + 40 * MINUTE)
    deliver(done, noon + 40 * MINUTE)
    swept(noon + 5 * HOUR)  # its 督办 is decided, too
    running, _ = archive(noon)
    monkeypatch.setenv("PROOFLESS_READINGS", '{"measure": "service_hours"}')
    settings.cache_clear()
    now = noon + 5 * MINUTE
    assert do(affected.by_readings) == [running.number]
    assert do(recomputing.recompute, running.number, now=now, actor="operator:x", cause=Cause.READINGS)
    assert not do(recomputing.recompute, running.number, now=now, actor="operator:x", cause=Cause.READINGS)
    hard = limits(running.number)["hard"]
    assert hard.due_at == noon + 2 * HOUR and hard.rule_version != "2022-06-28/2"  # 13:50
    assert [one.detail["reason"] for one in events(running.number) if one.event == "recalculated"] == ["readings"]
    # History stays on the record, and is counted again beside it.
    stays = limits(done.number)["hard"]
    assert (stays.missed_at, stays.rule_version) == (noon + 30 * MINUTE, "2022-06-28/2")

    def shown(number: str) -> list[tuple[str, datetime | None, str]]:
        found = do(lambda session: timing.timing(session, session.get_one(Verification, number), now=noon + HOUR))
        return [(one.kind.value, one.due, one.status) for one in found.requests[0].recounted]

    assert shown(done.number) == [("hard", noon + 2 * HOUR, "met")] and shown(running.number) == []
    monkeypatch.undo()
    settings.cache_clear()
