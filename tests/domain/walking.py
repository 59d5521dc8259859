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
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()

    def is_there(self, at: datetime) -> bool:
        day, minute = at.date(), at.hour * 60 + at.minute
        if day in self.on:
            spans = self.workday
        elif day in self.off or day.weekday() == 6:
            spans = ()
        elif day.weekday() == 5:
            spans = self.saturday
        else:
            spans = self.workday
        return any(opens <= minute < closes for opens, closes in spans)

    def next_there(self, at: datetime) -> datetime:
        while not self.is_there(at):
            at += MINUTE
        return at


@dataclass(frozen=True)
class Ask:
    """One request as the regulation sees it; pauses are pairs of whole minutes."""

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


def _walk(ask: Ask, at: datetime, minutes: int) -> datetime:
    while minutes:
        if not any(began <= at < ended for began, ended in ask.pauses):
            minutes -= 1
        at += MINUTE
    return at
