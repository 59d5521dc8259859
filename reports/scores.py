"""考核评分 (obligations 19.1, 19.2): each unit's figures in a period, counted as the report counts them, and the score by a formula."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from domain.scoring import Formula, Score, score
from reports.figures import conduct, inboxes, limits, oversight, units
from reports.figures.span import Span, prepare
from reports.model import Period

_CORRECT = """
    SELECT {correct}, 'correct', count(*) FILTER (WHERE NOT EXISTS (
               SELECT FROM mismatches m WHERE m.verification = v.number AND m.status = 'corrected')), count(*)
    FROM verifications v
    WHERE v.state = 'delivered' AND v.method = 'issuer' AND v.ended_at >= :start AND v.ended_at < :cut
          AND v.issuing_unit IS NOT NULL
    GROUP BY 1
"""
_COMPLAINTS = f"""
    SELECT {{complaint}}, 'complaints', count(*) FILTER (WHERE {oversight.HANDLED}), count(*)
    FROM {{due}} AND {oversight.HANDLER} IS NOT NULL GROUP BY 1
"""
_RETURNS = f"""
    SELECT {{back}}, 'returns', count(*) FILTER (WHERE {inboxes.IN_TIME}), count(*) FROM {inboxes.TIMED} GROUP BY 1
"""
_INSPECTED = """
    SELECT about, 'inspections', count(*) FILTER (WHERE part), count(*) FROM ({right}) n GROUP BY 1
"""


@dataclass(frozen=True)
class Scores:
    """What is signed off: the days, the formula with its words, and every unit's figures. `last`: that day too."""

    first: date
    last: date
    formula: Formula
    said: str  #: the formula in words, as it was then
    units: tuple[Score, ...]

    def as_json(self) -> str:
        """The text that is kept: the same scores, the same text."""
        return _ADAPTER.dump_json(self, indent=1).decode()


_ADAPTER: TypeAdapter[Scores] = TypeAdapter(Scores)


def from_json(text: str) -> Scores:
    """Scores from what is kept of them."""
    return _ADAPTER.validate_json(text)


def scores(session: Session, formula: Formula, period: Period, now: datetime) -> list[Score]:
    """Every unit with a figure in the period, best first; those with too little to be scored last, by code."""
    prepare(session)
    span = Span.of(session, period, "", now)
    figures: dict[str, dict[str, tuple[int, int]]] = {}
    for one in limits.due(session, span):
        if one.unit is not None:
            known = figures.setdefault(one.unit, {})
            part, whole = known.get(one.kind, (0, 0))
            known[one.kind] = (part + one.kept, whole + one.whole)
    by = {
        "correct": span.charged("v.issuing_unit", "v.ended_at"),
        "back": span.charged("b.unit", "b.at"),
        "complaint": oversight.charged(span),
        "due": oversight.due(span),
    }
    queries = [_CORRECT, _COMPLAINTS, _RETURNS]
    if any(part.key == "inspections" for part in formula.parts):  # an earlier formula does not list whom inspections alone are about
        queries.append(_INSPECTED)
        by["right"] = conduct.put_right(span)
    for query in queries:
        for unit, key, part, whole in span.rows(session, query.format(**by)):
            figures.setdefault(unit, {})[key] = (part, whole)
    names, found = units.register(session, span).names, []
    for unit, known in figures.items():
        whole_row = {part.key: known.get(part.key, (0, 0)) for part in formula.parts}
        found.append(Score(unit, names[unit], whole_row, score(formula, whole_row)))
    return sorted(found, key=lambda one: (one.score is None, -(one.score or 0), one.unit))
