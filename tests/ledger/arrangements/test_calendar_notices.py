"""放假通知 in force: by two persons, with every open limit computed anew, and a December that belongs to the year before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.calendar import DayKind
from domain.holiday_notice import NoticeRefused
from ledger.arrangements import calendar_notices
from ledger.arrangements.calendar_notices import NoticeNotConfirmed, NoticeUnknown
from ledger.calendars import calendars
from ledger.database import transaction
from ledger.tables.duty import CalendarChange, CalendarNotice
from tests.ledger.acting import all_of, do, events, limits
from tests.ledger.arrangements.test_arrangements import THURSDAY, waiting_over_new_year

pytestmark = pytest.mark.usefixtures("ledger")

#: As the State Council writes it, of a year whose notice is not out; the December before is touched.
TEXT = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：2026年12月31日（周四）至2027年1月4日（周一）放假调休，共5天。2026年12月26日（周六）上班。
二、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。"""
ONE, OTHER = "person:demo-office", "person:demo-admin"


def proposed(text: str = TEXT) -> CalendarNotice:
    return do(calendar_notices.propose, text, "国办发明电〔2026〕1号", now=THURSDAY, actor=ONE)


def kinds(*days: date) -> list[DayKind]:
    with transaction() as session:
        known = calendars.calendar(session)
    return [known.kind(day) for day in days]


def test_one_pastes_another_confirms_and_limits_move_with_the_reason() -> None:
    number = waiting_over_new_year()
    soft = limits(number)["soft"].due_at
    with transaction() as session:
        seen = calendar_notices.reading(session, TEXT)
    assert (seen.year, seen.whole, seen.touched) == (2027, True, 1)
    changed = {one.day: (one.before, one.after) for one in seen.changes}
    assert changed[date(2026, 12, 26)] == (DayKind.SATURDAY, DayKind.WORKDAY)
    assert changed[date(2026, 12, 31)] == (DayKind.WORKDAY, DayKind.HOLIDAY)
    row = proposed()
    assert limits(number)["soft"].due_at == soft and row.confirmed is None  # nothing moved yet
    with pytest.raises(NoticeNotConfirmed, match="另一人"):
        do(calendar_notices.confirm, row.id, now=THURSDAY, actor=f"{ONE} via some-system")
    done = do(calendar_notices.confirm, row.id, now=THURSDAY, actor=OTHER)
    assert done.recomputed == [number] and limits(number)["soft"].due_at == datetime(2027, 1, 6, 0, 30, tzinfo=UTC)
    (event,) = [event for event in events(number) if event.event == "recalculated" and event.at == THURSDAY][:1]
    assert event.detail["reason"] == "calendar"
    reasons = {change.year: change.reason for change in all_of(CalendarChange) if change.changed_by == OTHER}
    assert reasons == dict.fromkeys((2026, 2027), f"放假通知:国办发明电〔2026〕1号,{ONE} 录入")
    assert kinds(date(2026, 12, 26), date(2026, 12, 31), date(2027, 1, 4)) == [DayKind.WORKDAY, DayKind.HOLIDAY, DayKind.HOLIDAY]
    assert kinds(date(2026, 10, 1)) == [DayKind.HOLIDAY]  # what the year before had is still there
    with pytest.raises(NoticeNotConfirmed, match="已经处理过"):
        do(calendar_notices.confirm, row.id, now=THURSDAY, actor=OTHER)
    with pytest.raises(NoticeRefused, match="不需要再录入"):
        proposed()


def test_one_waits_at_a_time_and_who_pasted_it_may_take_it_back() -> None:
    row = proposed()
    with pytest.raises(NoticeNotConfirmed, match="等待确认"):
        proposed(TEXT.replace("10月9日", "10月10日").replace("10月10日（周六）", "10月10日（周日）"))
    do(calendar_notices.refuse, row.id, now=THURSDAY, actor=ONE)
    again = proposed()
    assert again.id != row.id
    with pytest.raises(NoticeUnknown):
        do(calendar_notices.confirm, "00000000-0000-0000-0000-000000000000", now=THURSDAY, actor=OTHER)


def test_a_later_notice_changes_what_was_arranged_and_nothing_else() -> None:
    do(calendar_notices.confirm, proposed().id, now=THURSDAY, actor=OTHER)
    later: dict[str, Any] = {"now": THURSDAY, "actor": ONE}
    text = "国务院办公厅关于调整2027年劳动节假期安排的通知\n一、2027年5月1日至3日放假调休，共3天。5月8日（周六）上班。"
    row = do(calendar_notices.propose, text, "国办发明电〔2027〕1号", **later)
    do(calendar_notices.confirm, row.id, now=THURSDAY, actor=OTHER)
    assert kinds(date(2027, 5, 3), date(2027, 5, 8), date(2027, 10, 1)) == [DayKind.HOLIDAY, DayKind.WORKDAY, DayKind.HOLIDAY]
    with pytest.raises(NoticeRefused, match="2031 年的日历还没有录入"):
        do(calendar_notices.propose, text.replace("2027", "2031").replace("5月8日（周六）上班。", ""), "国办发明电", **later)
