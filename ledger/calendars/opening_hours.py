"""服务时间 of a unit: read from its timetable at an instant; office hours where none was set (reading 1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.hours import ALWAYS, OFFICE_SEASON, Season, ServiceHours, TimetableRefused, Window
from ledger.calendars.calendars import DISTRICT, calendar
from ledger.tables.duty import Timetable

_TIME = re.compile(r"(\d{2}):(\d{2})")
_KINDS = ("workday", "saturday", "sunday", "holiday")
ALWAYS_OPEN: list[dict[str, Any]] = [{"first": "01-01", "last": "12-31", **{kind: [["00:00", "24:00"]] for kind in _KINDS}}]


def hours_of(session: Session, unit: str, at: datetime) -> ServiceHours:
    """The service hours of `unit` from `at` on: those in force then, and what replaces them later."""
    return timetable_of(session, unit)(at)


def timetable_of(session: Session, unit: str) -> Callable[[datetime], ServiceHours]:
    """`hours_of` for several instants, read once."""
    return timetables_of(session, [unit])[unit]


def timetables_of(session: Session, units: Collection[str]) -> dict[str, Callable[[datetime], ServiceHours]]:
    """The same of many units, in one reading."""
    calendar_named = cache(lambda name: calendar(session, name))
    default = ServiceHours("默认", (OFFICE_SEASON,), calendar_named(DISTRICT))
    known = {unit: [(datetime.min.replace(tzinfo=UTC), default)] for unit in units}
    for row in session.scalars(select(Timetable).where(Timetable.unit.in_(units)).order_by(Timetable.effective_from)).all():
        own = ServiceHours(row.unit, parse(row.seasons), calendar_named(row.calendar))
        known[row.unit].append((row.effective_from, own))
    return {unit: partial(_hours_at, reigns) for unit, reigns in known.items()}


def _hours_at(reigns: list[tuple[datetime, ServiceHours]], at: datetime) -> ServiceHours:
    begun = sum(since <= at for since, _ in reigns)
    return replace(reigns[begun - 1][1], later=tuple(reigns[begun:]))


def parse(seasons: list[Any]) -> tuple[Season, ...]:
    """The JSON form as the rules read it. Raises `TimetableRefused`."""
    if seasons == ALWAYS_OPEN:
        return (ALWAYS,)
    if not seasons:
        raise TimetableRefused("服务时间至少要有一个时段。")
    return tuple(_season(season) for season in seasons)


def _season(sent: Mapping[str, Any]) -> Season:
    unknown = set(sent) - {"first", "last", *_KINDS}
    if unknown:
        raise TimetableRefused(f"服务时间中有不认识的项:{'、'.join(sorted(unknown))}。")
    if "workday" not in sent:
        raise TimetableRefused("服务时间缺少 workday(工作日的时段)。")
    if any(not isinstance(sent.get(kind, []), list | tuple) for kind in _KINDS):
        raise TimetableRefused("服务时段须写成列表。")
    windows = {kind: tuple(_window(pair) for pair in sent.get(kind, [])) for kind in _KINDS}
    return Season(_month_day(sent.get("first", "01-01")), _month_day(sent.get("last", "12-31")), **windows)


def _window(pair: Any) -> Window:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise TimetableRefused('服务时段须写成 ["08:30", "12:00"]。')
    return Window(_minute(pair[0]), _minute(pair[1]))


def _minute(text: Any) -> int:
    found = _TIME.fullmatch(str(text))
    if not found or int(found[2]) > 59:
        raise TimetableRefused(f"时间“{text}”不合格,应为 08:30 这样的形式。")
    return int(found[1]) * 60 + int(found[2])


def _month_day(text: Any) -> tuple[int, int]:
    month, dash, day = str(text).partition("-")
    if not dash or not (month.isdecimal() and day.isdecimal()):
        raise TimetableRefused(f"日期“{text}”不合格,应为 10-01 这样的形式。")
    return int(month), int(day)
