"""解读: each named option has an effect, and what can have none is refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain.adjusting import report_due
from domain.calendar import Calendar
from domain.explaining import explain
from domain.hours import ALWAYS, OFFICE_SEASON, Season, ServiceHours, Window
from domain.intervals import Interval
from domain.limits import HandlingType, Situation, limits, supervision
from domain.readings import Measure, Readings, ReadingsRefused
from tests.domain.test_limits import CALENDAR, OFFICE_HOURS, at


def soft(arrives: str, unit: str = "", rests: tuple[tuple[str, str], ...] = (), **readings: Any) -> str:
    """When the 24 hours of a 承诺件 end."""
    pauses = tuple(Interval(at(began), at(ended)) for began, ended in rests)
    case = Situation(HandlingType.PROMISED, at(arrives), None, OFFICE_HOURS, Readings.of(readings), pauses=pauses, unit=unit)
    (limit,) = limits(case)
    assert limit.due is not None and explain(case, limit)
    return limit.due.strftime("%m-%d %H:%M")


FRIDAY = "2026-03-06 16:00"
#: Tuesday 09:00; three hours and a half rest, so that the 24 hours end in Wednesday's lunch break.
LUNCH = ("2026-03-03 09:00", "", (("2026-03-03 10:00", "2026-03-03 13:15"),))


def test_what_rolls_is_any_closed_door_or_that_of_a_rest_day_or_nothing() -> None:
    assert (soft(FRIDAY), soft(*LUNCH)) == ("03-09 08:30", "03-04 13:30")
    only = {"roll_rest_day_only": True}
    assert (soft(FRIDAY, **only), soft(*LUNCH, **only)) == ("03-09 08:30", "03-04 12:15")
    none = {"roll_day_limit": False}
    assert (soft(FRIDAY, **none), soft(*LUNCH, **none)) == ("03-07 16:00", "03-04 12:15")


def test_the_switch_counts_under_natural_time_too() -> None:
    assert soft(FRIDAY, measure="natural") == "03-09 08:30"
    assert soft(FRIDAY, measure="natural", roll_day_limit=False) == "03-07 16:00"  # 纯自然时间
    assert soft("2026-03-03 20:00", measure="natural") == "03-05 08:30"
    assert soft("2026-03-03 20:00", measure="natural", roll_rest_day_only=True) == "03-04 20:00"


def test_24_of_a_working_day_is_no_rest_day() -> None:
    """A unit of evenings: its 24 hours end at Friday 24:00, which is Friday's, though Saturday begins there."""
    late = Season((1, 1), (12, 31), (Window(20 * 60, 24 * 60),))
    hours = ServiceHours("晚", (late,), CALENDAR)
    case = Situation(HandlingType.PROMISED, at("2026-03-05 23:00"), None, hours, Readings(roll_rest_day_only=True))
    paused = replace(case, pauses=(Interval(at("2026-03-05 23:00"), at("2026-03-06 00:00")),))
    assert [limit.due for limit in limits(paused)] == [at("2026-03-07 00:00")]
    assert not hours.rests_at(at("2026-03-07 00:00")) and hours.rests_at(at("2026-03-07 00:01"))


def test_a_unit_that_never_closes_rolls_nothing_and_asks_no_calendar() -> None:
    hours = ServiceHours("全天", (ALWAYS,), Calendar("空", {}))
    for readings in (Readings(), Readings(roll_rest_day_only=True), Readings(measure=Measure.NATURAL)):
        case = Situation(HandlingType.PROMISED, at("2035-01-05 03:00"), None, hours, readings)
        assert [limit.due for limit in limits(case)] == [at("2035-01-06 03:00")]


