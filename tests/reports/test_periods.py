"""周: Monday to Monday of Beijing time, named by ISO; a report is due on the Monday after it at eight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from reports import periods
from reports.periods import NoSuchPeriod


@pytest.mark.parametrize(
    ("text", "first", "days", "again"),
    [
        ("2026-W10", date(2026, 3, 2), 7, "2026-W10"),
        ("2026w9", date(2026, 2, 23), 7, "2026-W09"),
        ("2026-03-04", date(2026, 3, 2), 7, "2026-W10"),
        ("2027-01-02", date(2026, 12, 28), 7, "2026-W53"),
        ("2026-03-02..2026-03-08", date(2026, 3, 2), 7, "2026-W10"),
        ("2026-03-02..2026-03-15", date(2026, 3, 2), 14, "2026-03-02..2026-03-15"),
        ("2026-03-04..2026-03-04", date(2026, 3, 4), 1, "2026-03-04..2026-03-04"),
    ],
)
def test_a_period_is_read_named_and_read_again(text: str, first: date, days: int, again: str) -> None:
    found = periods.parse(text)
    assert found.start == datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=8)
    assert found.end - found.start == timedelta(days=days)
    assert periods.text(found) == again and periods.parse(again) == found == periods.of(found.start, found.end)


@pytest.mark.parametrize(
    "text", ["", "2026-W54", "2025-W53", "2026-02-30", "2026-03-09..2026-03-02", "2024-01-01..2026-01-01", "上周", "9999-W52"]
)
def test_what_is_no_period_says_what_to_write(text: str) -> None:
    with pytest.raises(NoSuchPeriod) as refused:
        periods.parse(text)
    assert "。" in str(refused.value)


def test_a_week_is_due_on_its_monday_at_eight() -> None:
    monday = datetime(2026, 3, 9, 0, 0, tzinfo=UTC)  # 08:00 in Beijing
    names = [periods.text(week) for week in periods.due_weeks(monday, 4)]
    assert names == ["2026-W10", "2026-W09", "2026-W08", "2026-W07"]
    assert periods.text(periods.due_weeks(monday - timedelta(seconds=1), 1)[0]) == "2026-W09"
    assert periods.due_at(periods.parse("2026-W10")) == monday


@pytest.mark.parametrize(
    ("first", "last", "label", "issue"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "2026年1月1日至12月31日", "〔2026〕专报"),
        (date(2026, 7, 1), date(2026, 9, 30), "2026年7月1日至9月30日", "〔2026〕专报"),
        (date(2026, 12, 30), date(2027, 1, 6), "2026年12月30日至2027年1月6日", "〔2027〕专报"),
        (date(2026, 3, 4), date(2026, 3, 4), "2026年3月4日", "〔2026〕专报"),
        (date(2026, 12, 28), date(2027, 1, 3), "2026年第53周(2026年12月28日至2027年1月3日)", "〔2026〕第53期"),
    ],
)
def test_a_range_is_of_the_year_of_its_last_day_and_says_so(first: date, last: date, label: str, issue: str) -> None:
    period = periods.between(first, last)
    assert (period.label, periods.issue(period)) == (label, issue)
