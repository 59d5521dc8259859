from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.breaker import Breaker, BreakerState


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


CLOSED, OPEN, HALF = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ("", CLOSED),
        ("ff", CLOSED),
        ("fff", OPEN),
        ("ffsff", CLOSED),  # in a row, not in total
        ("ffsfff", OPEN),
        ("fff.", OPEN),
        ("fff..........", HALF),
        ("fff..........a", OPEN),  # the probe is out: everybody else is refused
        ("fff..........as", CLOSED),
        ("fff..........af", OPEN),
        ("fff..........asf", CLOSED),  # a success starts the count anew
        ("fff..........a..........", HALF),  # a probe that never reports does not lock the source out
    ],
)
def test_states(story: str, state: BreakerState) -> None:
    """f: a failure, s: a success, a: somebody asks, a dot: a second passes (limit 3, rest 10 s)."""
    clock = Clock()
    breaker = Breaker(3, 10, clock)
    for letter in story:
        match letter:
            case "f":
                breaker.failed()
            case "s":
                breaker.succeeded()
            case "a":
                breaker.admit()
            case ".":
                clock.now += 1
    assert breaker.state is state


@given(st.lists(st.sampled_from(["fail", "succeed", "ask", "wait"]), max_size=60), st.integers(1, 5))
def test_what_always_holds(events: list[str], limit: int) -> None:
    clock = Clock()
    breaker = Breaker(limit, 10, clock)
    in_a_row, admitted = 0, -100.0
    for event in events:
        before = breaker.state
        match event:
            case "fail":
                breaker.failed()
                in_a_row += 1
                if in_a_row >= limit:
                    assert breaker.state is OPEN
            case "succeed":
                breaker.succeeded()
                in_a_row = 0
                assert breaker.state is CLOSED
            case "ask":
                let_through = breaker.admit()
                assert let_through is (before is not OPEN)
                if before is HALF:
                    assert clock.now - admitted >= 10 and not breaker.admit()
                    admitted = clock.now
            case "wait":
                clock.now += 4
    if in_a_row < limit:
        assert breaker.state is CLOSED or in_a_row > 0
    clock.now += 10
    assert breaker.admit()  # nothing keeps a source shut for longer than a rest
