"""投诉和线索, as `ledger.oversight.complaints` and `ledger.oversight.leads` tell them, with the units by their names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from domain.leads import LeadLine
from ledger.oversight import complaints as told
from ledger.oversight import leads as found
from reports.figures.span import Span
from reports.model import ComplaintFigures, Count, Rate

#: Complaints received, and those whose term ended, in the span; of the unit named.
RECEIVED = "complaints c WHERE c.received_at >= :start AND c.received_at < :cut AND (:scope = '' OR c.unit = :scope)"
DUE = "complaints c WHERE c.due_at > :start AND c.due_at <= :last AND (:scope = '' OR c.unit = :scope)"
HANDLED = "coalesce(c.done_at <= c.due_at, false)"


def complaints(session: Session, span: Span, before: Span | None, names: Mapping[str, str]) -> ComplaintFigures:
    """投诉举报 of the span, with how many came in the one before; units by their `names` of then."""
    week = told.week(session, span.start, span.cut, span.scope or None)
    earlier = told.week(session, before.start, before.cut, before.scope or None).received if before else None
    return ComplaintFigures(
        Count(week.received, earlier, "complaints"),
        week.by_channel,
        Rate(week.handled_in_time, week.handled_due, "complaints_handled"),
        tuple((names[unit], count) for unit, count in week.by_unit),
    )


def leads(session: Session, span: Span) -> tuple[LeadLine, ...]:
    """线索 of the span and those still open at its end, as they stand now."""
    return tuple(found.standing(session, span.start, span.cut, span.scope or None))
