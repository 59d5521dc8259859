"""核验时限 (article 10): when a request must be answered. Pure: all instants aware, rules take `now`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calendar import LOCAL, Calendar, MissingYear
from domain.hours import ServiceHours
from domain.intervals import Interval, overlap, total
from domain.readings import Measure, Readings

IN_FORCE = datetime(2022, 6, 28, tzinfo=LOCAL)  #: obligation 20.1: earlier requests run under no clock
HALF_HOUR = timedelta(minutes=30)
ONE_DAY = timedelta(hours=24)
#: The mark of a limit that was 未定 until its year was entered.
COMPUTED_LATER = "日历录入后补算"
_NEVER = datetime.max.replace(tzinfo=LOCAL)


class HandlingType(StrEnum):
    """办件类型."""

    IMMEDIATE = "immediate"  #: 即办件
    PROMISED = "promised"  #: 承诺件
    OTHER = "other"  #: 上报件, 其他 (reading 19)

    @property
    def label(self) -> str:
        return {"immediate": "即办件", "promised": "承诺件", "other": "其他"}[self.value]


class LimitKind(StrEnum):
    """Which promise an instant belongs to."""

    SOFT = "soft"  #: 原则上
    HARD = "hard"
    SUPERVISION = "supervision"  #: 督办 (obligation 10.12)
    CHOICE = "choice"  #: somebody's thinking time: a pick among several licences, a commitment

    @property
    def label(self) -> str:
        return {"soft": "原则上的时限", "hard": "最迟时限", "supervision": "督办时限", "choice": "选择时限"}[self.value]


@dataclass(frozen=True)
class Limit:
    """One instant that binds, with what it rests on. `due` None: 未定, since `missing_year` has no calendar."""

    kind: LimitKind
    start: datetime | None  #: where its time begins to run
    length: timedelta | None  #: None: an instant that the case brought along (the promise)
    target: datetime | None  #: before it rolled (reading 2)
    due: datetime | None
    obligations: tuple[str, ...]
    readings: tuple[int, ...] = ()
    note: str = ""
    pausable: bool = False  #: a supplement moves it (reading 10)
    missing_year: int | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Situation:
    """What decides the limits of one request; `received` on the server's clock (reading 6)."""

    handling: HandlingType
    received: datetime
    promise_end: datetime | None
    hours: ServiceHours
    readings: Readings = Readings()
    promise_derived: bool = False
    promise_provisional: bool = False  #: its days were counted in a provisional year
    promise_missing: int | None = None  #: the year without calendar that keeps the promised days from being counted
    database_backed: bool = False
    share_failed: bool = False
    own_limit: timedelta | None = None  #: the proof's own limit (obligation 7.7)
    pauses: tuple[Interval, ...] = ()
    unit: str = ""  #: whose measure counts (reading 1); '' goes by the district's

    @property
    def measure(self) -> Measure:
        return self.readings.measure_of(self.unit)


