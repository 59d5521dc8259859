"""工作日历: which days are worked, as the district entered them. A year that nobody entered is never guessed (reading 25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)


class MissingYear(Exception):
    """没有这一年的工作日历."""

    def __init__(self, year: int) -> None:
        super().__init__(f"没有 {year} 年的工作日历,请先录入。")
        self.year = year


class DayKind(StrEnum):
    """What a day is for a unit's service hours."""

    WORKDAY = "workday"  #: 工作日, make-up Saturdays and Sundays (调休) too
    SATURDAY = "saturday"  #: an ordinary Saturday
    SUNDAY = "sunday"
    HOLIDAY = "holiday"  #: a day off by notice, whatever its weekday


@dataclass(frozen=True)
class Year:
    """One year's days that differ from Monday-to-Friday."""

    year: int
    rest: frozenset[date]  #: days off by notice
    work: frozenset[date]  #: make-up working days
    provisional: bool = False  #: 暂定: entered before the notice came


@dataclass(frozen=True)
class Calendar:
    """A calendar by its years. Days are local days of Beijing time."""

    name: str
    years: Mapping[int, Year]

    def kind(self, day: date) -> DayKind:
        """What `day` is. Raises MissingYear."""
        year = self._year(day.year)
        if day in year.work:
            return DayKind.WORKDAY
        if day in year.rest:
            return DayKind.HOLIDAY
        return {5: DayKind.SATURDAY, 6: DayKind.SUNDAY}.get(day.weekday(), DayKind.WORKDAY)

    def is_workday(self, day: date) -> bool:
        """Raises MissingYear."""
        return self.kind(day) is DayKind.WORKDAY

    def add_workdays(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`, which is not counted (reading 12). Raises MissingYear."""
        self._year(start.year)
        day = start
        for _ in range(days):
            day += _DAY
            while not self.is_workday(day):
                day += _DAY
        return day

    def due_of_workdays(self, start: date, days: int) -> datetime:
        """The end of that day, 24:00 Beijing time. Raises MissingYear, also where that instant is in the next year
        without a calendar only by being midnight: it is not, the day itself counts."""
        return datetime.combine(self.add_workdays(start, days) + _DAY, time(), LOCAL)

    def is_provisional(self, first: date, last: date) -> bool:
        """True where a provisional year was touched between these days, both included."""
        return any(self.years[year].provisional for year in range(first.year, last.year + 1) if year in self.years)

    def _year(self, year: int) -> Year:
        try:
            return self.years[year]
        except KeyError:
            raise MissingYear(year) from None
