"""周: Monday 00:00 to Monday 00:00 of Beijing time; and any other range that somebody asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from domain.calendar import LOCAL
from domain.refusal import Refusal
from reports.model import Period

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


class NoSuchPeriod(Refusal, code="period_invalid"):
    """The text names no period that could be reported; the message is Chinese."""


def week_of(instant: datetime) -> Period:
    """The week in which an instant lies."""
    day = instant.astimezone(LOCAL).date()
    return week_from(day - timedelta(days=day.weekday()))


def last_week(now: datetime) -> Period:
    """The week that is over: what Monday's report is about."""
    return week_of(now - _WEEK)


def week_from(monday: date) -> Period:
    """The week that begins on this Monday; ISO's year and number, so that a week across New Year has one name."""
    year, number, _ = monday.isocalendar()
    last = monday + 6 * _DAY
    return Period(_begin(monday), _begin(monday + _WEEK), f"{year}年第{number}周({_days(monday, last)})")


def of(start: datetime, end: datetime) -> Period:
    """The period between two instants that began as one: a week by its name, else its days."""
    first, after = (instant.astimezone(LOCAL).date() for instant in (start, end))
    return between(first, after - _DAY)


def is_week(period: Period) -> bool:
    """True from Monday to Monday."""
    return period.end - period.start == _WEEK and period.start.astimezone(LOCAL).weekday() == 0


def text(period: Period) -> str:
    """As `parse` reads it: 2026-W10, or 2026-03-02..2026-03-15."""
    first, after = (instant.astimezone(LOCAL).date() for instant in (period.start, period.end))
    if is_week(period):
        year, number, _ = first.isocalendar()
        return f"{year}-W{number:02}"
    return f"{first.isoformat()}..{(after - _DAY).isoformat()}"


def due_at(week: Period) -> datetime:
    """When the report of a week is to be made: the Monday after it, 08:00."""
    return week.end + timedelta(hours=8)


def due_weeks(now: datetime, count: int) -> list[Period]:
    """The last weeks whose report is to have been made by now, the newest first."""
    newest = week_of(now - timedelta(hours=8) - _WEEK)
    return [week_of(newest.start - number * _WEEK) for number in range(count)]


def parse(text: str) -> Period:
    """2026-W10, a day (its week), or 2026-03-02..2026-03-15 (both days included). Raises NoSuchPeriod."""
    try:
        if found := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text.strip(), re.IGNORECASE):
            return week_from(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        if ".." in text:
            first, last = (date.fromisoformat(part.strip()) for part in text.split("..", 1))
            return between(first, last)
        return week_of(_begin(date.fromisoformat(text.strip())))
    except (ValueError, OverflowError):
        raise NoSuchPeriod(f"“{text}”不是周次或日期;请写 2026-W10、2026-03-04 或 2026-03-02..2026-03-15。") from None


def between(first: date, last: date) -> Period:
    """From one day to another, both included; a week by its name. Raises NoSuchPeriod."""
    if last < first:
        raise NoSuchPeriod("结束日期早于开始日期。")
    if last - first > timedelta(days=366):
        raise NoSuchPeriod("时间范围超过一年。")
    found = Period(_begin(first), _begin(last + _DAY), _said(first, last))
    return week_from(first) if is_week(found) else found


def _said(first: date, last: date) -> str:
    """A range says of which year it is: filed for years, its paper says nothing else of it."""
    if first == last:
        return _in_year(first)
    return _days(first, last) if first.year != last.year else f"{first.year}年{_days(first, last)}"


def before(period: Period) -> Period:
    """As long a time just before."""
    first = period.start.astimezone(LOCAL).date()
    return between(first - (period.end - period.start), first - _DAY)


def weeks_until(period: Period, count: int) -> str:
    """The last so many weeks up to the one in which a period ends, with their years: 2026年第50周至2027年第4周."""
    last = (period.end - datetime.resolution).astimezone(LOCAL).date()
    years, weeks = zip(*((last - back * 7 * _DAY).isocalendar()[:2] for back in (max(count, 1) - 1, 0)), strict=True)
    return f"{years[0]}年第{weeks[0]}周至{'' if years[0] == years[1] else f'{years[1]}年'}第{weeks[1]}周"


def issue(period: Period) -> str:
    """期号: the week's own; any other range is a 专报."""
    year, number, _ = period.start.astimezone(LOCAL).isocalendar()
    if is_week(period):
        return f"〔{year}〕第{number}期"
    return f"〔{(period.end - datetime.resolution).astimezone(LOCAL).year}〕专报"


def days(period: Period) -> list[date]:
    """Its days."""
    first, last = (instant.astimezone(LOCAL).date() for instant in (period.start, period.end))
    return [first + number * _DAY for number in range((last - first).days)]


def runs(days: Sequence[date]) -> str:
    """Days in their order as people say them: 10月1日至4日、10月8日."""
    found: list[list[date]] = []
    for day in days:
        if found and day - found[-1][-1] == _DAY:
            found[-1].append(day)
        else:
            found.append([day])
    return "、".join(_run(one[0], one[-1]) for one in found)


def _run(first: date, last: date) -> str:
    """Of one month the second day goes without it."""
    begins = f"{first.month}月{first.day}日"
    if first == last:
        return begins
    return f"{begins}至{'' if first.month == last.month else f'{last.month}月'}{last.day}日"


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def _days(first: date, last: date) -> str:
    if first.year != last.year:
        return f"{_in_year(first)}至{_in_year(last)}"
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"


def _in_year(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