def limits(case: Situation) -> tuple[Limit, ...]:
    """The soft and the hard limit of a request, at most one of each kind (general rule of reading 5).

    即办件: 30 minutes hard (obligation 10.6). 承诺件: 24 hours soft (obligation 10.7), the promised instant hard (obligation 10.8).
    A proof with a database behind it: 30 minutes soft whatever the handling type (obligation 10.5); after a failing source likewise,
    by analogy (reading 22). A proof's own limit: hard (obligation 7.7 knows no 原则上). Other types: like 承诺件 (reading 19). A soft
    limit at or past the hard one vanishes (reading 3). Before the regulation was in force: none (obligation 20.1).
    """
    if aware(case.received) < IN_FORCE:
        return ()
    soft: list[Limit] = []
    hard: list[Limit] = []
    if case.handling is HandlingType.IMMEDIATE:
        hard.append(_running(case, LimitKind.HARD, HALF_HOUR, ("10.6",)))
    elif case.handling is HandlingType.PROMISED:
        soft.append(_running(case, LimitKind.SOFT, ONE_DAY, ("10.7",)))
    else:
        soft.append(_running(case, LimitKind.SOFT, ONE_DAY, ("10.7",), (19,), "比照承诺件"))
    cap = promised(
        _deemed(case),
        case.promise_end,
        derived=case.promise_derived,
        provisional=case.promise_provisional,
        missing_year=case.promise_missing,
    )
    if cap is not None:
        hard.append(cap)
    if case.database_backed:
        soft.append(_running(case, LimitKind.SOFT, HALF_HOUR, ("10.5",), (5,)))
    if case.share_failed and case.readings.analogy_after_failed_share:
        soft.append(_running(case, LimitKind.SOFT, HALF_HOUR, ("10.5",), (22,), "类推"))
    if case.own_limit is not None:
        hard.append(_running(case, LimitKind.HARD, case.own_limit, ("7.7",)))
    first_hard, first_soft = _first(hard), _first(soft)
    if first_hard and first_soft and first_hard.due and first_soft.due and first_soft.due >= first_hard.due:
        if first_hard.length is None:
            note = "承诺短于24小时" if _was_short(case, first_soft, first_hard.due) else ""
            note = ";".join(text for text in (first_hard.note, note) if text)
            first_hard = replace(first_hard, readings=(*first_hard.readings, 3), note=note)
        first_soft = None
    return tuple(limit for limit in (first_soft, first_hard) if limit)


def promised(start: datetime, end: datetime | None, *, derived: bool, provisional: bool, missing_year: int | None) -> Limit | None:
    """承诺时限 (obligation 10.8): an instant that the case brought along, which no pause, return or re-route moves (reading 9).

    `missing_year`: its days wait for that year's calendar; then it is 未定 (reading 25).
    """
    readings, note = ((4,), "推算") if derived or missing_year else ((), "")
    if end is not None:
        end = aware(end)
        return Limit(LimitKind.HARD, start, None, end, end, ("10.8",), readings, note, provisional=provisional)
    if missing_year is not None:
        return Limit(LimitKind.HARD, start, None, None, None, ("10.8",), (*readings, 25), note, missing_year=missing_year)
    return None


def _was_short(case: Situation, soft: Limit, promise_end: datetime) -> bool:
    """Whether the promise was shorter than the soft limit from the first, before that one rolled or was paused."""
    assert soft.length is not None
    plain = _running(replace(case, pauses=()), LimitKind.SOFT, soft.length, ()).target
    return plain is None or plain >= promise_end


def _first(found: list[Limit]) -> Limit | None:
    # 未定 last: an instant that is known binds first.
    return min(found, key=lambda limit: limit.due or _NEVER, default=None)


def _running(
    case: Situation, kind: LimitKind, length: timedelta, obligations: tuple[str, ...], readings: tuple[int, ...] = (), note: str = ""
) -> Limit:
    """A limit whose time runs: from the deemed receipt, moved by the pauses, a 24-hour one rolled to an opening."""
    used = list(readings)
    rolls = length >= ONE_DAY and case.readings.roll_day_limit and case.measure is not Measure.SERVICE_HOURS
    start: datetime | None = None
    try:
        start = clock_start(case)
        if start != case.received:
            used.append(1)
        if case.measure is Measure.SERVICE_HOURS:
            target = due = served(case, start, length)
            used.append(1)
        else:
            target = due = passed(case, start, length)
            if rolls:
                raw = target
                target, due = _rolled(case, raw)
                if due != raw:
                    used.append(2)
        if paused_within(start, target, case.pauses):
            used.append(10)
    except MissingYear as missing:
        return Limit(kind, start, length, None, None, obligations, (*used, 25), note, True, missing_year=missing.year)
    provisional = (rolls or case.measure is not Measure.NATURAL) and case.hours.is_provisional(case.received, due)
    order = tuple(sorted(set(used)))
    return Limit(kind, start, length, target, due, obligations, order, note, True, provisional=provisional)


def passed(case: Situation, start: datetime, length: timedelta) -> datetime:
    """`length` of clock time that no pause took: what rests after the limit has ended moves it no more."""
    left, at = length, start
    for pause in overlap(case.pauses, Interval(start, _NEVER)):
        if pause.start - at >= left:
            break
        left, at = left - (pause.start - at), pause.end
    return at + left


