"""The slow reference: article 10 minute by minute, on plain dates and hours, with nothing of ours but the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)

Spans = tuple[tuple[int, int], ...]  # minutes since midnight, closed at the second


@dataclass(frozen=True)
class Desk:
    """When somebody is there: hours of workdays and Saturdays, days off, make-up days."""

    workday: Spans
    saturday: Spans = ()
    sunday: Spans = ()
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()

    def is_there(self, at: datetime) -> bool:
        day, minute = at.date(), at.hour * 60 + at.minute
        if day in self.on:
            spans = self.workday
        elif day in self.off:
            spans = ()
        elif day.weekday() >= 5:
            spans = self.saturday if day.weekday() == 5 else self.sunday
        else:
            spans = self.workday
        return any(opens <= minute < closes for opens, closes in spans)

    def next_there(self, at: datetime) -> datetime:
        if self.is_there(at):
            return at
        at = at.replace(second=0, microsecond=0)  # doors open on the minute
        while not self.is_there(at):
            at += MINUTE
        return at


@dataclass(frozen=True)
class Ask:
    """One request as the regulation sees it. Its limits run in whole minutes, in seconds where it was paused."""

    kind: str  # immediate, promised, other
    arrives: datetime
    promise: datetime | None
    database: bool
    share_failed: bool
    pauses: tuple[tuple[datetime, datetime], ...]
    desk: Desk


def due(ask: Ask) -> dict[str, datetime]:
    """The soft and the hard instant by walking: each minute that runs is one step of the limit."""
    start = ask.desk.next_there(ask.arrives)  # reading 1
    soft: list[datetime] = []
    hard: list[datetime] = []
    if ask.kind == "immediate":
        hard.append(_walk(ask, start, 30))  # 10.6
    else:
        soft.append(ask.desk.next_there(_walk(ask, start, 24 * 60)))  # 10.7, rolled by reading 2
    if ask.database or ask.share_failed:
        soft.append(_walk(ask, start, 30))  # 10.5, reading 22
    if ask.promise is not None:
        hard.append(ask.promise)  # 10.8: no pause, no roll
    found = {}
    if hard:
        found["hard"] = min(hard)
    if soft and not (hard and min(soft) >= min(hard)):  # reading 3: the soft phase vanishes
        found["soft"] = min(soft)
    return found


def half_hour_from(missed: datetime, desk: Desk) -> datetime:
    """督办 (10.12): half an hour from the instant that was missed, or from the next opening."""
    return desk.next_there(missed) + 30 * MINUTE


def _walk(ask: Ask, at: datetime, minutes: int) -> datetime:
    whole = all(instant.second == instant.microsecond == 0 for pause in ask.pauses for instant in pause)
    step, left = (MINUTE, minutes) if whole else (timedelta(seconds=1), minutes * 60)
    while left:
        if not any(began <= at < ended for began, ended in ask.pauses):
            left -= 1
        at += step
    return at
