"""工作日历, 服务时间, 平台故障: a changed calendar computes anew, with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.commitments import Evidence
from domain.intervals import Interval
from domain.limits import HandlingType
from domain.readings import ReadingsRefused
from ledger.arrangements import calendars as worktime
from ledger.arrangements import opening_hours
from ledger.arrangements.calendars import CalendarRefused
from ledger.arrangements.opening_hours import TimetableRefused
from ledger.calendars import calendars, outages
from ledger.calendars.opening_hours import ALWAYS_OPEN
from ledger.methods import commitments
from ledger.recusal import MustRecuse
from ledger.supervision import affected
from ledger.tables.commitments import CommitmentCheck
from ledger.tables.duty import CalendarChange
from tests.ledger.acting import HOUR, alarms, all_of, ask, do, escalate, events, hold, limits, take_up
from tests.ledger.filing import NOW, file

pytestmark = pytest.mark.usefixtures("ledger")

UNIT = "370402-ARCHIVE"
DAY = timedelta(days=1)
OFFICE = [{"first": "01-01", "last": "12-31", "workday": [["08:30", "12:00"], ["13:30", "17:30"]]}]


THURSDAY = datetime(2026, 12, 31, 8, 0, tzinfo=UTC)  # 16:00 in Beijing; 24 hours later is New Year's Day 2027


def waiting_over_new_year() -> str:
    lease = hold(file("P-ARCHIVE", now=THURSDAY, matter="DEMO-0003", accepted_at=THURSDAY, promise_end=THURSDAY + 20 * DAY))
    take_up(lease, THURSDAY)
    ask(lease, THURSDAY)
    return lease.number


def put_2027(rest: list[str], *, provisional: bool = False, reason: str = "公布放假安排") -> list[str]:
    return do(
        worktime.put_year,
        2027,
        [date.fromisoformat(day) for day in rest],
        [],
        provisional=provisional,
        source="演示通知",
        reason=reason,
        now=THURSDAY,
        actor="person:demo-admin",
    )


def test_a_provisional_year_is_marked_and_the_notice_computes_anew_with_its_reason() -> None:
    number = waiting_over_new_year()
    soft = limits(number)["soft"]
    assert soft.provisional and soft.due_at == datetime(2027, 1, 4, 0, 30, tzinfo=UTC)  # Monday 08:30
    moved = put_2027(["2027-01-01", "2027-01-04", "2027-01-05"], reason="国办通知")
    assert moved == [number]
    soft = limits(number)["soft"]
    assert not soft.provisional and soft.due_at == datetime(2027, 1, 6, 0, 30, tzinfo=UTC)
    (event,) = [event for event in events(number) if event.event == "recalculated"]
    assert event.detail["reason"] == "calendar"
    changes = all_of(CalendarChange, year=2027)
    assert [change.reason for change in changes] == ["首次录入", "国办通知"] and changes[1].before["provisional"]
    assert put_2027(["2027-01-01", "2027-01-04", "2027-01-05"], reason="再次") == []  # the same again changes nothing


def test_a_year_without_calendar_is_undetermined_with_an_alarm_and_computed_when_it_comes() -> None:
    late = datetime(2027, 12, 31, 8, 0, tzinfo=UTC)
    lease = hold(file("P-ARCHIVE", now=late, matter="DEMO-0003", accepted_at=late, promise_end=late + 20 * DAY))
    take_up(lease, late)
    ask(lease, late)
    soft = limits(lease.number)["soft"]
    assert (soft.due_at, soft.missing_year) == (None, 2028) and ("calendar_missing", "2028") in alarms()
    do(worktime.put_year, 2028, [date(2028, 1, 1), date(2028, 1, 3)], [], provisional=False, source="x", reason="通知", now=late, actor="x")
    soft = limits(lease.number)["soft"]
    assert soft.due_at == datetime(2028, 1, 4, 0, 30, tzinfo=UTC) and soft.missing_year is None
    assert ("calendar_missing", "2028") not in alarms()


@pytest.mark.parametrize(
    ("rest", "work", "says"),
    [
        ([date(2026, 1, 1)], [], "不在 2028 年"),
        ([], [], "没有任何放假日"),
        ([date(2028, 1, 1)], [date(2028, 1, 1)], "既列为放假又列为上班"),
        ([date(2028, 1, 1)], [date(2028, 1, 4)], "本来上班"),
    ],
)
def test_a_year_that_is_none_is_refused(rest: list[date], work: list[date], says: str) -> None:
    with pytest.raises(CalendarRefused, match=says):
        do(worktime.put_year, 2028, rest, work, provisional=False, source="x", reason="x", now=NOW, actor="x")
    assert 2028 not in do(calendars.calendar).years


def test_the_alarm_comes_before_a_year_runs_out() -> None:
    do(calendars.alarm_before_it_runs_out, datetime(2027, 10, 1, tzinfo=UTC))
    assert ("calendar_ends", "2028") in alarms()
    do(calendars.alarm_before_it_runs_out, datetime(2026, 12, 1, tzinfo=UTC))
    assert ("calendar_provisional", "2027") in alarms()


def test_changed_hours_compute_anew_from_their_day_on() -> None:
    lease = hold(file("P-ARCHIVE", matter="DEMO-0003", now=datetime(2026, 3, 6, 8, 0, tzinfo=UTC)))
    take_up(lease)
    ask(lease, datetime(2026, 3, 6, 8, 0, tzinfo=UTC))  # Friday 16:00
    assert limits(lease.number)["soft"].due_at == datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    assert do(opening_hours.set_timetable, UNIT, ALWAYS_OPEN, effective_from=NOW, reason="试行", now=NOW, actor="x") == [lease.number]
    assert limits(lease.number)["soft"].due_at == datetime(2026, 3, 7, 8, 0, tzinfo=UTC)
    assert do(opening_hours.set_timetable, UNIT, ALWAYS_OPEN, effective_from=NOW, reason="试行", now=NOW, actor="x") == []


@pytest.mark.parametrize(
    ("seasons", "says"),
    [
        ([], "至少要有一个"),
        ([{"workday": [["12:00", "08:30"]]}], "不合格"),
        ([{"workday": [["8.30", "12:00"]]}], "不合格"),
        ([{"first": "01-01", "last": "06-30", "workday": [["08:30", "12:00"]]}], "没有服务时间"),
        ([{"saturday": [["08:30", "12:00"]]}], "缺少 workday"),
        ([{"workday": [["08:30", "12:00"], ["11:00", "13:00"]]}], "重叠"),
    ],
)
def test_hours_that_are_none_are_refused(seasons: list[dict[str, object]], says: str) -> None:
    with pytest.raises(TimetableRefused, match=says):
        do(opening_hours.set_timetable, UNIT, seasons, effective_from=NOW, reason="x", now=NOW, actor="x")


def test_silence_of_the_sweep_is_an_outage_and_the_same_again_changes_nothing() -> None:
    do(outages.pulse, "sweep", NOW)
    do(outages.pulse, "sweep", NOW + timedelta(minutes=2))
    assert do(outages.listed, NOW - HOUR, NOW + HOUR) == []
    do(outages.pulse, "sweep", NOW + timedelta(minutes=20))
    (found,) = do(outages.listed, NOW - HOUR, NOW + HOUR)
    assert (found.since, found.until, found.automatic) == (NOW + timedelta(minutes=2), NOW + timedelta(minutes=20), True)
    assert do(outages.overlapping, NOW, NOW + timedelta(minutes=10)) == timedelta(minutes=8)
    with pytest.raises(outages.OutageRefused):
        do(outages.record, NOW + HOUR, NOW, "x", now=NOW + 2 * HOUR, actor="x")


def test_an_outage_moves_the_clocks_only_where_the_district_deducts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from settings import settings

    lease = hold(file("P-HARDSHIP", handling=HandlingType.IMMEDIATE, promise_end=None))
    take_up(lease)
    ask(lease)
    away = (NOW + timedelta(minutes=5), NOW + timedelta(minutes=20))

    def after() -> datetime | None:
        do(affected.after_outage, Interval(*away), now=NOW + HOUR / 2, actor="x")
        return limits(lease.number)["hard"].due_at

    do(outages.record, *away, "断电", now=NOW + timedelta(minutes=21), actor="person:demo-admin")
    assert after() == NOW + timedelta(minutes=30)
    monkeypatch.setenv("PROOFLESS_READINGS", '{"outage_deducted": true}')
    settings.cache_clear()
    assert after() == NOW + timedelta(minutes=45)
    assert limits(lease.number)["hard"].rule_version != "2022-06-28/2"
    monkeypatch.undo()
    settings.cache_clear()


def test_a_wrong_reading_stops_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger import rules
    from settings import settings

    for wrong, says in (
        ('{"supplement": true}', "没有解读"),
        ('{"measure": "fast"}', "之一"),
        ("[]", "JSON 对象"),
        ('{"choice_minutes": 0}', "正整数"),
    ):
        monkeypatch.setenv("PROOFLESS_READINGS", wrong)
        settings.cache_clear()
        with pytest.raises(ReadingsRefused, match=says):
            rules.readings()
    monkeypatch.undo()
    settings.cache_clear()


def test_a_units_own_calendar_is_not_its_own_peoples() -> None:
    def put(actor: str, *rest: date) -> None:
        do(worktime.put_year, 2027, rest, [], provisional=False, source="x", reason="x", now=NOW, actor=actor, name="own")

    put("person:demo-guangming-1", date(2027, 1, 1))  # nobody goes by it yet
    more = {"effective_from": NOW + HOUR, "reason": "x", "now": NOW, "actor": "x", "name": "own"}
    do(opening_hours.set_timetable, "370402-GUANGMING", ALWAYS_OPEN, **more)
    with pytest.raises(MustRecuse, match="涉及本单位"):
        put("person:demo-guangming-1", date(2027, 1, 4))
    with pytest.raises(MustRecuse, match="由谁办理"):
        put("operator:clerk", date(2027, 1, 4))
    put("person:demo-admin", date(2027, 1, 4))


def enter_2028() -> None:
    do(
        worktime.put_year,
        2028,
        [date(2028, 1, 1), date(2028, 1, 3)],
        [],
        provisional=False,
        source="x",
        reason="通知",
        now=datetime(2027, 12, 31, 9, 0, tzinfo=UTC),
        actor="x",
    )


def test_promised_days_into_a_missing_year_are_undetermined_until_it_comes() -> None:
    accepted = datetime(2027, 12, 28, 1, 0, tzinfo=UTC)
    lease = hold(file("P-HARDSHIP", now=accepted, accepted_at=accepted, promise_end=None, promised_days=5))
    take_up(lease, accepted)
    ask(lease, accepted)
    hard = limits(lease.number)["hard"]
    assert (hard.due_at, hard.missing_year) == (None, 2028) and "未定" in hard.explanation
    enter_2028()
    # 29, 30, 31 December, then 4 and 5 January: the first is a Saturday off, the 3rd is off too.
    assert limits(lease.number)["hard"].due_at == datetime(2028, 1, 5, 16, 0, tzinfo=UTC)


def test_a_supervision_that_begins_in_a_missing_year_waits_for_it() -> None:
    late = datetime(2027, 12, 31, 9, 20, tzinfo=UTC)  # 17:20: the half hour ends after closing time
    lease = hold(file("P-ARCHIVE", now=late, matter="DEMO-0003", accepted_at=late, handling=HandlingType.IMMEDIATE, promise_end=None))
    take_up(lease, late)
    ask(lease, late)
    escalate(lease, late + HOUR)
    supervision = limits(lease.number)["supervision"]
    assert (supervision.due_at, supervision.missing_year) == (None, 2028)
    enter_2028()
    assert limits(lease.number)["supervision"].due_at == datetime(2028, 1, 4, 1, 0, tzinfo=UTC)  # 08:30 and half an hour


def test_a_check_of_a_commitment_waits_for_its_year() -> None:
    late = datetime(2027, 12, 31, 1, 0, tzinfo=UTC)
    lease = hold(file("P-RESIDENCE", now=late, accepted_at=late, promise_end=None, promised_days=1))
    take_up(lease, late)
    do(commitments.sign, lease.number, Evidence.CODE, "a" * 64, "x", now=late, actor="person:demo-permit-1")
    (check,) = all_of(CommitmentCheck)
    assert check.due_at is None
    enter_2028()
    (check,) = all_of(CommitmentCheck)
    assert check.due_at is not None and check.due_at.year == 2028
