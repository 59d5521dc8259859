"""服务时间: refused where a day is left open, asked of no calendar where it does not matter, changed from an instant on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.calendar import Calendar, MissingYear, Year
from domain.explaining import explain
from domain.hours import ALWAYS, OFFICE_SEASON, Season, ServiceHours, TimetableRefused, Window
from domain.limits import HandlingType, LimitKind, Situation, limits
from tests.domain.test_limits import CALENDAR, OFFICE_HOURS, at


def test_hours_that_change_between_arrival_and_opening_count_from_their_day_on() -> None:
    """Friday evening; from Monday on the unit opens at ten."""
    short = ServiceHours("短", (Season((1, 1), (12, 31), (Window(600, 720),)),), CALENDAR)
    hours = replace(OFFICE_HOURS, later=((at("2026-03-09 00:00"), short),))
    case = Situation(HandlingType.IMMEDIATE, at("2026-03-06 18:00"), None, hours)
    (hard,) = limits(case)
    assert (hard.start, hard.due) == (at("2026-03-09 10:00"), at("2026-03-09 10:30"))
    assert "自2026年3月9日(周一)00:00起:工作日 10:00–12:00" in explain(case, hard)


def test_hours_that_change_within_a_day_end_and_begin_at_that_instant() -> None:
    late = ServiceHours("晚", (Season((1, 1), (12, 31), (Window(900, 1200),)),), CALENDAR)
    hours = replace(OFFICE_HOURS, later=((at("2026-03-04 10:00"), late),))
    assert hours.is_open(at("2026-03-04 09:59")) and not hours.is_open(at("2026-03-04 10:00"))
    assert hours.next_opening(at("2026-03-04 10:00")) == at("2026-03-04 15:00")
    assert hours.open_between(at("2026-03-04 00:00"), at("2026-03-05 00:00")) == timedelta(hours=1.5 + 5)


def test_a_unit_that_never_closes_asks_no_calendar() -> None:
    hours = ServiceHours("全天", (ALWAYS,), Calendar("空", {}))
    (hard,) = limits(Situation(HandlingType.IMMEDIATE, at("2035-01-01 03:00"), None, hours))
    assert hard.due == at("2035-01-01 03:30") and hard.kind is LimitKind.HARD


@pytest.mark.parametrize(
    "seasons",
    [
        (),
        (Season((1, 1), (6, 30), (Window(510, 720),)),),
        (Season((1, 1), (12, 31), (Window(510, 720),)), Season((6, 1), (6, 30), (Window(510, 720),))),
        (Season((1, 1), (12, 31), ()),),
    ],
)
def test_hours_that_leave_a_day_open_or_never_open_are_refused(seasons: tuple[Season, ...]) -> None:
    with pytest.raises(TimetableRefused, match="服务时间"):
        ServiceHours("错", seasons, CALENDAR)


def test_a_week_that_ends_with_the_year_does_not_ask_for_the_next_one() -> None:
    known = ServiceHours("默认", (OFFICE_SEASON,), Calendar("仅有一年", {2028: Year(2028, frozenset(), frozenset())}))
    week = list(known.spans(at("2028-12-25 00:00"), at("2029-01-01 00:00")))
    assert len(week) == 10 and week[-1] == (at("2028-12-29 13:30"), at("2028-12-29 17:30"))
    with pytest.raises(MissingYear):
        list(known.spans(at("2028-12-25 00:00"), at("2029-01-01 00:01")))
