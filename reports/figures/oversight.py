"""投诉和线索, as `ledger.complaints` and `ledger.leads` tell them. Until they are there: none."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from reports.figures.span import Span
from reports.model import ComplaintFigures, Count, LeadLine, Rate


def complaints(session: Session, span: Span, before: Span | None, names: Mapping[str, str]) -> ComplaintFigures:
    """投诉举报 of the span, with how many came in the one before; units by their `names` of then."""
    return ComplaintFigures(Count(0, None if before is None else 0), (), Rate(0, 0), ())


def leads(session: Session, span: Span) -> tuple[LeadLine, ...]:
    """线索 as they stand."""
    return ()
