"""出具单位: what came into the inboxes, what was answered, what waited, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from reports.figures.span import Span
from reports.model import Bin, Rate, Spread

WAITING = "requests r WHERE (r.ended_at IS NULL OR r.ended_at >= :cut) AND r.received_at < :cut"
RETURNED = "returns b WHERE b.at >= :start AND b.at < :cut AND b.suggested_unit IS NOT NULL"
#: What may be late: a return whose half hour was known (obligation 10.10).
TIMED = "returns b WHERE b.at >= :start AND b.at < :cut AND b.limit_at IS NOT NULL"
IN_TIME = "NOT b.late"


#: The suggestion was right: that unit answered, and did not return it too. All that were suggested are the whole.
def accepted(span: Span) -> str:
    suggested, asked = (span.charged(unit, "q.received_at") for unit in ("b.suggested_unit", "q.unit"))
    return f"""EXISTS (SELECT FROM requests q WHERE q.verification = b.verification AND {asked} = {suggested}
        AND q.received_at >= b.at AND q.answered_at < :cut)"""


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_BINS = (
    ("5 分钟以内", 5 * _MINUTE),
    ("5—15 分钟", 15 * _MINUTE),
    ("15—30 分钟", 30 * _MINUTE),
    ("30 分钟—2 小时", 2 * _HOUR),
    ("2—24 小时", 24 * _HOUR),
    ("24 小时以上", None),
)


@dataclass(frozen=True)
class Inbox:
    """One unit's inbox in the span; `distribution` as `_BINS`."""

    received: int = 0
    answered: int = 0
    waiting: int = 0
    spread: Spread = Spread(0)
    distribution: tuple[Bin, ...] = field(default=tuple(Bin(label, 0) for label, _ in _BINS))
    returns: int = 0
    accepted: Rate = Rate(0, 0)
    in_time: Rate = Rate(0, 0)  #: returns within the half hour (obligation 10.10)
    supplements: int = 0
    supervised: int = 0


def none(unit: str) -> Inbox:
    """Of a unit that had nothing in its inbox."""
    return Inbox(accepted=Rate(0, 0, _key("returns", unit)), in_time=Rate(0, 0, _key("returned", unit)))


def inboxes(session: Session, span: Span) -> dict[str, Inbox]:
    """Unit -> its inbox; '' -> all of them together."""
    found: dict[str, Inbox] = span.once("inboxes", lambda: _inboxes(session, span))
    return found


def _inboxes(session: Session, span: Span) -> dict[str, Inbox]:
    received = _counts(session, span, "r.unit", "r.received_at", "requests r WHERE r.received_at >= :start AND r.received_at < :cut")
    waiting = _counts(session, span, "r.unit", ":cut", WAITING)
    asked = "suspensions s JOIN requests r ON r.id = s.request_id WHERE s.asked_at >= :start AND s.asked_at < :cut"
    supplements = _counts(session, span, "r.unit", "s.asked_at", asked)
    opened = "supervisions s WHERE s.opened_at >= :start AND s.opened_at < :cut"
    supervised = _counts(session, span, "s.unit", "s.opened_at", opened)
    returns = _counts(session, span, "b.unit", "b.at", "returns b WHERE b.at >= :start AND b.at < :cut")
    right = _rates(session, span, "returns", accepted(span), RETURNED)
    in_time = _rates(session, span, "returned", IN_TIME, TIMED)
    answers = {row.unit or "": row for row in span.rows(session, f"{_took(span)} {_ANSWERS}")}
    return {
        unit: Inbox(
            received.get(unit, 0),
            *_answered(answers.get(unit), waiting.get(unit, 0)),
            returns.get(unit, 0),
            right.get(unit, none(unit).accepted),
            in_time.get(unit, none(unit).in_time),
            supplements.get(unit, 0),
            supervised.get(unit, 0),
        )
        for unit in {"", *received, *waiting, *supplements, *supervised, *returns, *answers}
    }


