"""Who waits does not take the processors from whom he waits for."""

from __future__ import annotations

import time

from tests.patience import patiently


def test_a_look_that_takes_long_is_taken_less_often() -> None:
    looks, began = 0, time.monotonic()
    for _ in patiently(60, "a second is over"):
        if time.monotonic() - began > 1:
            break
        looks += 1
        time.sleep(0.1)
    assert 1 <= looks <= 3
