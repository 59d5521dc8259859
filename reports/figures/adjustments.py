"""清单调整的报送 (obligation 5.5): reported late, overdue and not reported at all, 未定; as the leads of 16.4 see them.

A day is three working days from the cause. Of what was reported the record keeps it; of what was not it is computed here. What was
drafted only afterwards is overdue from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.instants import is_past
from ledger.calendars import terms
from reports.figures.figure import Figure, Given
from reports.figures.span import Span

#: Drafted, not withdrawn, and not reported before the span: the first report counts, whatever was sent back.
_STOOD = """
    SELECT CAST(p.id AS text) AS id, {unit} AS unit, p.reason_date, p.due_at, p.drafted_at, s.first
    FROM proposals p LEFT JOIN (
        SELECT proposal, min(at) AS first FROM proposal_steps WHERE step = 'report' AND at < :cut GROUP BY proposal) s ON s.proposal = p.id
    WHERE p.kind = 'adjustment' AND p.reason_date IS NOT NULL AND p.drafted_at < :cut AND (s.first IS NULL OR s.first >= :start)
    AND NOT EXISTS (SELECT FROM proposal_steps w WHERE w.proposal = p.id AND w.step = 'withdraw' AND w.at < :cut)"""
#: The cases, and whether each counts.
ADJUSTMENTS = "SELECT n.id, n.part FROM unnest(CAST(:ids AS text[]), CAST(:parts AS boolean[])) AS n(id, part)"


@dataclass(frozen=True)
class Adjustment:
    """One that was to be reported; `unit` whose it is, after a merger the successor."""

    id: str
    unit: str
    due_at: datetime | None  #: None: 未定
    drafted_at: datetime
    reported_at: datetime | None


def late(session: Session, span: Span) -> Mapping[str, Any]:
    """Of those that were reported in the span, and those whose day passed in it without: reported too late, or not at all."""
    return _given((one.id, is_late(one)) for one in judged(session, span))


def is_late(one: Adjustment) -> bool:
    """Reported after its day, or not at all."""
    return one.reported_at is None or (one.due_at is not None and is_past(one.due_at, one.reported_at))


def _unreported(session: Session, span: Span) -> Mapping[str, Any]:
    return _given((one.id, one.reported_at is None) for one in judged(session, span))


def _undetermined(session: Session, span: Span) -> Mapping[str, Any]:
    return _given((one.id, one.due_at is None) for one in _stood(session, span))


def _given(found: Any) -> Mapping[str, Any]:
    cases = list(found)
    return {"ids": [case for case, _ in cases], "parts": [part for _, part in cases]}


def judged(session: Session, span: Span) -> list[Adjustment]:
    """Reported in the span, or due in it and not reported: out of these is counted."""
    last = span.last or span.cut
    return [
        one
        for one in _stood(session, span)
        if one.due_at is not None and (one.reported_at is not None or span.start < max(one.due_at, one.drafted_at) <= last)
    ]


def _stood(session: Session, span: Span) -> list[Adjustment]:
    """Those of the report's unit; after a merger of the successor."""
    found: list[Adjustment] = span.once("adjustments", lambda: list(_read(session, span)))
    return found


def _read(session: Session, span: Span) -> Any:
    query = _STOOD.format(unit=span.charged("p.unit", "coalesce(s.first, :cut)"))
    for row in span.rows(session, query):
        if span.scope in ("", row.unit):
            due = terms.report_due_if_known(session, row.reason_date) if row.first is None else None
            yield Adjustment(row.id, row.unit, due or row.due_at, row.drafted_at, row.first)


def _figure(key: str, name: str, meaning: str, given: Given) -> Figure:
    return Figure("5.5", key, name, meaning, lambda _: ADJUSTMENTS, given)


FIGURES = (
    _figure(
        "adjustments_unreported",
        "逾期尚未报送的清单调整",
        "本周报送的,和报送期限在本周届满(起草时已届满的,以起草时为准)而尚未报送的清单调整(未撤回,期限已定)为分母;其中截至本周末仍未报送的为分子。",
        _unreported,
    ),
    _figure(
        "adjustments_undetermined",
        "报送期限未定的清单调整",
        "本周报送的和截至本周末尚未报送的清单调整(未撤回)为分母;其中缺少工作日历、报送期限未定的为分子,不在逾期的统计中。",
        _undetermined,
    ),
)
