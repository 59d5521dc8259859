"""趋势: eight weeks up to the one in which the period ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reports import periods
from reports.figures import limits, volume
from reports.figures.span import Span
from reports.model import Period, Rate, WeekPoint

WEEKS = 8
_WEEK = timedelta(days=7)


def trend(session: Session, period: Period, own: Span, now: datetime) -> tuple[WeekPoint, ...]:
    """Whole weeks, whatever the period, whose own span is `own`; those before anything was filed or due are left out: they say nothing."""
    last = periods.week_of(period.end - timedelta(microseconds=1))
    points = [_point(session, periods.week_of(last.start - back * _WEEK), period, own, now) for back in reversed(range(WEEKS))]
    first = next((place for place, point in enumerate(points) if point.received or point.kept.whole), len(points) - 1)
    return tuple(points[first:])


def _point(session: Session, week: Period, period: Period, own: Span, now: datetime) -> WeekPoint:
    name = periods.text(week)
    if (week.start, week.end) == (period.start, period.end):
        span, kept = own, limits.kept(limits.as_limits(limits.of_scope(limits.due(session, own), own.scope), 0), f"kept@{name}")
    else:
        span = Span.of(session, week, own.scope, now)
        kept = Rate(*limits.kept_in(session, span), f"kept@{name}")
    running = "(未满)" if now < week.end else ""  # its bar is short because it is not over
    return WeekPoint(f"第{int(name.partition('-W')[2])}周{running}", volume.received(session, span), kept)
