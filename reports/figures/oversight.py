"""投诉和线索, as `ledger.oversight.complaints` and `ledger.oversight.leads` tell them, with the units by their names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from domain.leads import LeadLine
from ledger.oversight import complaints as told
from ledger.oversight import leads as found
from reports.figures.span import Span
from reports.model import ComplaintFigures, Count, Rate

#: Answered by the unit, or closed by the office without it; the same number as in the score (`domain.scoring`).
HANDLED = "coalesce(c.done_at <= c.due_at, false)"

#: Whom the office passed it to may be another than the unit complained of, whose the complaint stays; whom a channel asked by itself
#: was asked nothing here.
HANDLER = """CASE WHEN EXISTS (SELECT FROM complaint_steps p WHERE p.complaint_id = c.id AND p.step = 'pass')
    THEN c.handler ELSE c.unit END"""


def received(span: Span) -> str:
    """Obligation 18.1: complaints received in the span; of the unit named, or of who stood in its place by then."""
    ours = span.ours(span.charged("c.unit", "c.received_at"))
    return f"complaints c WHERE c.received_at >= :start AND c.received_at < :cut AND {ours}"


def charged(span: Span) -> str:
    """Who answers for a complaint: whoever it was passed to, else the unit complained of; after a merger the successor."""
    return span.charged(HANDLER, "least(c.due_at, coalesce(c.done_at, c.due_at))")


def due(span: Span) -> str:
    """Obligation 15.6: complaints whose term ended in the span, each once however often it was sent (obligation 18.1)."""
    return f"complaints c WHERE c.duplicates IS NULL AND c.due_at > :start AND c.due_at <= :last AND {span.ours(charged(span))}"


def complaints(session: Session, span: Span, before: Span | None, names: Mapping[str, str]) -> ComplaintFigures:
    """投诉举报 of the span, with how many came in the one before; units by their `names` of then."""
    week = told.week(session, span.start, span.cut, span.scope or None)
    earlier = told.week(session, before.start, before.cut, before.scope or None).received if before else None
    (handled,) = span.rows(session, f"SELECT count(*) FILTER (WHERE {HANDLED}) AS part, count(*) AS whole FROM {due(span)}")
    return ComplaintFigures(
        Count(week.received, earlier, "complaints"),
        week.by_channel,
        Rate(handled.part, handled.whole, "complaints_handled"),
        tuple((names[unit], count) for unit, count in week.by_unit),
    )


def leads(session: Session, span: Span) -> tuple[LeadLine, ...]:
    """线索 of the span and those still open at its end, as they stand now."""
    return tuple(found.standing(session, span.start, span.cut, span.scope or None))
