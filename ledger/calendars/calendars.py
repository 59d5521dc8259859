"""工作日历 on the record: as the district entered it, with an alarm before it runs out (reading 25)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL, Calendar, Year
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.tables.duty import CalendarYear, Timetable

DISTRICT = "district"
#: Notices come each autumn: from October on the next year is asked for.
_ASK_FROM_MONTH = 10
_PROVISIONAL_WITHIN = timedelta(days=60)


def calendar(session: Session, name: str = DISTRICT) -> Calendar:
    """The calendar with every year that is entered."""
    rows = session.scalars(select(CalendarYear).where(CalendarYear.calendar == name))
    return Calendar(name, {row.year: _year(row) for row in rows})


def _year(row: CalendarYear) -> Year:
    return Year(row.year, _days(row.rest), _days(row.work), row.provisional)


def _days(texts: Iterable[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))


def alarm_before_it_runs_out(session: Session, now: datetime) -> None:
    """Say in time that a year of a calendar in use is missing or still provisional; take it back once it is there."""
    for name in sorted({DISTRICT, *session.scalars(select(Timetable.calendar).distinct())}):
        _look_ahead(session, name, now)


def _look_ahead(session: Session, name: str, now: datetime) -> None:
    known = {row.year: row for row in session.scalars(select(CalendarYear).where(CalendarYear.calendar == name))}
    today = now.astimezone(LOCAL)
    whose = "" if name == DISTRICT else f"“{name}”"
    for year in (today.year, today.year + 1):
        row = known.get(year)
        subject = str(year) if name == DISTRICT else f"{name}/{year}"
        near = year == today.year or today.month >= _ASK_FROM_MONTH
        if row is None and near:
            text = f"{whose}{year} 年的工作日历尚未录入,涉及该年的时限将暂记“未定”。请执行 ./run calendar 录入。"
            raise_alarm(session, "calendar_ends", subject, text, now=now)
        else:
            clear_alarm(session, "calendar_ends", subject, now=now)
        begins = datetime(year, 1, 1, tzinfo=LOCAL)
        if row is not None and row.provisional and begins - now < _PROVISIONAL_WITHIN:
            text = f"{whose}{year} 年的工作日历仍为暂定。请按国务院办公厅通知核对后录入正式日历,时限将自动补算。"
            raise_alarm(session, "calendar_provisional", subject, text, now=now)
        else:
            clear_alarm(session, "calendar_provisional", subject, now=now)
