"""灯: what is shown of a limit while it runs, rests, or has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.limits import LimitKind
from domain.progress import Bound, Colour, colour
from domain.readings import Readings
from tests.domain.test_limits import DAY, HALF, RECEIVED


def test_a_limit_that_rests_neither_warns_nor_passes() -> None:
    passed = Bound(LimitKind.HARD, RECEIVED, RECEIVED + HALF)
    for now in (RECEIVED + timedelta(minutes=25), RECEIVED + DAY):
        assert colour([passed], now, Readings()) is not Colour.GREEN
        assert colour([replace(passed, rests=True)], now, Readings()) is Colour.GREEN
    assert colour([replace(passed, rests=True, missed=True)], RECEIVED + DAY, Readings()) is Colour.RED
