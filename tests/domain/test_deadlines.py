"""Limits against a reference that walks the minutes, and against the golden rows of the rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import (
    HandlingType,
    Limit,
    LimitKind,
    Situation,
    aware,
    limits,
    next_reminder,
    promise_end,
    supervision,
)

BEIJING = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
RECEIVED = datetime(2026, 3, 4, 9, 0, tzinfo=BEIJING)

PROMISES = {
    "no promise": None,
    "before the half hour": RECEIVED + timedelta(minutes=20),
    "at the half hour": RECEIVED + timedelta(minutes=30),
    "under a day": RECEIVED + timedelta(hours=7),
    "a day to the minute": RECEIVED + timedelta(hours=24),
    "over a day": RECEIVED + timedelta(hours=50),
    "over before it came": RECEIVED - timedelta(minutes=90),
}


def last_minute(in_time: list[bool], first: datetime) -> datetime | None:
    """The last minute of a walk at which the unit was still in time, None where it always was."""
    return None if all(in_time) else first + MINUTE * (in_time.index(False) - 1)


def walk(situation: Situation) -> dict[LimitKind, datetime]:
    """The slow reference: at each minute ask article 10 whether a proof sent now would be in time."""
    first = RECEIVED - timedelta(hours=3)
    minutes = [first + MINUTE * step for step in range(60 * 60)]
    principle, bound = [], []
    for instant in minutes:
        waited = instant - situation.received
        within_half_hour, within_a_day = waited <= timedelta(minutes=30), waited <= timedelta(days=1)
        hard = situation.promise_end is None or instant <= situation.promise_end  # 10.8: 最晚不得超出承诺时限
        if situation.handling is HandlingType.IMMEDIATE:
            hard = hard and within_half_hour  # 10.6
            soft = True
        else:
            soft = within_a_day  # 10.7, reading 19
        if situation.database_backed or situation.share_failed:
            soft = soft and within_half_hour  # 10.5 whatever the 办件类型; reading 22
        bound.append(hard)
        principle.append(soft)
    found = {LimitKind.SOFT: last_minute(principle, first), LimitKind.HARD: last_minute(bound, first)}
    if found[LimitKind.SOFT] and found[LimitKind.HARD] and found[LimitKind.SOFT] >= found[LimitKind.HARD]:
        found[LimitKind.SOFT] = None  # reading 3: the soft phase vanishes
    return {kind: due for kind, due in found.items() if due}


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("handling", HandlingType)
def test_limits_agree_with_a_walk_over_the_minutes(handling: HandlingType, promise: str) -> None:
    for backed, failed in product((False, True), repeat=2):
        case = Situation(handling, RECEIVED, PROMISES[promise], backed, failed)
        found = limits(case)
        assert {limit.kind: limit.due for limit in found} == walk(case), case
        assert len({limit.kind for limit in found}) == len(found)


_GOLDEN = [
    # 办件类型, arrives, promise, kind, due — the rows of obligations.md that hold for natural minutes
    ("immediate", "2026-03-04 09:00", None, "hard", "2026-03-04 09:30"),
    ("immediate", "2026-03-04 11:50", None, "hard", "2026-03-04 12:20"),
    ("promised", "2026-03-06 16:00", None, "soft", "2026-03-07 16:00"),
    ("promised", "2026-03-06 18:00", "2026-03-06 20:00", "hard", "2026-03-06 20:00"),
]


@pytest.mark.parametrize(("handling", "arrives", "promise", "kind", "due"), _GOLDEN)
def test_golden_minutes(handling: str, arrives: str, promise: str | None, kind: str, due: str) -> None:
    case = Situation(HandlingType(handling), at(arrives), at(promise) if promise else None)
    assert [(limit.kind.value, limit.due) for limit in limits(case)] == [(kind, at(due))]


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Situation(HandlingType.IMMEDIATE, RECEIVED, None), [("hard", ("10.6",), "")]),
        (Situation(HandlingType.IMMEDIATE, RECEIVED, RECEIVED + MINUTE), [("hard", ("10.8",), "")]),
        (Situation(HandlingType.PROMISED, RECEIVED, None), [("soft", ("10.7",), "")]),
        (
            Situation(HandlingType.PROMISED, RECEIVED, RECEIVED + timedelta(days=3)),
            [("soft", ("10.7",), ""), ("hard", ("10.8",), "")],
        ),
        (Situation(HandlingType.OTHER, RECEIVED, None), [("soft", ("reading 19",), "")]),
        (Situation(HandlingType.PROMISED, RECEIVED, None, database_backed=True), [("soft", ("10.5",), "")]),
        (
            Situation(HandlingType.PROMISED, RECEIVED, None, share_failed=True),
            [("soft", ("10.5", "reading 22"), "类推")],  # by analogy, and marked as such
        ),
        (Situation(HandlingType.PROMISED, RECEIVED, None, True, share_failed=True), [("soft", ("10.5",), "")]),
        (Situation(HandlingType.IMMEDIATE, RECEIVED, None, share_failed=True), [("hard", ("10.6",), "")]),
    ],
)
def test_each_limit_names_the_obligation_that_set_it(case: Situation, expected: list[object]) -> None:
    assert [(limit.kind.value, limit.obligations, limit.note) for limit in limits(case)] == expected


@pytest.mark.parametrize("offset", [1, -1])
def test_a_promise_in_another_zone_is_the_same_instant(offset: int) -> None:
    promise = (RECEIVED + timedelta(hours=2)).astimezone(UTC)
    other = promise.astimezone(ZoneInfo("America/New_York" if offset > 0 else "Asia/Tokyo"))
    one, two = (limits(Situation(HandlingType.PROMISED, RECEIVED, end)) for end in (promise, other))
    assert one == two


NAIVE = datetime(2026, 3, 4, 9, 0)  # noqa: DTZ001  (this is what must be refused)


@pytest.mark.parametrize(
    "call",
    [
        lambda: aware(NAIVE),
        lambda: limits(Situation(HandlingType.IMMEDIATE, NAIVE, None)),
        lambda: limits(Situation(HandlingType.PROMISED, RECEIVED, NAIVE)),
        lambda: supervision(NAIVE),
        lambda: next_reminder(NAIVE),
        lambda: promise_end(NAIVE, 3),
    ],
)
def test_a_naive_instant_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match="aware"):
        call()  # type: ignore[operator]


def test_supervision_runs_half_an_hour_from_the_missed_instant() -> None:
    assert supervision(RECEIVED) == Limit(LimitKind.SUPERVISION, RECEIVED + timedelta(minutes=30), ("10.12",))


@given(st.datetimes(timezones=st.just(UTC), max_value=datetime(9000, 1, 1)))  # noqa: DTZ001
def test_the_next_reminder_is_never_past(now: datetime) -> None:
    assert next_reminder(now) > now


def test_a_promise_in_days_is_an_instant() -> None:
    assert promise_end(RECEIVED, 5) == datetime(2026, 3, 9, 9, 0, tzinfo=BEIJING)
