"""服务时间, set: from now on by the unit, earlier only by the office; the change, its reason and its effect on record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from ledger.arrangements import calendars as worktime
from ledger.arrangements import opening_hours
from ledger.arrangements.opening_hours import TimetableRefused
from ledger.calendars import calendars
from ledger.database import engine
from ledger.tables.duty import Timetable, TimetableChange
from tests.ledger.acting import HOUR, MINUTE, alarms, all_of, asked, do, events, immediate, limits, swept
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

UNIT, DAY = "370402-ARCHIVE", timedelta(days=1)
LATE: list[dict[str, Any]] = [{"workday": [["10:00", "12:00"], ["13:30", "17:30"]]}]
FRIDAY = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)  # 18:00 in Beijing
MONDAY = datetime(2026, 3, 8, 16, 0, tzinfo=UTC)  # 00:00


def put(seasons: list[dict[str, Any]], effective_from: datetime, now: datetime, **more: Any) -> list[str]:
    values = {"reason": "冬季作息", "actor": "person:demo-archive-2"} | more
    return do(opening_hours.set_timetable, UNIT, seasons, effective_from=effective_from, now=now, **values)


def test_new_hours_on_monday_count_for_what_came_on_friday_evening() -> None:
    lease, _ = immediate(FRIDAY, "P-ARCHIVE", matter="DEMO-0003")
    assert limits(lease.number)["hard"].due_at == MONDAY + 9 * HOUR  # 08:30 and half an hour
    assert put(LATE, MONDAY, FRIDAY + MINUTE) == [lease.number]
    hard = limits(lease.number)["hard"]
    assert (hard.started_at, hard.due_at) == (MONDAY + 10 * HOUR, MONDAY + 10.5 * HOUR)
    later, _ = immediate(FRIDAY + HOUR, "P-ARCHIVE", matter="DEMO-0003")
    assert limits(later.number)["hard"].due_at == MONDAY + 10.5 * HOUR
    (event,) = [one for one in events(lease.number) if one.event == "recalculated"]
    assert event.detail["reason"] == "hours"


def test_new_hours_move_the_half_hour_of_the_supervisor_too() -> None:
    lease, _ = asked("P-ARCHIVE", FRIDAY, matter="DEMO-0003", accepted_at=FRIDAY, promise_end=FRIDAY + 2 * HOUR)
    swept(FRIDAY + 2 * HOUR)
    assert limits(lease.number)["supervision"].due_at == MONDAY + 9 * HOUR
    assert put(LATE, MONDAY, FRIDAY + 3 * HOUR) == [lease.number]
    assert limits(lease.number)["supervision"].due_at == MONDAY + 10.5 * HOUR


def test_a_unit_sets_no_hours_for_the_past_and_the_office_says_why() -> None:
    lease, _ = immediate(NOW, "P-ARCHIVE", matter="DEMO-0003")
    for earlier in (NOW - 30 * DAY, NOW + 19 * MINUTE):
        with pytest.raises(TimetableRefused, match="工作专班办公室"):
            put(LATE, earlier, NOW + 20 * MINUTE)
    assert limits(lease.number)["hard"].due_at == NOW + 30 * MINUTE
    moved = put(LATE, NOW - DAY, NOW + 20 * MINUTE, backdated=True, reason="更正", actor="person:demo-admin")
    assert moved == [lease.number] and limits(lease.number)["hard"].due_at == NOW + 1.5 * HOUR
    swept(NOW + 2 * HOUR)
    assert put([{"workday": [["08:30", "17:30"]]}], NOW - DAY, NOW + 2 * HOUR, backdated=True, actor="person:demo-admin") == []
    assert limits(lease.number)["hard"].missed_at == NOW + 1.5 * HOUR  # what was missed stays


def test_each_change_is_kept_with_what_was_before() -> None:
    put(LATE, MONDAY, NOW)
    put([{"workday": [["09:00", "17:00"]]}], MONDAY, NOW, reason="更正")
    put([{"workday": [["09:00", "17:00"]]}], MONDAY, NOW, reason="再次")  # the same again changes nothing
    found = do(opening_hours.changes, UNIT)
    assert [(change.reason, change.before, change.after["seasons"]) for change in found] == [
        ("更正", {"seasons": LATE, "calendar": "district"}, [{"workday": [["09:00", "17:00"]]}]),
        ("冬季作息", {}, LATE),
    ]
    assert [row.seasons for row in all_of(Timetable, unit=UNIT)] == [[{"workday": [["09:00", "17:00"]]}]]
    for change in ("UPDATE {} SET reason = 'x'", "DELETE FROM {}"):
        with engine().connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(change.format(TimetableChange.__tablename__)))


def test_a_unit_may_go_by_a_calendar_of_its_own() -> None:
    """A hospital that works on a day that the district has off (reading 19)."""
    with pytest.raises(TimetableRefused, match="没有名为“hospital”"):
        put(LATE, NOW, NOW, name="hospital")
    own = do(calendars.calendar).years[2026]
    day = date(2026, 3, 9)
    for name, rest in (("hospital", [*own.rest]), ("district", [*own.rest, day])):
        do(worktime.put_year, 2026, rest, own.work, provisional=False, source="x", reason="x", now=NOW, actor="x", name=name)
    put([{"workday": [["08:30", "17:30"]]}], NOW, NOW, name="hospital")
    lease, _ = immediate(FRIDAY, "P-ARCHIVE", matter="DEMO-0003")
    assert limits(lease.number)["hard"].due_at == MONDAY + 9 * HOUR
    do(calendars.alarm_before_it_runs_out, datetime(2026, 10, 1, tzinfo=UTC))
    assert ("calendar_ends", "hospital/2027") in alarms()
