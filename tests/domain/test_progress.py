"""灯: what is shown of a limit while it runs, rests, or has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.intervals import Interval
from domain.limits import HandlingType, LimitKind, Situation, limits
from domain.progress import Bound, Colour, colour, warn_at
from domain.readings import Readings
from tests.domain.test_limits import DAY, HALF, OFFICE_HOURS, RECEIVED


def test_a_limit_that_rests_neither_warns_nor_passes() -> None:
    passed = Bound(LimitKind.HARD, RECEIVED, RECEIVED + HALF, RECEIVED + timedelta(minutes=20))
    for now in (RECEIVED + timedelta(minutes=25), RECEIVED + DAY):
        assert colour([passed], now) is not Colour.GREEN
        assert colour([replace(passed, rests=True)], now) is Colour.GREEN
    assert colour([replace(passed, rests=True, missed=True)], RECEIVED + DAY) is Colour.RED


def test_a_limit_warns_in_its_last_third_however_long_it_rested() -> None:
    case = Situation(HandlingType.IMMEDIATE, RECEIVED, None, OFFICE_HOURS)
    rested = replace(case, pauses=(Interval(RECEIVED + timedelta(minutes=5), RECEIVED + 3 * HALF),))
    for situation, due in ((case, RECEIVED + HALF), (rested, RECEIVED + 3 * HALF + timedelta(minutes=25))):
        (hard,) = limits(situation)
        assert hard.due == due and warn_at(hard, Readings()) == due - HALF * 0.33
