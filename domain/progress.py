"""进度: how much time has passed by each way of counting, and the colour that it has (readings 1, 3, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calendar import MissingYear
from domain.hours import ServiceHours
from domain.instants import is_past
from domain.intervals import Interval, subtract, total, union
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
    def label(self) -> str:
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
    short: bool = False  #: less than half an hour of the promise was left (reading 3)
    rests: bool = False  #: a supplement is asked for: it neither warns nor passes (reading 10)


def colour(bounds: Iterable[Bound], now: datetime) -> Colour:
    """红 once a hard limit or a 督办 has passed, or from the start where less than half an hour of the promise was left
    (reading 3); 黄 from the warning on, and for a soft miss, whether or not a reason was given (reading 8); else 绿."""
    found = Colour.GREEN
    for bound in bounds:
        if bound.due is None or (bound.rests and not bound.missed):
            continue
        passed = bound.missed or (is_past(bound.due, now) and not bound.ended)
        if passed and bound.kind is not LimitKind.SOFT:
            return Colour.RED
        if bound.ended:
            continue
        if bound.short:
            return Colour.RED
        if passed or (bound.warns is not None and now >= bound.warns):
            found = Colour.YELLOW
    return found


def promise_is_short(obligations: Iterable[str], start: datetime | None, due: datetime | None) -> bool:
    """True of a promise of which less than half an hour was left when the request came (reading 3)."""
    return "10.8" in obligations and start is not None and due is not None and due - start < HALF_HOUR


PROMISE_SHORT = "承诺时限所剩不足半小时"  #: the mark of such a request


def warn_at(limit: Limit, readings: Readings, hours: ServiceHours, pauses: Iterable[Interval] = ()) -> datetime | None:
    """When a limit turns 黄: in service time, with its last part of service time left (`warn_percent` of what it gives
    that no pause took, `warn_most_minutes` at most); a warning over night would be nobody's. A limit that runs in
    closed hours alone warns from its start, one whose days no calendar knows by clock time.
    """
    if limit.start is None or limit.due is None:
        return None
    start, rests = min(limit.start, limit.due), union(pauses)
    most = readings.warn_at_most
    try:
        spans = _latest_first(hours, start, limit.due, rests, most * 100 / readings.warn_percent)
    except MissingYear:
        spans = list(reversed(subtract([Interval(start, limit.due)], rests)))
    found = _back(spans, min(total(spans) * readings.warn_percent / 100, most), start)
    # What rested when less was left warns as soon as it runs again, and somebody is there.
    since = max((rest.end for rest in rests if rest.start < limit.due), default=found)
    again = [span.start for span in spans if span.start >= since]
    return again[-1] if found < since and again else found


def _back(spans: Iterable[Interval], left: timedelta, start: datetime) -> datetime:
    """The instant from which so much of the spans is left, the latest of them first."""
    for span in spans:
        if span.length >= left:
            return span.end - left
        left -= span.length
    return start


def _latest_first(hours: ServiceHours, start: datetime, due: datetime, rests: Iterable[Interval], enough: timedelta) -> list[Interval]:
    """The service time before `due` that no pause took, back to `start` or until it is enough; the latest first."""
    found: list[Interval] = []
    until = due
    while until > start and total(found) < enough:
        since = max(start, until - _WEEK)
        service = (Interval(*span) for span in hours.spans(since, until))
        found += reversed(subtract(service, rests))
        until = since
    return found


_WEEK = timedelta(days=7)
