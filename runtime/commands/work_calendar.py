"""工作日历: a year from the library, as data that the district can edit afterwards (reading 25)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from importlib.metadata import version

import chinese_calendar
from sqlalchemy.orm import Session

from domain.refusal import Refusal
from ledger.arrangements import calendars
from ledger.calendars.calendars import DISTRICT


class YearUnknown(Refusal):
    """The library does not know this year: its notice was not out when the library was made."""


def of_library(year: int) -> tuple[list[date], list[date]]:
    """Days off by notice, weekends among them too, and make-up working days (调休). Raises `YearUnknown`."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        off = chinese_calendar.get_holidays(first, last, include_weekends=False)
        work = [day for day in chinese_calendar.get_workdays(first, last) if day.weekday() >= 5]
    except NotImplementedError:
        raise YearUnknown(f"节假日库没有 {year} 年;请按国务院办公厅通知录入,或先录入暂定日历。") from None
    return off, work


def seed(session: Session, year: int, *, now: datetime, actor: str, reason: str = "首次录入", name: str = DISTRICT) -> list[str]:
    """Enter the library's year; gives the verifications whose limits are other ones now. Raises `YearUnknown`."""
    rest, work = of_library(year)
    return calendars.put_year(
        session,
        year,
        rest,
        work,
        provisional=False,
        source=f"chinesecalendar {version('chinesecalendar')}",
        reason=reason,
        now=now,
        actor=actor,
        name=name,
    )


def seed_known(session: Session, first: int, *, now: datetime, actor: str) -> None:
    """Enter every year from `first` on that the library knows."""
    year = first
    with suppress(YearUnknown):
        while True:
            seed(session, year, now=now, actor=actor)
            year += 1
