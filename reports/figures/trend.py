"""趋势: eight weeks up to the one in which the period ends, in two statements."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reports import periods
from reports.figures import limits, volume
from reports.figures.span import Span
from reports.model import Period, Rate, WeekPoint

WEEKS = 8
_WEEK = timedelta(days=7)


def trend(session: Session, period: Period, scope: str, now: datetime) -> tuple[WeekPoint, ...]:
    """Whole weeks, whatever the period; those before anything was filed or due are left out: they say nothing."""
    last = periods.week_of(period.end - timedelta(microseconds=1))
    weeks = [periods.week_of(last.start - back * _WEEK) for back in reversed(range(WEEKS))]
    spans = [Span.of(week, scope, now) for week in weeks]
    points = [
        WeekPoint(f"第{periods.text(week).partition('-W')[2].lstrip('0')}周", received, Rate(part, whole, f"kept@{periods.text(week)}"))
        for week, received, (part, whole) in zip(
            weeks, volume.received_in(session, spans), limits.kept_in(session, spans), strict=True
        )
    ]
    first = next((place for place, point in enumerate(points) if point.received or point.kept.whole), len(points) - 1)
    return tuple(points[first:])
