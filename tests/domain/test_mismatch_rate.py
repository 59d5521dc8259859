"""不符的比率: against a slow obvious count; the issue's example; the honest, who must never be stopped."""

from __future__ import annotations

import random
import re
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mismatch_rate import LOOKED_BACK, STEPS, Compared, Step, excess, steps
from settings import Settings

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
KEY, UNIT = map(steps, (Settings.mismatches_by_key, Settings.mismatches_by_unit))


def slowly(answers: list[Compared], limits: list[Step], now: datetime) -> bool:
    """Every step by itself: write down what counts, newest first, cut it off, count."""
    recent = [answer for answer in answers if now - answer.at < LOOKED_BACK]
    counted = [
        answer
        for place, answer in enumerate(recent)
        if answer.differs or not any(before.person == answer.person and not before.differs for before in recent[:place])
    ]
    return any(sum(answer.differs for answer in counted[: step.among]) >= step.differing for step in limits)


answer = st.tuples(st.sampled_from("abcdef"), st.booleans(), st.integers(0, 5))


@given(
    st.lists(answer, max_size=40),
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 10)).map(lambda pair: Step(pair[0], pair[0] + pair[1])), min_size=1, max_size=3),
)
def test_as_the_slow_count_says(drawn: list[tuple[str, bool, int]], limits: list[Step]) -> None:
    at, answers = NOW, []
    for person, differs, hours in drawn:
        at -= timedelta(hours=9 * hours)
        answers.append(Compared(at, person, differs))
    found = excess(answers, limits, now=NOW)
    assert (found is not None) == slowly(answers, limits, NOW)
    if found is not None:
        assert found.differing == min(
            step.differing for step in limits if step.differing <= found.differing and found.differing + found.right <= step.among
        )


def asked(pattern: str, apart: timedelta = timedelta(seconds=1), limits: tuple[Step, ...] = KEY) -> int | None:
    """After how many answers the key is stopped. `x`: a mismatch; `.`: another person, right; `o`: always the same one."""
    history: list[Compared] = []
    for place, letter in enumerate(pattern):
        at = NOW + place * apart
        history.insert(0, Compared(at, "own" if letter == "o" else str(place), letter == "x"))
        if letter == "x" and excess(history, limits, now=at):
            return place + 1
    return None


def test_forty_strangers_of_whom_fourteen_differ_in_whatever_order() -> None:
    order = list("x" * 14 + "." * 26)
    chance = random.Random(1)
    for _ in range(300):
        chance.shuffle(order)
        assert asked("".join(order)) is not None
        assert asked("".join(order), limits=UNIT) is not None
    assert asked("." * 26 + "x" * 14) == 26 + 7 and asked("x" * 14 + "." * 26) == 7
    assert asked("".join(order), apart=timedelta(hours=4)) is not None  # 40 in seven days


@pytest.mark.parametrize(
    ("pattern", "after"),
    [("xx" * 8, 7), ("x.x" * 20, 10), ("xooooooooo" * 12, 61), ("." * 400 + "..x" * 14, 400 + 30), ("." * 9 + "x", None), ("x" * 6, None)],
)
def test_guessing_diluting_and_hiding_in_traffic(pattern: str, after: int | None) -> None:
    assert asked(pattern) == after


def test_what_is_a_week_old_says_nothing_any_more() -> None:
    assert asked("x" * 6) is None and asked("x" * 12, apart=timedelta(hours=28)) is None
    assert asked("x" * 12, apart=timedelta(hours=27)) == 7


@pytest.mark.parametrize("limits", [KEY, UNIT])
def test_honest_slips_stop_nobody_in_a_year(limits: tuple[Step, ...]) -> None:
    """300 verifications a day are a busy window; three in a hundred are slips."""
    chance, recent = random.Random(3), deque[Compared](maxlen=60)
    for place in range(300 * 250):
        at = NOW + timedelta(days=place / 300)
        recent.appendleft(Compared(at, str(place), chance.random() < 0.03))
        assert not (recent[0].differs and excess(recent, limits, now=at)), place


@given(st.text(alphabet="0123456789/ x", max_size=12))
def test_what_is_configured_is_read_or_refused(written: str) -> None:
    try:
        found = steps(written)
    except ValueError:
        assert not re.fullmatch(STEPS, written) or any(not 0 < int(a) <= int(b) for a, b in (part.split("/") for part in written.split()))
    else:
        assert " ".join(f"{step.differing}/{step.among}" for step in found) == " ".join(
            "/".join(str(int(number)) for number in part.split("/")) for part in written.split()
        )