def _rolled(case: Situation, target: datetime) -> tuple[datetime, datetime]:
    """The target and the opening to which it rolls (reading 2): the clock goes on to the next opening, and stands
    still in each pause on the way, so that no limit passes while it rests. Where that way ends in front of a closed
    door, it rolls again. What rests moves the target by exactly its length, however many pauses it came in."""
    due = _opening(case, target)
    while (moved := passed(case, target, due - target)) != due:
        target, due = moved, _opening(case, moved)
    return target, due


def _opening(case: Situation, at: datetime) -> datetime:
    """Where a limit that ends at `at` rolls to: any closed door, or the one of a rest day alone (reading 2)."""
    if case.readings.roll_rest_day_only and not case.hours.rests_at(at):
        return at
    return case.hours.next_opening(at)


def served(case: Situation, start: datetime, length: timedelta) -> datetime:
    """`length` of service time that no pause took, one pause after the other. Raises MissingYear."""
    left, at = length, start
    for pause in overlap(case.pauses, Interval(start, _NEVER)):
        open_before = case.hours.open_between(at, pause.start)
        if open_before >= left:
            break
        left, at = left - open_before, pause.end
    return case.hours.after_open(at, left)


def clock_start(case: Situation) -> datetime:
    """Where the clock starts: arrival, or the next opening where nobody was there (reading 1). Raises MissingYear."""
    return case.received if case.measure is Measure.NATURAL else case.hours.next_opening(case.received)


def _deemed(case: Situation) -> datetime:
    try:
        return clock_start(case)
    except MissingYear:
        return case.received


def paused_within(start: datetime, target: datetime, pauses: Iterable[Interval]) -> timedelta:
    """How long the pauses were while a limit ran, to the second (reading 10): before and after it nothing rests."""
    return total(overlap(pauses, Interval(start, max(start, target))))


def supervision(missed: datetime, hours: ServiceHours, readings: Readings, unit: str = "") -> Limit:
    """督办: half an hour from the instant that was missed, not from its discovery (obligation 10.12, reading 11).

    Out of service hours from the next opening, as a request is deemed received.
    """
    case = Situation(HandlingType.OTHER, aware(missed), None, hours, readings, unit=unit)
    return replace(_running(case, LimitKind.SUPERVISION, HALF_HOUR, ("10.12",), (11,)), pausable=False)


def return_limit(case: Situation) -> Limit | None:
    """退回的时限 (obligation 10.10): 30 minutes from the same start. It binds who returns and nobody else, so that it is none of
    `limits`. None before the regulation was in force."""
    return _running(case, LimitKind.HARD, HALF_HOUR, ("10.10",), (9,)) if aware(case.received) >= IN_FORCE else None


def next_opening_reminder(now: datetime, hours: ServiceHours) -> datetime:
    """When the next daily reminder is due: an opening of the next day or later, never in the past."""
    tomorrow = aware(now) + ONE_DAY
    try:
        return hours.next_opening(tomorrow)
    except MissingYear:
        return tomorrow


def promise_end(accepted: datetime, promised_days: int, calendar: Calendar) -> datetime:
    """承诺时限 as an instant, where the requesting unit sent working days only (reading 4: to be marked 推算).

    24:00 of that working day, the day of acceptance not counted. Raises MissingYear.
    """
    return calendar.due_of_workdays(aware(accepted).astimezone(LOCAL).date(), promised_days)


def promise_is_provisional(accepted: datetime, end: datetime, calendar: Calendar) -> bool:
    """True where the promised days were counted in a provisional year; `end` is 24:00 of the last one."""
    last = (end - timedelta(microseconds=1)).astimezone(LOCAL).date()
    return calendar.is_provisional(accepted.astimezone(LOCAL).date(), last)


def aware(instant: datetime) -> datetime:
    """`instant`, or ValueError where it has no time zone: a naive time has silently shifted deadlines elsewhere."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"an aware datetime is needed, not {instant!r}")
    return instant
