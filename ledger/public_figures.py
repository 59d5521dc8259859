"""公开数据: a week's totals of each unit, as everybody may read them; small ones hidden by `domain.suppression`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain import suppression
from domain.suppression import Published

WAIT = timedelta(days=7)  #: after the week's end: until then the facts settle
#: Column -> how it is counted; printed beside the figures.
DEFINITIONS: dict[str, str] = {
    "收到申请": "本周到达出具单位的部门核验申请",
    "答复": "本周答复的部门核验申请,不论何时收到",
    "原则时限到期": "本周到期的“原则上”时限;撤回、改派而不再计算的除外,未定的除外",
    "原则时限按时": "其中按时答复的",
    "最迟时限到期": "本周到期的最迟时限;撤回、改派而不再计算的除外,未定的除外",
    "最迟时限按时": "其中按时答复的",
}
_QUERY = """
    SELECT u.name, coalesce(r.received, 0), coalesce(a.answered, 0), coalesce(d.soft, 0), coalesce(d.soft_kept, 0),
           coalesce(d.hard, 0), coalesce(d.hard_kept, 0)
    FROM units u
    LEFT JOIN (SELECT unit, count(*) AS received FROM requests
               WHERE received_at >= :start AND received_at < :end GROUP BY unit) r ON r.unit = u.code
    LEFT JOIN (SELECT unit, count(*) AS answered FROM requests
               WHERE answered_at >= :start AND answered_at < :end GROUP BY unit) a ON a.unit = u.code
    LEFT JOIN (
        SELECT q.unit, count(*) FILTER (WHERE d.kind = 'soft') AS soft,
               count(*) FILTER (WHERE d.kind = 'soft' AND d.missed_at IS NULL AND d.met_at <= d.due_at) AS soft_kept,
               count(*) FILTER (WHERE d.kind = 'hard') AS hard,
               count(*) FILTER (WHERE d.kind = 'hard' AND d.missed_at IS NULL AND d.met_at <= d.due_at) AS hard_kept
        FROM deadlines d JOIN requests q ON q.id = d.request_id
        WHERE d.kind IN ('soft', 'hard') AND d.due_at >= :start AND d.due_at < :end
              AND (d.closed_at IS NULL OR d.missed_at IS NOT NULL)
        GROUP BY q.unit
    ) d ON d.unit = u.code
    WHERE r.received > 0 OR a.answered > 0 OR d.soft + d.hard > 0
    ORDER BY u.code
"""


class TooEarly(Exception):
    """The week is not over for so long that its figures may be published."""


@dataclass(frozen=True)
class WeekFigures:
    """The table: units' names, and the columns of `DEFINITIONS` as they are published."""

    units: tuple[str, ...]
    published: Published


def is_due(end: datetime, now: datetime) -> bool:
    return now >= end + WAIT


def week(session: Session, start: datetime, end: datetime, *, now: datetime) -> WeekFigures:
    """The figures of [start, end). Raises `TooEarly`."""
    if not is_due(end, now):
        raise TooEarly
    rows = list(session.execute(text(_QUERY), {"start": start, "end": end}))
    return WeekFigures(tuple(row[0] for row in rows), suppression.published([tuple(row[1:]) for row in rows]))