def _counts(session: Session, span: Span, unit: str, at: str, which: str) -> dict[str, int]:
    """How many of `which` by the unit that answers for them at the instant `at`; all of it SQL."""
    rows = span.rows(session, f"SELECT {span.charged(unit, at)}, count(*) FROM {which} GROUP BY 1")
    found = {str(code): int(count) for code, count in rows}
    return found | {"": sum(found.values())}


def _rates(session: Session, span: Span, key: str, part: str, whole: str) -> dict[str, Rate]:
    found = span.rows(
        session,
        f"SELECT {span.charged('b.unit', 'b.at')} AS unit, count(*) FILTER (WHERE {part}) AS part, count(*) AS whole FROM "
        f"{whole} GROUP BY 1",
    )
    rates = {row.unit: Rate(row.part, row.whole, f"{key}/{row.unit}") for row in found}
    return rates | {"": Rate(sum(row.part for row in found), sum(row.whole for row in found), key)}


def _answered(row: Any, waiting: int) -> tuple[int, int, Spread, tuple[Bin, ...]]:
    if row is None:
        return 0, waiting, Spread(0), Inbox().distribution
    bins = tuple(Bin(label, count) for (label, _), count in zip(_BINS, row.bins, strict=True))
    return row.answers, waiting, Spread(row.answers, float(row.median), float(row.p95)), bins


def _key(name: str, unit: str) -> str:
    return f"{name}/{unit}" if unit else name


def _bins() -> str:
    """One count for each bin, from the one that ended it to the next."""
    last, counts = timedelta(), []
    for _, until in _BINS:
        bound = f" AND seconds < {until.total_seconds():.0f}" if until else ""
        counts.append(f"count(*) FILTER (WHERE seconds >= {last.total_seconds():.0f}{bound})")
        last = until or last
    return f"ARRAY[{', '.join(counts)}]"


def answered(span: Span) -> str:
    """What was answered and sent within the span, how long each took, and what waited at its end."""
    waits = span.charged("r.unit", ":cut")
    return f"""{_took(span)}
        SELECT verification AS id, true AS part, unit AS about, seconds FROM took WHERE {span.ours("unit")}
        UNION ALL SELECT r.verification, false, {waits}, NULL FROM {WAITING} AND {span.ours(waits)}"""


def _took(span: Span) -> str:
    return _TOOK.format(unit=span.charged("r.unit", "r.ended_at"))


#: Answered is what was sent within the span (reading 6). From deemed receipt (reading 1) to the end, without what of it
#: rested for a supplement (reading 10). One row a unit, one without a unit for all of them.
_TOOK = """
WITH began AS (
    SELECT r.id, r.verification, {unit} AS unit, r.ended_at, least(coalesce(min(d.started_at), r.received_at), r.ended_at) AS began
    FROM requests r LEFT JOIN deadlines d ON d.request_id = r.id AND d.kind IN ('soft', 'hard')
    WHERE r.ended_at >= :start AND r.ended_at < :cut AND r.answered_at IS NOT NULL AND r.withdrawn_at IS NULL
    GROUP BY r.id
), rested AS (
    SELECT request_id, range_agg(tstzrange(asked_at, greatest(coalesce(ended_at, 'infinity'), asked_at))) AS rests
    FROM suspensions WHERE asked_at < :cut GROUP BY request_id
), took AS (
    SELECT b.verification, b.unit, CAST(extract(epoch FROM b.ended_at - b.began) - CASE WHEN t.rests IS NULL THEN 0 ELSE (
               SELECT coalesce(extract(epoch FROM sum(upper(one) - lower(one))), 0)
               FROM unnest(t.rests * tstzmultirange(tstzrange(b.began, b.ended_at))) AS one
           ) END AS double precision) AS seconds
    FROM began b LEFT JOIN rested t ON t.request_id = b.id
)"""
_ANSWERS = f"""
SELECT unit, count(*) AS answers, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) AS p95, {_bins()} AS bins
FROM took GROUP BY GROUPING SETS ((unit), ()) HAVING count(*) > 0
"""
