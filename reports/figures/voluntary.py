"""主动提供 (obligations 2.6, 2.7): by unit, with a note where a unit's share stands out; a sign to be looked into, never a finding."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from domain.leads import voluntary_stands_out
from reports.figures.span import Span
from reports.model import Rate

#: What article 2 keeps out has to be handed in: it stands in the 台账 and is none by his own will (obligations 2.3, 2.4, 2.5, 2.6).
SUBMITTED = "voluntary_submissions s WHERE s.at >= :start AND s.at < :cut AND NOT 'not_spared' = ANY (s.marks)"


def submitted(session: Session, span: Span) -> dict[str, int]:
    """Unit -> how many were put on its record."""
    return dict(map(tuple, span.rows(session, f"SELECT s.unit, count(*) FROM {SUBMITTED} GROUP BY s.unit")))


def share(submissions: int, filed: int, unit: str) -> Rate:
    """主动提供占比: out of what was handed in and what was filed."""
    return Rate(submissions, submissions + filed, f"voluntary/{unit}")


def note(unit: str, name: str, submissions: Mapping[str, int], filed: Mapping[str, int]) -> str:
    """Why this unit's share stands out, or nothing. With nobody to compare there is no outlier."""
    own = share(submissions.get(unit, 0), filed.get(unit, 0), unit)
    part = sum(submissions.values()) - own.part
    others = Rate(part, part + sum(filed.values()) - filed.get(unit, 0))
    if not voluntary_stands_out(own.part, own.whole, others.part, others.whole):
        return ""
    return f"{name}主动提供占比 {own},明显高于其他单位的 {others},请核实是否出于申请人自愿。"
