"""灯: what is shown of a limit while it runs, rests, or has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.hours import OFFICE_SEASON, ServiceHours
from domain.intervals import Interval
from domain.limits import HandlingType, LimitKind, Situation, limits
from domain.progress import Bound, Colour, colour, promise_is_short, warn_at
from domain.readings import Measure, Readings
from tests.domain.test_limits import DAY, HALF, OFFICE_HOURS, RECEIVED, asks, at, situation
from tests.domain.walking import BEIJING, MINUTE, Ask


def test_a_limit_that_rests_neither_warns_nor_passes() -> None:
    passed = Bound(LimitKind.HARD, RECEIVED, RECEIVED + HALF, RECEIVED + timedelta(minutes=20))
    for now in (RECEIVED + timedelta(minutes=25), RECEIVED + DAY):
        assert colour([passed], now) is not Colour.GREEN
        assert colour([replace(passed, rests=True)], now) is Colour.GREEN
    assert colour([replace(passed, rests=True, missed=True)], RECEIVED + DAY) is Colour.RED


def test_a_soft_miss_is_amber_whether_or_not_a_reason_was_given() -> None:
    """原则上 (reading 8): red is for what is hard, and for 督办."""
    soft, hard, supervision = (Bound(kind, RECEIVED, RECEIVED + HALF) for kind in (LimitKind.SOFT, LimitKind.HARD, LimitKind.SUPERVISION))
    later = RECEIVED + DAY
    assert colour([soft], later) is colour([replace(soft, missed=True)], later) is Colour.YELLOW
    assert colour([soft, hard], later) is colour([soft, supervision], later) is Colour.RED


def test_a_limit_is_red_from_the_first_only_where_the_promise_was_short() -> None:
    """A proof's own limit of twenty minutes (obligation 7.7) is no promise of which little is left."""
    for case, red in (
        (Situation(HandlingType.PROMISED, RECEIVED, None, OFFICE_HOURS, own_limit=timedelta(minutes=20)), False),
        (Situation(HandlingType.PROMISED, RECEIVED, RECEIVED + timedelta(minutes=20), OFFICE_HOURS), True),
    ):
        (hard,) = limits(case)
        short = promise_is_short(hard.obligations, hard.start, hard.due)
        assert colour([Bound(hard.kind, hard.start, hard.due, short=short)], RECEIVED) is (Colour.RED if red else Colour.GREEN)


def test_a_limit_warns_in_its_last_third_however_long_it_rested() -> None:
    case = Situation(HandlingType.IMMEDIATE, RECEIVED, None, OFFICE_HOURS)
    rested = replace(case, pauses=(Interval(RECEIVED + timedelta(minutes=5), RECEIVED + 3 * HALF),))
    for asked, due in ((case, RECEIVED + HALF), (rested, RECEIVED + 3 * HALF + timedelta(minutes=25))):
        (hard,) = limits(asked)
        assert hard.due == due
        assert warn_at(hard, Readings(), OFFICE_HOURS, asked.pauses) == due - HALF * 0.33


@pytest.mark.parametrize(
    ("arrives", "due", "warns"),
    [
        # A third of the 7.5 hours that the unit is there, not of the night: 2 h 28 min 30 s before it closes on Monday.
        ("2026-03-09 08:30", "2026-03-10 08:30", "2026-03-09 15:01:30"),
        ("2026-03-06 16:00", "2026-03-09 08:30", "2026-03-06 17:00:18"),  # an hour and a half of Friday is all there is
        ("2026-03-04 11:50", "2026-03-04 12:20", "2026-03-04 11:56:42"),  # ten minutes before the lunch break
        ("2026-03-03 09:00", "2026-03-04 09:00", "2026-03-03 15:31:30"),  # half an hour of Wednesday, two hours less 90 seconds of Tuesday
    ],
)
def test_a_warning_comes_in_service_time_with_service_time_left(arrives: str, due: str, warns: str) -> None:
    promised = HandlingType.PROMISED if at(due) - at(arrives) > HALF else HandlingType.IMMEDIATE
    limit = limits(Situation(promised, at(arrives), None, OFFICE_HOURS))[0]
    assert limit.due == at(due)
    assert warn_at(limit, Readings(), OFFICE_HOURS) == datetime.fromisoformat(f"{warns}+08:00")


def test_a_long_promise_warns_four_hours_of_service_before_its_end() -> None:
    hard = limits(Situation(HandlingType.PROMISED, at("2026-03-02 09:00"), at("2026-03-14 00:00"), OFFICE_HOURS))[-1]
    assert warn_at(hard, Readings(), OFFICE_HOURS) == at("2026-03-13 13:30")  # Friday 24:00, two days off before the 9th
    unknown = ServiceHours("默认", (OFFICE_SEASON,), Calendar("空", {}))
    assert warn_at(hard, Readings(), unknown) == at("2026-03-13 20:00")  # no calendar: by the clock


def test_a_limit_of_closed_hours_alone_warns_from_its_start() -> None:
    night = Situation(HandlingType.IMMEDIATE, at("2026-03-04 22:00"), None, OFFICE_HOURS, Readings(measure=Measure.NATURAL))
    (hard,) = limits(night)
    assert warn_at(hard, Readings(), OFFICE_HOURS) == at("2026-03-04 22:00")


@given(asks(), st.integers(0, 59))
@settings(max_examples=200)
def test_a_warning_is_never_given_while_the_unit_is_closed_or_the_clock_rests(ask: Ask, second: int) -> None:
    case = situation(replace(ask, arrives=ask.arrives + timedelta(seconds=second)))
    for limit in limits(case):
        found, pauses = warn_at(limit, case.readings, case.hours, case.pauses), case.pauses
        assert found is not None and limit.start is not None and limit.due is not None and found <= limit.due
        left = [
            found + step * MINUTE
            for step in range(int((limit.due - found) / MINUTE) + 1)
            if ask.desk.is_there((found + step * MINUTE).astimezone(BEIJING))
            and not any(rest.start <= found + step * MINUTE < rest.end for rest in pauses)
        ]
        if found > limit.start:
            assert left[0] == found and found < limit.due
        else:  # a limit without any time of service warns from the first
            assert found == min(limit.start, limit.due)
