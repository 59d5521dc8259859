"""工作日 of a week and of the one before: a week with a holiday in it is compared with no other unawares (reading 25)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from domain.calendar import DayKind, MissingYear
from ledger.calendars.calendars import calendar
from reports import periods
from reports.decisions import Workdays
from reports.model import Period


def workdays(session: Session, period: Period) -> Workdays | None:
    """None where nobody has entered the calendar of a year that it touches."""
    entered = calendar(session)
    try:
        kinds = {day: entered.kind(day) for day in periods.days(period)}
    except MissingYear:
        return None
    try:
        before = sum(entered.is_workday(day) for day in periods.days(periods.before(period)))
    except MissingYear:
        before = None
    worked = [day for day, kind in kinds.items() if kind is DayKind.WORKDAY]
    return Workdays(len(worked), before, _off(kinds), tuple(day for day in worked if day.weekday() > 4))


def _off(kinds: Mapping[date, DayKind]) -> tuple[date, ...]:
    """With the weekend that a holiday runs into: who enters a notice enters its weekdays alone."""
    runs = (list(run) for free, run in groupby(kinds.items(), lambda one: one[1] is not DayKind.WORKDAY) if free)
    return tuple(day for run in runs if any(kind is DayKind.HOLIDAY for _, kind in run) for day, _ in run)
