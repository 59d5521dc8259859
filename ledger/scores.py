"""考核评分 (19.2): each unit's figures in a period, from the ledger, and the score by a formula (`domain.scoring`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.scoring import Formula, Score, score
from ledger.registry import unit_names

_LIMITS = """
    SELECT q.unit, d.kind, count(*) FILTER (WHERE d.missed_at IS NULL AND d.met_at <= d.due_at), count(*)
    FROM deadlines d JOIN requests q ON q.id = d.request_id
    WHERE d.kind IN ('hard', 'soft', 'supervision') AND d.due_at >= :start AND d.due_at < :end
          AND (d.closed_at IS NULL OR d.missed_at IS NOT NULL)
    GROUP BY q.unit, d.kind
"""
_CORRECT = """
    SELECT v.issuing_unit, 'correct', count(*) FILTER (WHERE NOT EXISTS (
               SELECT FROM mismatches m WHERE m.verification = v.number AND m.status = 'corrected')), count(*)
    FROM verifications v
    WHERE v.state = 'delivered' AND v.method = 'issuer' AND v.ended_at >= :start AND v.ended_at < :end
          AND v.issuing_unit IS NOT NULL
    GROUP BY v.issuing_unit
"""
_COMPLAINTS = """
    SELECT unit, 'complaints', count(*) FILTER (WHERE done_at <= due_at), count(*) FROM complaints
    WHERE unit IS NOT NULL AND due_at >= :start AND due_at < :end GROUP BY unit
"""


def scores(session: Session, formula: Formula, start: datetime, end: datetime) -> list[Score]:
    """Every unit with a figure in [start, end), best first; those with too little to be scored last, by code."""
    figures: dict[str, dict[str, tuple[int, int]]] = {}
    for query in (_LIMITS, _CORRECT, _COMPLAINTS):
        for unit, key, part, whole in session.execute(text(query), {"start": start, "end": end}):
            figures.setdefault(unit, {})[key] = (part, whole)
    names = unit_names(session)
    found = []
    for unit, known in figures.items():
        whole_row = {part.key: known.get(part.key, (0, 0)) for part in formula.parts}
        found.append(Score(unit, names[unit], whole_row, score(formula, whole_row)))
    return sorted(found, key=lambda one: (one.score is None, -(one.score or 0), one.unit))
