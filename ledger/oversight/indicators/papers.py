"""仍索要证明 (obligations 7.5, 16.2, 16.6): what was asked for; papers without the applicant's own word, shares that stand out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule, voluntary_stands_out
from ledger.oversight.indicators.finding import found

_R = LeadRule
#: What the list spares applicants: what article 2 keeps out they must hand in (obligations 2.3, 2.4, 2.5).
_SPARED = "listed AND NOT 'not_spared' = ANY (marks)"
_UNCONFIRMED = f"""
    SELECT unit, '', NULL, count(*) FROM voluntary_submissions
    WHERE {_SPARED} AND 'unconfirmed' = ANY (marks) AND at >= :start AND at < :end GROUP BY unit HAVING count(*) >= :least
"""
#: What was kept from being asked is none (obligation 7.5). Of which clause the others are, the list of then says.
_DEMANDED = """
    SELECT unit, concat_ws('/', matter, coalesce(proof, paper)), NULL, count(*) FROM demands
    WHERE {fact} AND NOT blocked AND recorded_at >= :start AND recorded_at < :end GROUP BY 1, 2 HAVING count(*) >= :least
"""
_SHARES = f"""
    SELECT coalesce(s.unit, v.unit), coalesce(s.count, 0), coalesce(s.count, 0) + coalesce(v.count, 0) FROM
        (SELECT unit, count(*) FROM voluntary_submissions WHERE {_SPARED} AND at >= :start AND at < :end GROUP BY unit) s
    FULL JOIN
        (SELECT unit, count(*) FROM verifications WHERE filed_at >= :start AND filed_at < :end GROUP BY unit) v
    ON v.unit = s.unit ORDER BY 1
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of this clause in [start, end)."""
    return [
        *found(session, _R.DEMANDED, "索要次数", _DEMANDED.format(fact="listed"), start, end),
        *found(session, _R.DEMANDED_UNLISTED, "索要次数", _DEMANDED.format(fact="unlisted"), start, end),
        *found(session, _R.UNCONFIRMED_PAPERS, "无本人确认次数", _UNCONFIRMED, start, end),
        *_outliers(session, start, end),
    ]


def _outliers(session: Session, start: datetime, end: datetime) -> list[Indication]:
    rows = list(session.execute(text(_SHARES), {"start": start, "end": end}).tuples())
    part_of_all, all_of_them = sum(part for _, part, _ in rows), sum(whole for _, _, whole in rows)
    return [
        Indication(
            _R.VOLUNTARY_OUTLIER,
            unit,
            counts={
                "主动提供": part,
                "主动提供与核验合计": whole,
                "其他单位主动提供": part_of_all - part,
                "其他单位合计": all_of_them - whole,
            },
        )
        for unit, part, whole in rows
        if voluntary_stands_out(part, whole, part_of_all - part, all_of_them - whole)
    ]
