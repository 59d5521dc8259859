"""服务时间: when somebody is there to receive a request (reading 1): lunch breaks, seasons, weekend windows, 24 hours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from domain.calendar import LOCAL, Calendar, DayKind
from domain.instants import happened, last_day
from domain.refusal import Refusal

MINUTES = 24 * 60
_DAY = timedelta(days=1)
#: No unit that opens at all is closed for longer; a search past it would only hide a wrong timetable.
_LONGEST_REST = 400

MonthDay = tuple[int, int]


@dataclass(frozen=True, order=True)
class Window:
    """Minutes since midnight, [opens, closes): 08:30–12:00 is Window(510, 720)."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES:
            raise TimetableRefused(f"服务时段不合格:{self}。开始须早于结束,且在 00:00 至 24:00 之间。")

    def __str__(self) -> str:
        return "–".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.opens, self.closes))


Windows = tuple[Window, ...]
WHOLE_DAY: Windows = (Window(0, MINUTES),)


class TimetableRefused(Refusal, code="timetable_refused"):
    """These are no hours that a unit can keep; the text says why, in Chinese."""


@dataclass(frozen=True)
class Season:
    """服务时间 between two days of the year, both included; it may wrap New Year (10-01 to 04-30)."""

    first: MonthDay
    last: MonthDay
    workday: Windows
    saturday: Windows = ()
    sunday: Windows = ()
    holiday: Windows = ()

    def __post_init__(self) -> None:
        for windows in self._all():
            if any(later.opens < earlier.closes for earlier, later in zip(windows, windows[1:], strict=False)):
                raise TimetableRefused("同一天的服务时段重叠或没有按先后排列。")
        for month, day in (self.first, self.last):
            if not 1 <= month <= 12 or not 1 <= day <= monthrange(2024, month)[1]:
                raise TimetableRefused(f"没有 {month} 月 {day} 日。")

    def holds(self, day: date) -> bool:
        here = (day.month, day.day)
        return self.first <= here <= self.last if self.first <= self.last else here >= self.first or here <= self.last

    def windows(self, kind: DayKind) -> Windows:
        return {DayKind.WORKDAY: self.workday, DayKind.SATURDAY: self.saturday, DayKind.SUNDAY: self.sunday, DayKind.HOLIDAY: self.holiday}[
            kind
        ]

    @property
    def same_every_day(self) -> bool:
        """True where the kind of day does not matter, so that no calendar is asked."""
        return len(set(self._all())) == 1

    def _all(self) -> tuple[Windows, ...]:
        return self.workday, self.saturday, self.sunday, self.holiday


_OFFICE = (Window(8 * 60 + 30, 12 * 60), Window(13 * 60 + 30, 17 * 60 + 30))
OFFICE_SEASON = Season((1, 1), (12, 31), _OFFICE)
ALWAYS = Season((1, 1), (12, 31), WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, WHOLE_DAY)