def test_each_unit_goes_by_its_own_measure_and_the_version_is_the_districts() -> None:
    own = {"measure_by_unit": {"BANK": "natural", "ARCHIVE": "service_hours"}, "roll_day_limit": False}
    evening = "2026-03-03 20:00"
    assert [soft(evening, unit, **own) for unit in ("", "BANK", "ARCHIVE")] == ["03-05 08:30", "03-04 20:00", "03-09 10:00"]
    readings = Readings.of(own)
    assert readings.version != Readings(roll_day_limit=False).version
    assert Readings.of(json.loads(json.dumps(readings.as_json()))) == readings  # as it is kept with the rule version
    assert supervision(at(evening), OFFICE_HOURS, readings, "BANK").due == at("2026-03-03 20:30")
    assert supervision(at(evening), OFFICE_HOURS, readings).due == at("2026-03-04 09:00")


@pytest.mark.parametrize(("way", "said"), [("natural", "按自然时间自送达起算"), ("service_hours", "只计服务时间")])
def test_a_unit_that_goes_by_another_measure_is_told_that_it_is_its_own(way: str, said: str) -> None:
    for unit, own in (("BANK", True), ("PERMIT", False)):
        readings = Readings.of({"measure_by_unit": {"BANK": way}} if own else {"measure": way})
        case = Situation(HandlingType.IMMEDIATE, at(FRIDAY), None, OFFICE_HOURS, readings, unit=unit)
        (limit,) = limits(case)
        assert said in explain(case, limit) and ("该单位另有计时方式" in explain(case, limit)) is own


@pytest.mark.parametrize("measure", ["deemed", "service_hours"])
def test_what_rests_before_the_clock_has_started_moves_nothing(measure: str) -> None:
    friday = "2026-03-06 18:00"  # received on Monday
    plain = soft(friday, measure=measure)
    assert soft(friday, rests=(("2026-03-06 19:00", "2026-03-08 12:00"),), measure=measure) == plain
    over = Situation(
        HandlingType.IMMEDIATE,
        at(friday),
        None,
        OFFICE_HOURS,
        Readings(measure=Measure(measure)),
        pauses=(Interval(at("2026-03-06 19:00"), at("2026-03-09 10:00")),),
    )
    (hard,) = limits(over)
    assert hard.due == at("2026-03-09 10:30") and "起算以前的补正不顺延时限" in explain(over, hard)


def test_the_third_working_day_ends_at_24_or_when_the_office_closes() -> None:
    cause = date(2026, 9, 30)
    assert report_due(cause, CALENDAR) == at("2026-10-11 00:00")
    assert report_due(cause, CALENDAR, OFFICE_HOURS) == at("2026-10-10 17:30")  # a Saturday that is worked
    closed = replace(
        OFFICE_HOURS, later=((at("2026-10-10 12:00"), ServiceHours("空", (Season((1, 1), (12, 31), (Window(0, 1),)),), CALENDAR)),)
    )
    assert report_due(cause, CALENDAR, closed) == at("2026-10-10 12:00")  # it closes for good at noon
    assert ServiceHours("x", (OFFICE_SEASON,), CALENDAR).closing(date(2026, 10, 4)) == at("2026-10-05 00:00")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"roll_rest_day_only": True, "roll_day_limit": False}, "不顺延"),
        ({"roll_rest_day_only": True, "measure": "service_hours"}, "没有可顺延的"),
        ({"hand_back_supplements": True, "supplements": False}, "没有补正"),
        ({"measure_by_unit": {"BANK": "deemed"}}, "BANK"),
        ({"measure_by_unit": {"BANK": "working"}}, "BANK"),
        ({"measure_by_unit": ["BANK"]}, "JSON 对象"),
        ({"measure": "working"}, "deemed、natural、service_hours"),
        ({"roll": True}, "roll_day_limit"),
    ],
)
def test_what_could_have_no_effect_is_refused_in_words(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ReadingsRefused, match=said):
        Readings.of(values)


def test_the_default_keeps_its_version_whatever_options_there_are() -> None:
    assert Readings().version == Readings.of({}).version == "2022-06-28/2"
    assert timedelta(hours=4) == Readings().warn_at_most
