"""Limits against a walk over the minutes, against the published tables, and their laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Calendar, MissingYear, Year
from domain.explaining import explain, named
from domain.hours import OFFICE_SEASON, Season, ServiceHours, Window
from domain.intervals import Interval
from domain.limits import (
    HandlingType,
    LimitKind,
    Situation,
    aware,
    limits,
    next_opening_reminder,
    promise_end,
    promise_is_provisional,
    return_limit,
    supervision,
)
from domain.readings import Measure, Readings
from runtime.commands.work_calendar import of_library
from tests.domain.walking import BEIJING, MINUTE, Ask, Desk, due

HALF, DAY = timedelta(minutes=30), timedelta(hours=24)
OFFICE = ((510, 720), (810, 1050))  # 08:30–12:00, 13:30–17:30
OFF_2026 = frozenset(date(2026, 3, day) for day in (10, 11, 12))  # three days off in the middle of a week
ON_2026 = frozenset({date(2026, 3, 14)})  # and a Saturday that is worked for them


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


def hours_of(desk: Desk) -> ServiceHours:
    def windows(spans: tuple[tuple[int, int], ...]) -> tuple[Window, ...]:
        return tuple(Window(opens, closes) for opens, closes in spans)

    calendar = Calendar("test", {2026: Year(2026, desk.off, desk.on)})
    seasons: tuple[Season, ...] = (Season((1, 1), (12, 31), windows(desk.workday), windows(desk.saturday)),)
    if desk.season is not None:  # the rest of the year wraps New Year
        first, last, spans = desk.season
        before, after = first - timedelta(days=1), last + timedelta(days=1)
        seasons = (
            Season((first.month, first.day), (last.month, last.day), windows(spans), windows(desk.saturday)),
            Season((after.month, after.day), (before.month, before.day), windows(desk.workday), windows(desk.saturday)),
        )
    later = ((desk.then[0], hours_of(desk.then[1])),) if desk.then else ()
    return ServiceHours("test", seasons, calendar, later)


def situation(ask: Ask) -> Situation:
    readings = Readings(
        measure=Measure(ask.measure),
        roll_day_limit=ask.rolls != "no",
        roll_rest_day_only=ask.rolls == "rest_day" and ask.measure != "service_hours",
    )
    return Situation(
        HandlingType(ask.kind),
        ask.arrives,
        ask.promise,
        hours_of(ask.desk),
        readings,
        database_backed=ask.database,
        share_failed=ask.share_failed,
        own_limit=timedelta(minutes=ask.own) if ask.own else None,
        pauses=tuple(Interval(*pause) for pause in ask.pauses),
    )


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    def spans() -> tuple[tuple[int, int], ...]:
        marks = sorted(draw(st.sets(st.integers(7, 20), min_size=2, max_size=4).map(lambda found: list(found)[: len(found) // 2 * 2])))
        return tuple((first * 60 + 30, last * 60) for first, last in zip(marks[::2], marks[1::2], strict=True))

    def workday() -> tuple[tuple[int, int], ...]:
        return draw(st.sampled_from([OFFICE, ((0, 1440),), ((540, 1020),)])) if draw(st.booleans()) else spans()

    def desk() -> Desk:
        season = None
        if draw(st.booleans()):
            first = draw(st.integers(2, 20))
            season = (date(2026, 3, first), date(2026, 3, first + draw(st.integers(0, 9))), workday())
        return Desk(workday(), draw(st.sampled_from([(), ((540, 690),)])), off=OFF_2026, on=ON_2026, season=season)

    changes = at("2026-03-01 00:00") + draw(st.integers(0, 20 * 24 * 60)) * MINUTE
    return replace(desk(), then=(changes, desk())) if draw(st.booleans()) else desk()


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    desk = draw(desks())
    arrives = at("2026-03-02 00:00") + draw(st.integers(0, 16 * 24 * 60)) * MINUTE
    promise = draw(st.one_of(st.none(), st.integers(1, 6 * 24 * 60).map(lambda after: arrives + after * MINUTE)))
    ask = Ask(
        draw(st.sampled_from(["immediate", "promised", "other"])),
        arrives,
        promise,
        draw(st.booleans()),
        draw(st.booleans()),
        (),
        desk,
        draw(st.one_of(st.none(), st.integers(1, 40 * 60))),
        draw(st.sampled_from(["deemed", "deemed", "natural", "service_hours"])),
        draw(st.sampled_from(["closed", "rest_day", "no"])),
    )
    pauses, begins = [], arrives if draw(st.booleans()) else desk.next_there(arrives)
    for _ in range(draw(st.integers(0, 5))):  # each begins while the half hour still runs
        begins += draw(st.integers(0, 13)) * MINUTE
        ends = begins + draw(st.one_of(st.integers(1, 300), st.integers(1, 3 * 24 * 60))) * MINUTE
        pauses.append((begins, ends))
        begins = ends + MINUTE
    return replace(ask, pauses=tuple(pauses))


@st.composite
def rolling(draw: st.DrawFn) -> Ask:
    """Its 24 hours end before days off; the pauses lie on the way to the opening, close to each other."""
    arrives = at(draw(st.sampled_from(["2026-03-06 07:00", "2026-03-09 07:00"]))) + draw(st.integers(0, 11 * 60)) * MINUTE
    desk = draw(st.one_of(desks(), st.just(Desk(OFFICE, off=OFF_2026, on=ON_2026))))
    pauses, begins = [], desk.next_there(arrives) + draw(st.integers(20, 60)) * 60 * MINUTE
    for _ in range(draw(st.integers(1, 5))):
        ends = begins + draw(st.one_of(st.integers(1, 300), st.integers(1, 2 * 24 * 60))) * MINUTE
        pauses.append((begins, ends))
        begins = ends + draw(st.integers(1, 12 * 60)) * MINUTE
    measure, rolls = draw(st.sampled_from(["deemed", "natural"])), draw(st.sampled_from(["closed", "rest_day"]))
    return Ask("promised", arrives, None, False, False, tuple(pauses), desk, None, measure, rolls)


@given(st.one_of(asks(), rolling()))
@settings(max_examples=800)
def test_limits_agree_with_a_walk_over_the_minutes(ask: Ask) -> None:
    """Obligations 10.5, 10.6, 10.7, 10.8."""
    found = limits(situation(ask))
    assert {limit.kind.value: limit.due for limit in found} == due(ask)
    assert len({limit.kind for limit in found}) == len(found)


@given(st.one_of(asks(), rolling()))
@settings(max_examples=800)
def test_no_limit_lies_inside_a_pause(ask: Ask) -> None:
    for limit in limits(situation(ask)):
        if limit.length is not None:
            assert limit.due is not None and not any(began < limit.due < ended for began, ended in ask.pauses)


@given(asks())
@settings(max_examples=200)
def test_no_rolled_instant_lies_outside_service_hours(ask: Ask) -> None:
    for limit in limits(situation(ask)):
        if limit.due != limit.target:
            assert limit.due is not None and ask.desk.is_there(limit.due.astimezone(BEIJING))


@given(asks(), st.integers(0, 29 * 60), st.integers(1, 100_000))
@settings(max_examples=200)
def test_a_pause_moves_running_targets_by_its_length_to_the_second_and_never_the_promise(ask: Ask, after: int, seconds: int) -> None:
    plain = situation(replace(ask, pauses=(), own=None, measure="deemed"))
    begins = plain.hours.next_opening(plain.received) + timedelta(seconds=after)
    pause = Interval(begins, begins + timedelta(seconds=seconds))
    for handling in HandlingType:  # one limit at a time: together another one may bind
        for promise in (None, ask.promise):
            before = limits(replace(plain, handling=handling, promise_end=promise, database_backed=False, share_failed=False))
            now = limits(replace(plain, handling=handling, promise_end=promise, database_backed=False, share_failed=False, pauses=(pause,)))
            was, then = ({limit.kind: limit for limit in found if limit.length} for found in (before, now))
            for kind in was.keys() & then.keys():
                first, second = was[kind].target, then[kind].target
                assert first is not None and second is not None and second - first == pause.length
            fixed = [limit.due for limit in (*before, *now) if limit.length is None]
            assert set(fixed) <= {promise}


_LIBRARY = {year: Year(year, *map(frozenset, of_library(year))) for year in range(2022, 2027)}
CALENDAR = Calendar("库", _LIBRARY)
OFFICE_HOURS = ServiceHours("默认", (OFFICE_SEASON,), CALENDAR)

_GOLDEN = [  # docs/rules/obligations.md, golden minute vectors
    ("immediate", "2026-03-04 09:00", None, {"hard": "2026-03-04 09:30"}),
    ("immediate", "2026-03-04 11:50", None, {"hard": "2026-03-04 12:20"}),
    ("immediate", "2026-03-04 12:10", None, {"hard": "2026-03-04 14:00"}),
    ("immediate", "2026-03-06 18:00", None, {"hard": "2026-03-09 09:00"}),
    ("promised", "2026-03-06 16:00", None, {"soft": "2026-03-09 08:30"}),
    ("promised", "2026-03-06 18:00", "2026-03-06 20:00", {"hard": "2026-03-06 20:00"}),
]


@pytest.mark.parametrize(("handling", "arrives", "promise", "wanted"), _GOLDEN)
def test_golden_minutes(handling: str, arrives: str, promise: str | None, wanted: dict[str, str]) -> None:
    """Obligations 10.6, 10.7, 10.8."""
    case = Situation(HandlingType(handling), at(arrives), at(promise) if promise else None, OFFICE_HOURS)
    assert {limit.kind.value: limit.due for limit in limits(case)} == {kind: at(text) for kind, text in wanted.items()}


@pytest.mark.parametrize(
    ("missed", "starts", "ends"),
    [
        ("2026-03-04 12:20", "2026-03-04 13:30", "2026-03-04 14:00"),
        ("2026-03-06 20:00", "2026-03-09 08:30", "2026-03-09 09:00"),
        ("2026-03-04 09:30", "2026-03-04 09:30", "2026-03-04 10:00"),
    ],
)
def test_golden_supervision(missed: str, starts: str, ends: str) -> None:
    """Obligation 10.12."""
    found = supervision(at(missed), OFFICE_HOURS, Readings())
    assert (found.start, found.due, found.obligations) == (at(starts), at(ends), ("10.12",))


@pytest.mark.parametrize(
    ("start", "due_day"),
    [  # docs/rules/obligations.md, golden working-day vectors
        ("2022-06-28", "2022-07-01"),
        ("2022-06-30", "2022-07-05"),
        ("2022-09-30", "2022-10-10"),
        ("2024-02-09", "2024-02-20"),
        ("2025-01-27", "2025-02-07"),
        ("2025-09-30", "2025-10-11"),
        ("2026-02-13", "2026-02-25"),
        ("2026-09-30", "2026-10-10"),
    ],
)
def test_golden_working_days(start: str, due_day: str) -> None:
    """Obligation 5.5."""
    assert CALENDAR.add_workdays(date.fromisoformat(start), 3) == date.fromisoformat(due_day)
    midnight = datetime.combine(date.fromisoformat(due_day) + timedelta(days=1), datetime.min.time(), BEIJING)
    assert promise_end(at(f"{start} 10:00"), 3, CALENDAR) == midnight


def test_a_missing_year_is_named_and_never_guessed() -> None:
    with pytest.raises(MissingYear, match="2027") as missing:
        CALENDAR.add_workdays(date(2026, 12, 29), 3)
    assert missing.value.year == 2027
    case = Situation(HandlingType.PROMISED, at("2026-12-31 16:00"), None, OFFICE_HOURS)
    (soft,) = limits(case)
    assert (soft.due, soft.missing_year) == (None, 2027) and "未定" in explain(case, soft)


def test_a_provisional_year_is_marked_wherever_it_was_used() -> None:
    known = Calendar("暂定", {**_LIBRARY, 2027: Year(2027, frozenset({date(2027, 1, 1)}), frozenset(), provisional=True)})
    case = Situation(HandlingType.PROMISED, at("2026-12-31 16:00"), None, ServiceHours("x", (OFFICE_SEASON,), known))
    (soft,) = limits(case)
    assert soft.provisional and soft.due == at("2027-01-04 08:30") and "暂定" in explain(case, soft)


def test_a_promise_counted_in_a_provisional_year_is_marked_too() -> None:
    known = Calendar("暂定", {**_LIBRARY, 2027: Year(2027, frozenset({date(2027, 1, 1)}), frozenset(), provisional=True)})
    accepted = at("2026-12-28 09:00")
    for days, marked in ((3, False), (8, True)):  # 24:00 of 31 December is an instant of 2027, and not a day of it
        end = promise_end(accepted, days, known)
        found = promise_is_provisional(accepted, end, known)
        case = Situation(HandlingType.PROMISED, accepted, end, OFFICE_HOURS, promise_derived=True, promise_provisional=found)
        hard = limits(case)[-1]
        assert (hard.due, hard.provisional) == (end, marked) and ("暂定" in explain(case, hard)) is marked


def test_nothing_runs_before_the_regulation_was_in_force() -> None:
    """Obligation 20.1."""
    assert limits(Situation(HandlingType.IMMEDIATE, at("2022-06-27 10:00"), None, OFFICE_HOURS)) == ()
    assert limits(Situation(HandlingType.IMMEDIATE, at("2022-06-28 10:00"), None, OFFICE_HOURS)) != ()


RECEIVED = at("2026-03-04 09:00")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, [("soft", ("10.7",), "")]),
        ({"handling": HandlingType.IMMEDIATE}, [("hard", ("10.6",), "")]),
        ({"handling": HandlingType.IMMEDIATE, "promise_end": RECEIVED + MINUTE}, [("hard", ("10.8",), "")]),
        ({"promise_end": RECEIVED + 3 * DAY}, [("soft", ("10.7",), ""), ("hard", ("10.8",), "")]),
        ({"promise_end": RECEIVED + HALF}, [("hard", ("10.8",), "承诺短于24小时")]),
        ({"handling": HandlingType.OTHER}, [("soft", ("10.7",), "比照承诺件")]),
        ({"database_backed": True}, [("soft", ("10.5",), "")]),
        ({"share_failed": True}, [("soft", ("10.5",), "类推")]),  # by analogy, and marked as such (reading 22)
        ({"share_failed": True, "readings": Readings(analogy_after_failed_share=False)}, [("soft", ("10.7",), "")]),
        ({"handling": HandlingType.IMMEDIATE, "share_failed": True}, [("hard", ("10.6",), "")]),
        # 规定时限 is no 原则上: the 24 hours vanish behind a shorter one, and stand before a longer one.
        ({"own_limit": timedelta(hours=2)}, [("hard", ("7.7",), "")]),
        ({"own_limit": timedelta(hours=60)}, [("soft", ("10.7",), ""), ("hard", ("7.7",), "")]),
        ({"own_limit": timedelta(hours=60), "promise_end": RECEIVED + DAY * 2}, [("soft", ("10.7",), ""), ("hard", ("10.8",), "")]),
        ({"handling": HandlingType.IMMEDIATE, "own_limit": timedelta(hours=2)}, [("hard", ("10.6",), "")]),
        ({"promise_end": RECEIVED + 3 * DAY, "promise_derived": True}, [("soft", ("10.7",), ""), ("hard", ("10.8",), "推算")]),
    ],
)
def test_each_limit_names_the_obligation_that_set_it(case: dict[str, object], expected: list[object]) -> None:
    """Obligations 7.7, 10.5, 10.6, 10.7, 10.8."""
    values = {"handling": HandlingType.PROMISED, "received": RECEIVED, "promise_end": None, "hours": OFFICE_HOURS}
    found = Situation(**(values | case))  # type: ignore[arg-type]
    assert [(limit.kind.value, limit.obligations, limit.note) for limit in limits(found)] == expected


@pytest.mark.parametrize(
    ("measure", "arrives", "ends"),
    [
        (Measure.DEEMED, "2026-03-04 11:50", "2026-03-04 12:20"),
        (Measure.NATURAL, "2026-03-04 12:10", "2026-03-04 12:40"),
        (Measure.SERVICE_HOURS, "2026-03-04 11:50", "2026-03-04 13:50"),
        (Measure.SERVICE_HOURS, "2026-03-06 17:20", "2026-03-09 08:50"),
    ],
)
def test_the_other_readings_of_a_minute(measure: Measure, arrives: str, ends: str) -> None:
    case = Situation(HandlingType.IMMEDIATE, at(arrives), None, OFFICE_HOURS, Readings(measure=measure))
    assert [limit.due for limit in limits(case)] == [at(ends)]


@pytest.mark.parametrize(
    ("arrives", "promise", "pauses", "note"),
    [
        ("2026-03-04 09:00", "2026-03-05 08:59", (), "承诺短于24小时"),
        ("2026-03-06 16:00", "2026-03-08 16:00", (), ""),  # the soft instant rolled past it
        ("2026-03-04 09:00", "2026-03-05 10:00", (("2026-03-04 09:10", "2026-03-04 12:10"),), ""),  # or was paused
    ],
)
def test_a_promise_is_called_short_only_where_it_was_short_from_the_first(
    arrives: str, promise: str, pauses: tuple[tuple[str, str], ...], note: str
) -> None:
    rests = tuple(Interval(at(began), at(ended)) for began, ended in pauses)
    case = Situation(HandlingType.PROMISED, at(arrives), at(promise), OFFICE_HOURS, pauses=rests)
    (hard,) = limits(case)
    assert (hard.kind, hard.due, hard.note, 3 in hard.readings) == (LimitKind.HARD, at(promise), note, True)
    assert ("承诺短于24小时" in explain(case, hard)) is bool(note)


def test_a_pause_between_the_24_hours_and_the_opening_moves_what_was_left() -> None:
    """The 24 hours end on Saturday, the limit is Monday 08:30: asked on Sunday, supplied a day later, it is Tuesday."""
    pause = Interval(at("2026-03-08 10:00"), at("2026-03-09 10:00"))
    case = Situation(HandlingType.PROMISED, at("2026-03-06 16:00"), None, OFFICE_HOURS, pauses=(pause,))
    assert [limit.due for limit in limits(case)] == [at("2026-03-10 08:30")]


@pytest.mark.parametrize(
    ("arrives", "pauses", "ends"),
    [  # each begins after the 24 hours have ended on a rest day, the second before the first has moved the limit's day
        ("2026-03-06 08:30", (("03-08 13:30", "03-08 13:46"), ("03-08 19:30", "03-10 17:30")), "2026-03-11 08:30"),
        ("2026-02-05 18:25", (("02-08 12:12", "02-09 13:36"), ("02-09 16:01", "02-09 16:44")), "2026-02-10 10:37"),
        # In two pieces as in one: 08:30 and 4 hours 46 minutes end in the lunch break.
        ("2026-03-06 08:30", (("03-07 10:00", "03-07 13:46"), ("03-08 20:00", "03-08 21:00")), "2026-03-09 13:30"),
        ("2026-03-06 08:30", (("03-07 10:00", "03-07 14:46"),), "2026-03-09 13:30"),
    ],
)
def test_every_pause_on_the_way_to_the_opening_moves_the_limit(arrives: str, pauses: tuple[tuple[str, str], ...], ends: str) -> None:
    rests = tuple(Interval(at(f"2026-{began}"), at(f"2026-{ended}")) for began, ended in pauses)
    case = Situation(HandlingType.PROMISED, at(arrives), None, OFFICE_HOURS, pauses=rests)
    (soft,) = limits(case)
    assert soft.due == at(ends)
    assert "顺延至下一次开门2026年3月9日(周一)08:30" in explain(case, soft) or "2月9日" in explain(case, soft)


def test_what_rests_after_a_limit_has_ended_does_not_move_it() -> None:
    later = Interval(at("2026-03-04 10:00"), at("2026-03-04 11:00"))
    for measure in Measure:
        case = Situation(HandlingType.IMMEDIATE, RECEIVED, None, OFFICE_HOURS, Readings(measure=measure), pauses=(later,))
        assert [limit.due for limit in limits(case)] == [at("2026-03-04 09:30")]


def test_the_comparison_in_service_time_leaves_a_pause_over_night_out() -> None:
    """17:10 to 17:20 ran, 20 minutes are left when it is supplied at nine, whatever was closed meanwhile."""
    pause = Interval(at("2026-03-04 17:20"), at("2026-03-05 09:00"))
    case = Situation(HandlingType.IMMEDIATE, at("2026-03-04 17:10"), None, OFFICE_HOURS, pauses=(pause,))
    (hard,) = limits(case)
    assert hard.due == at("2026-03-05 09:20") and "只计服务时间" not in explain(case, hard)  # it is the same instant
    early = replace(case, received=at("2026-03-04 11:50"), pauses=(Interval(at("2026-03-04 11:55"), at("2026-03-04 12:30")),))
    assert "只计服务时间为2026年3月4日(周三)13:55" in explain(early, limits(early)[0])


def test_a_return_has_its_own_half_hour_from_the_same_start() -> None:
    """Obligation 10.10."""
    case = Situation(HandlingType.PROMISED, at("2026-03-06 18:00"), None, OFFICE_HOURS)
    limit = return_limit(case)
    assert limit is not None and limit.due == at("2026-03-09 09:00")
    said = explain(case, limit)
    assert "义务 10.10" in said and "退回时限为2026年3月9日(周一)09:00" in said and "原则上" not in said
    assert return_limit(replace(case, received=at("2022-06-27 10:00"))) is None


def test_a_proofs_own_limit_is_never_called_soft() -> None:
    """Obligation 7.7."""
    case = Situation(HandlingType.PROMISED, RECEIVED, None, OFFICE_HOURS, own_limit=timedelta(hours=2))
    (hard,) = limits(case)
    said = explain(case, hard)
    assert "依第七条" in said and "规定时限为2026年3月4日(周三)11:00" in said and "原则上" not in said


def test_a_promise_of_which_little_is_left_says_so() -> None:
    for minutes, said in ((29, True), (30, False)):
        case = Situation(HandlingType.PROMISED, RECEIVED, RECEIVED + minutes * MINUTE, OFFICE_HOURS)
        (hard,) = limits(case)
        assert ("承诺时限所剩不足半小时" in explain(case, hard)) is said


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_an_instant_in_another_zone_is_the_same_instant(zone: str) -> None:
    case = Situation(HandlingType.PROMISED, at("2026-03-06 16:00"), at("2026-03-20 20:00"), OFFICE_HOURS)
    other = replace(case, received=case.received.astimezone(ZoneInfo(zone)), promise_end=at("2026-03-20 20:00").astimezone(ZoneInfo(zone)))
    assert [limit.due for limit in limits(case)] == [limit.due for limit in limits(other)]


NAIVE = datetime(2026, 3, 4, 9, 0)  # noqa: DTZ001  (this is what must be refused)


@pytest.mark.parametrize(
    "call",
    [
        lambda: aware(NAIVE),
        lambda: limits(Situation(HandlingType.IMMEDIATE, NAIVE, None, OFFICE_HOURS)),
        lambda: limits(Situation(HandlingType.PROMISED, RECEIVED, NAIVE, OFFICE_HOURS)),
        lambda: supervision(NAIVE, OFFICE_HOURS, Readings()),
        lambda: next_opening_reminder(NAIVE, OFFICE_HOURS),
        lambda: promise_end(NAIVE, 3, CALENDAR),
    ],
)
def test_a_naive_instant_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match="aware"):
        call()  # type: ignore[operator]


@given(st.datetimes(min_value=datetime(2022, 7, 1), max_value=datetime(2026, 12, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_next_reminder_is_never_past_and_falls_into_service_hours(now: datetime) -> None:
    found = next_opening_reminder(now, OFFICE_HOURS)
    assert found >= now + DAY and OFFICE_HOURS.is_open(found)


def test_the_explanation_names_article_start_roll_and_version() -> None:
    case = Situation(HandlingType.PROMISED, at("2026-03-06 18:00"), None, OFFICE_HOURS)
    (soft,) = limits(case)
    text = explain(case, soft)
    for part in ("义务 10.7", "解读 1", "2026年3月9日(周一)08:30收到", "2026年3月10日(周二)08:30", case.readings.version):
        assert part in text
    rolled = Situation(HandlingType.PROMISED, at("2026-03-06 16:00"), None, OFFICE_HOURS)
    assert "解读 2" in explain(rolled, limits(rolled)[0])


def test_a_proofs_own_limit_is_called_by_its_name_and_never_one_in_principle() -> None:
    """Obligation 7.7: whatever kind an older rule made of it."""
    assert {named(kind, ["7.7"]) for kind in (LimitKind.SOFT, LimitKind.HARD)} == {"规定时限"}
    assert [named(LimitKind.HARD, ["10.8"]), named(LimitKind.SOFT, ["10.7"])] == ["最迟时限", "原则上的时限"]
    case = Situation(HandlingType.PROMISED, RECEIVED, None, OFFICE_HOURS, own_limit=timedelta(hours=2))
    (limit,) = limits(case)
    said = explain(case, limit)
    assert limit.kind is LimitKind.HARD and "因此规定时限为" in said and "依第七条" in said and "原则上" not in said