@dataclass(frozen=True)
class ServiceHours:
    """服务时间 of one unit. Raises `TimetableRefused` where the seasons overlap, leave days uncovered, or never open.

    `later`: what replaces them, each from an instant on, in that order; on every day those in force then count.
    """

    name: str
    seasons: tuple[Season, ...]
    calendar: Calendar = field(repr=False)
    later: tuple[tuple[datetime, ServiceHours], ...] = ()

    def __post_init__(self) -> None:
        _check(self.seasons)

    @property
    def round_the_clock(self) -> bool:
        own = all(season.same_every_day and season.workday == WHOLE_DAY for season in self.seasons)
        return own and all(hours.round_the_clock for _, hours in self.later)

    def is_open(self, instant: datetime) -> bool:
        """Raises MissingYear, as all questions here do, where the answer needs a year that is not known."""
        if self.round_the_clock:
            return True
        local = instant.astimezone(LOCAL)
        return any(opens <= local < closes for opens, closes in self._spans(local.date()))

    def next_opening(self, instant: datetime) -> datetime:
        """The instant itself while open, else the next opening."""
        if self.round_the_clock:
            return instant
        local = instant.astimezone(LOCAL)
        for opens, closes in self._from(local.date()):
            if local < closes:
                return max(opens, local)
        raise TimetableRefused("服务时间从不开门。")

    def rests_at(self, instant: datetime) -> bool:
        """Closed since it is no working day; 24:00 is of the day that it closes."""
        if self.is_open(instant):
            return False
        before = instant - datetime.resolution
        return not self.in_force(before).calendar.is_workday(last_day(instant))

    def in_force(self, instant: datetime) -> ServiceHours:
        """The hours that count at this instant."""
        begun = [hours for since, hours in self.later if since <= instant]
        return begun[-1] if begun else self

    def closing(self, day: date) -> datetime:
        """停止业务活动: when the unit closes for that day; the day's end where it does not open. Raises MissingYear."""
        return max((closes for _, closes in self._spans(day)), default=datetime.combine(day + _DAY, time(), LOCAL))

    def after_open(self, start: datetime, length: timedelta) -> datetime:
        """`length` of service time after `start`."""
        if self.round_the_clock:
            return start + length
        left, local = length, start.astimezone(LOCAL)
        for opens, closes in self._from(local.date()):
            began = max(opens, local)
            if began < closes:
                if left <= closes - began:
                    return began + left
                left -= closes - began
        raise TimetableRefused("服务时间从不开门。")

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How much of [start, end) is service time."""
        if self.round_the_clock:
            return max(end - start, timedelta())
        return sum((closes - opens for opens, closes in self.spans(start, end)), timedelta())

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The service time within [start, end), piece by piece."""
        first, last = start.astimezone(LOCAL), end.astimezone(LOCAL)
        day = first.date()
        while datetime.combine(day, time(), LOCAL) < last:  # what ends at midnight does not ask for the next day's year
            for opens, closes in self._spans(day):
                if max(opens, first) < min(closes, last):
                    yield max(opens, first), min(closes, last)
            day += _DAY

    def is_provisional(self, first: datetime, last: datetime) -> bool:
        """True where a provisional year was asked between these instants, both included."""
        return any(
            hours.calendar.is_provisional(since.astimezone(LOCAL).date(), until.astimezone(LOCAL).date())
            for since, until, hours in self._reigns(first, last)
            if not all(season.same_every_day for season in hours.seasons)
        )

    def describe(self) -> str:
        """In one Chinese phrase."""
        parts = [_described(self.seasons)]
        parts += [f"自{happened(since)}起:{_described(hours.seasons)}" for since, hours in self.later]
        return ";".join(parts)

    def _from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for _ in range(_LONGEST_REST):
            yield from self._spans(day)
            day += _DAY

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        midnight = datetime.combine(day, time(), LOCAL)
        if not self.later:
            return self._windows(day, midnight)
        return [
            (max(opens, since), min(closes, until))
            for since, until, hours in self._reigns(midnight, midnight + _DAY)
            for opens, closes in hours._windows(day, midnight)
            if opens < until and since < closes
        ]

    def _reigns(self, first: datetime, last: datetime) -> list[tuple[datetime, datetime, ServiceHours]]:
        """Which hours are in force within these instants, and from when to when."""
        bounds = [first, *(min(max(since, first), last) for since, _ in self.later), last]
        reigning = (self, *(hours for _, hours in self.later))
        found = [one for one in zip(bounds[:-1], bounds[1:], reigning, strict=True) if one[0] < one[1]]
        return found or [(first, last, self)]

    def _windows(self, day: date, midnight: datetime) -> list[tuple[datetime, datetime]]:
        season = next(season for season in self.seasons if season.holds(day))
        kind = DayKind.WORKDAY if season.same_every_day else self.calendar.kind(day)
        return [
            (midnight + timedelta(minutes=window.opens), midnight + timedelta(minutes=window.closes)) for window in season.windows(kind)
        ]


@lru_cache(maxsize=256)
def _check(seasons: tuple[Season, ...]) -> None:
    if not any(season.workday for season in seasons):
        raise TimetableRefused("服务时间从不开门:工作日须至少有一个服务时段。")
    day = date(2024, 1, 1)
    while day.year == 2024:
        holding = sum(season.holds(day) for season in seasons)
        if holding != 1:
            raise TimetableRefused(f"{day.month} 月 {day.day} 日" + ("没有服务时间。" if not holding else "有两套服务时间。"))
        day += _DAY


def _described(seasons: tuple[Season, ...]) -> str:
    if all(season.same_every_day and season.workday == WHOLE_DAY for season in seasons):
        return "全天 24 小时"
    return ";".join(_season_described(season, len(seasons) > 1) for season in seasons)


def _season_described(season: Season, several: bool) -> str:
    when = f"{season.first[0]}月{season.first[1]}日至{season.last[0]}月{season.last[1]}日" if several else ""
    named = (("工作日", season.workday), ("周六", season.saturday), ("周日", season.sunday), ("节假日", season.holiday))
    return when + ",".join(f"{name} {'、'.join(map(str, windows))}" for name, windows in named if windows)
