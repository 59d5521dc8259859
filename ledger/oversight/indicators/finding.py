"""How a rule's query becomes signs: it gives `unit`, `subject`, `numbers` and how many it counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule

MOST_NUMBERS = 50  #: on a lead; its count says how many there are


def found(session: Session, rule: LeadRule, counted: str, query: str, start: datetime, end: datetime, **more: Any) -> list[Indication]:
    """The signs of one rule in [start, end). The query knows :start, :end and :least."""
    rows = session.execute(text(query), {"start": start, "end": end, "least": rule.about.least, **more})
    return [
        Indication(rule, unit, subject, tuple(sorted(filter(None, numbers or ())))[:MOST_NUMBERS], {counted: count})
        for unit, subject, numbers, count in rows
    ]
