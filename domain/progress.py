"""进度: how much time has passed by each way of counting, and the colour that it has (readings 1, 3, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calendar import MissingYear
from domain.hours import ServiceHours
from domain.instants import is_past
from domain.intervals import Interval, subtract, total
from domain.limits import HALF_HOUR, Limit, LimitKind
from domain.readings import Readings


@dataclass(frozen=True)
class Elapsed:
    """已用时间, all without pauses: by the clock, from deemed receipt, in service time. None: a year has no calendar."""

    natural: timedelta
    deemed: timedelta | None
    service: timedelta | None


def elapsed(received: datetime, ended: datetime, pauses: Iterable[Interval], hours: ServiceHours) -> Elapsed:
    """What has passed between arrival and end, counted in all three ways, so that a changed reading recomputes it."""
    running = subtract([Interval(received, ended)], pauses)
    try:
        start = hours.next_opening(received)
        before = [Interval(received, start)] if start > received else []
        deemed = total(subtract(running, before))
        service = sum((hours.open_between(part.start, part.end) for part in running), timedelta())
    except MissingYear:
        return Elapsed(total(running), None, None)
    return Elapsed(total(running), deemed, service)


class Colour(StrEnum):
    """灯."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def chinese(self) -> str:
        return {"green": "绿", "yellow": "黄", "red": "红"}[self.value]


@dataclass(frozen=True)
class Bound:
    """One limit as the colour sees it."""

    kind: LimitKind
    start: datetime | None
    due: datetime | None
    warns: datetime | None = None  #: from when on it is 黄
    missed: bool = False
    ended: bool = False  #: met
    excused: bool = False  #: a soft limit with an approved reason (reading 8)
    rests: bool = False  #: a supplement is asked for: it neither warns nor passes (reading 10)


def colour(bounds: Iterable[Bound], now: datetime) -> Colour:
    """红 once a limit has passed without an approved reason, or from the start where less than half an hour of the
    promise was left (reading 3); 黄 from the warning on, and for a soft miss with an approved reason; else 绿."""
    found = Colour.GREEN
    for bound in bounds:
        if bound.due is None or (bound.rests and not bound.missed):
            continue
        passed = bound.missed or (is_past(bound.due, now) and not bound.ended)
        if passed and not (bound.excused and bound.kind is LimitKind.SOFT):
            return Colour.RED
        if bound.ended:
            continue
        if promise_is_short(bound.kind, bound.start, bound.due):
            return Colour.RED
        if passed or (bound.warns is not None and now >= bound.warns):
            found = Colour.YELLOW
    return found


def promise_is_short(kind: LimitKind, start: datetime | None, due: datetime | None) -> bool:
    """True where less than half an hour of the promise was left when the request came (reading 3)."""
    return kind is LimitKind.HARD and start is not None and due is not None and due - start < HALF_HOUR


PROMISE_SHORT = "承诺时限所剩不足半小时"  #: the mark of such a request


def warn_at(limit: Limit, readings: Readings) -> datetime | None:
    """When a limit turns 黄, by the time that it gives, whatever rested meanwhile; never before it starts."""
    if limit.start is None or limit.due is None:
        return None
    span = max(limit.length or limit.due - limit.start, timedelta())
    return max(limit.due - min(span * readings.warn_percent / 100, readings.warn_at_most), min(limit.start, limit.due))
