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
    """When somebody is there: hours of workdays and Saturdays, days off, make-up days.

    `season`: other hours of workdays between two days, both included. `then`: another desk takes over at that instant.
    """

    workday: Spans
    saturday: Spans = ()
    sunday: Spans = ()
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    season: tuple[date, date, Spans] | None = None
    then: tuple[datetime, Desk] | None = None

    def is_there(self, at: datetime) -> bool:
        if self.then is not None and at >= self.then[0]:
            return self.then[1].is_there(at)
        day, minute = at.date(), at.hour * 60 + at.minute
        workday = self.workday
        if self.season is not None and self.season[0] <= day <= self.season[1]:
            workday = self.season[2]
        if day in self.on:
            spans = workday
        elif day in self.off:
            spans = ()
        elif day.weekday() >= 5:
            spans = self.saturday if day.weekday() == 5 else self.sunday
        else:
            spans = workday
        return any(opens <= minute < closes for opens, closes in spans)

    def is_day_off(self, day: date) -> bool:
        return day not in self.on and (day in self.off or day.weekday() >= 5)

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
    own: int | None = None  # the proof's own limit in minutes
    measure: str = "deemed"  # deemed, natural, service_hours: how minutes run (reading 1)
    rolls: str = "closed"  # closed, rest_day, no: what moves the end of 24 hours on (reading 2)


def due(ask: Ask) -> dict[str, datetime]:
    """The soft and the hard instant by walking: each minute that runs is one step of the limit."""
    soft: list[datetime] = []
    hard: list[datetime] = []
    if ask.kind == "immediate":
        hard.append(_ends(ask, 30))  # obligation 10.6
    else:
        soft.append(_ends(ask, 24 * 60))  # obligation 10.7
    if ask.database or ask.share_failed:
        soft.append(_ends(ask, 30))  # obligation 10.5, reading 22
    if ask.own is not None:
        hard.append(_ends(ask, ask.own))  # obligation 7.7: no 原则上
    if ask.promise is not None:
        hard.append(ask.promise)  # obligation 10.8: no pause, no roll
    found = {}
    if hard:
        found["hard"] = min(hard)
    if soft and not (hard and min(soft) >= min(hard)):  # reading 3: the soft phase vanishes
        found["soft"] = min(soft)
    return found


def half_hour_from(missed: datetime, desk: Desk) -> datetime:
    """督办 (obligation 10.12): half an hour from the instant that was missed, or from the next opening."""
    return desk.next_there(missed) + 30 * MINUTE


def _ends(ask: Ask, minutes: int) -> datetime:
    start = ask.arrives if ask.measure == "natural" else ask.desk.next_there(ask.arrives)  # reading 1
    end = _walk(ask, start, minutes * MINUTE)
    if ask.measure != "service_hours" and minutes >= 24 * 60:  # reading 2: the clock goes on to the next opening
        while _moves_on(ask, end):
            opens = ask.desk.next_there(end)
            if not any(began < opens and ended > end for began, ended in ask.pauses):
                return opens
            end = _walk(ask, end, opens - end)
    return end


def _moves_on(ask: Ask, end: datetime) -> bool:
    if ask.desk.is_there(end):
        return False
    return ask.rolls == "closed" or (ask.rolls == "rest_day" and ask.desk.is_day_off((end - timedelta(microseconds=1)).date()))


def _walk(ask: Ask, at: datetime, length: timedelta) -> datetime:
    instants = [at, *(instant for pause in ask.pauses for instant in pause)]
    whole = all(instant.second == instant.microsecond == 0 for instant in instants) and length % MINUTE == timedelta()
    step = MINUTE if whole else timedelta(seconds=1)
    left = length // step
    while left:
        paused = any(began <= at < ended for began, ended in ask.pauses)
        if not paused and (ask.measure != "service_hours" or ask.desk.is_there(at)):
            left -= 1
        at += step
    return at
