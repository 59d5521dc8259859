"""时间区间: union and difference, for pauses and for the time that is handed back (obligation 10.9, readings 10, 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, order=True)
class Interval:
    """[start, end), both aware. Raises ValueError where it ends before it begins."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("区间的结束早于开始。")

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same instants without double count, in order; intervals that touch become one."""
    found: list[Interval] = []
    for interval in sorted(intervals):
        if found and interval.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, interval.end))
        elif interval.length:
            found.append(interval)
    return tuple(found)


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> tuple[Interval, ...]:
    """What is left of the intervals' union without the holes."""
    left = list(union(intervals))
    for hole in union(holes):
        parts = []
        for interval in left:
            before = Interval(interval.start, max(interval.start, min(interval.end, hole.start)))
            after = Interval(min(interval.end, max(interval.start, hole.end)), interval.end)
            parts += [part for part in ((before, after) if hole.start < interval.end else (interval,)) if part.length]
        left = parts
    return tuple(sorted(left))


def overlap(intervals: Iterable[Interval], window: Interval) -> tuple[Interval, ...]:
    """The part of the intervals' union inside `window`."""
    return tuple(
        Interval(max(one.start, window.start), min(one.end, window.end))
        for one in union(intervals)
        if one.start < window.end and one.end > window.start
    )


def total(intervals: Iterable[Interval]) -> timedelta:
    """How long the union is."""
    return sum((interval.length for interval in union(intervals)), timedelta())
