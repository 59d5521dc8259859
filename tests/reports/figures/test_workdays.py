"""工作日 by a second way: the package that knows the State Council's notices; and what page one says of a week with days off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import pytest

from reports import periods
from reports.blocks import Paragraph
from reports.decisions import Workdays
from reports.document import document
from reports.model import Report, from_json
from tests.reports.figures.asking import report
from tests.reports.samples import REPORT

DAY = timedelta(days=1)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("monday", [date(2026, 2, 9), date(2026, 2, 16), date(2026, 3, 2), date(2026, 9, 28), date(2026, 10, 5)])
def test_workdays_are_those_of_the_notices_in_the_week_and_in_the_one_before(monday: date) -> None:
    def worked(first: date) -> list[date]:
        return [day for day in (first + number * DAY for number in range(7)) if chinese_calendar.is_workday(day)]

    found = report(periods.week_from(monday)).workdays
    assert found is not None and (found.count, found.before) == (len(worked(monday)), len(worked(monday - 7 * DAY)))
    assert list(found.worked) == [day for day in worked(monday) if day.weekday() > 4]
    weekdays = {monday + number * DAY for number in range(5)}
    assert {day for day in found.off if day in weekdays} == weekdays - set(worked(monday))


@pytest.mark.usefixtures("ledger")
def test_the_weekend_that_a_holiday_runs_into_is_off_too_and_a_year_without_calendar_has_no_workdays() -> None:
    national = report(periods.week_from(date(2026, 9, 28))).workdays
    assert national is not None and [day.day for day in national.off] == [1, 2, 3, 4]
    assert report(periods.week_from(date(2026, 3, 2))).workdays == Workdays(5, 5, (), ())  # 2月28日 for 2月23日
    assert report(periods.week_from(date(2031, 3, 3))).workdays is None


def said(found: Report) -> str:
    blocks = document(found).sections[0].blocks
    return "".join(one.text for one in blocks if isinstance(one, Paragraph) and not one.small)


def test_a_week_with_days_off_says_so_before_its_numbers() -> None:
    october = replace(REPORT, period=periods.week_from(date(2026, 9, 28)))
    days = tuple(date(2026, 10, day) for day in (1, 2, 3, 4))
    assert said(replace(october, workdays=Workdays(3, 5, days, ()))).startswith("本周10月1日至4日放假,工作日 3 天,上周 5 天。本周收到")
    worked = Workdays(3, 3, tuple(date(2026, 10, day) for day in (5, 6, 7)), (date(2026, 10, 10),))
    assert "本周10月5日至7日放假、10月10日调休上班,工作日 3 天,上周 3 天。" in said(replace(october, workdays=worked))
    assert "本周工作日 5 天,上周 3 天。" in said(replace(october, workdays=Workdays(5, 3, (), ()))), "the week after one"
    assert "4月30日至5月2日放假,工作日 3 天。" in said(
        replace(october, workdays=Workdays(3, None, (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 2)), ()))
    )


def test_an_ordinary_week_and_what_was_issued_before_say_nothing_of_it() -> None:
    assert "工作日" not in said(replace(REPORT, workdays=Workdays(5, 5, (), ()))) + said(REPORT)
    year = replace(
        REPORT, period=periods.between(date(2026, 1, 1), date(2026, 12, 31)), workdays=Workdays(248, 248, (date(2026, 1, 1),), ())
    )
    assert "放假" not in said(year)
    assert from_json(REPORT.as_json()).workdays is None
