"""答复 (obligations 16.5, 16.7): limits that passed unanswered, what nobody takes, answers given in bulk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule
from ledger.oversight.indicators.finding import beside, found, half, often
from ledger.succession import Charges

_R = LeadRule
_UNANSWERED = """
    SELECT {missed}, '', array_agg(DISTINCT q.verification), count(DISTINCT q.verification)
    FROM deadlines d JOIN requests q ON q.id = d.request_id
    WHERE d.kind = 'hard' AND d.missed_at >= :start AND d.missed_at < :end
          AND q.answered_at IS NULL AND q.withdrawn_at IS NULL
    GROUP BY 1 HAVING count(DISTINCT q.verification) >= :least
"""
_RETURNED = """
    WITH nobodys AS (
        SELECT b.verification FROM returns b
        WHERE NOT EXISTS (SELECT FROM requests q WHERE q.verification = b.verification AND q.answered_at IS NOT NULL)
        GROUP BY b.verification HAVING count(DISTINCT b.unit) >= 2
    )
    SELECT {back}, '', array_agg(DISTINCT b.verification), count(DISTINCT b.verification)
    FROM returns b JOIN nobodys USING (verification)
    WHERE b.at >= :start AND b.at < :end GROUP BY 1 HAVING count(DISTINCT b.verification) >= :least
"""
_RETURNED_LATE = """
    SELECT {back}, '', array_agg(DISTINCT b.verification), count(DISTINCT b.verification)
    FROM returns b WHERE b.late AND b.at >= :start AND b.at < :end
    GROUP BY 1 HAVING count(DISTINCT b.verification) >= :least
"""
#: Of whom and in which second of the clock.
_SECOND = "(CAST(hashtext(answered_by) AS bigint) << 32) + CAST(floor(date_part('epoch', answered_at)) AS bigint)"
_ANSWERED = "FROM requests WHERE answered_at >= :start AND answered_at < :end AND answered_by IS NOT NULL"
#: One person's answers within a second of each other; of several such seconds in a week the fullest is told of. A second lies in
#: two of the clock's, one of which holds half of it at least: with its neighbours these alone are looked at (as in `crowds`).
_BULK = f"""
    WITH near AS (
        SELECT unit, answered_by, verification, answered_at, count(*) OVER (
            PARTITION BY unit, answered_by ORDER BY answered_at RANGE BETWEEN CURRENT ROW AND '1 second' FOLLOWING
        ) AS together
        {_ANSWERED} AND {_SECOND} = ANY (CAST(:dense AS bigint[]))
    ), fullest AS (
        SELECT DISTINCT ON (unit) unit, answered_by, answered_at, together FROM near
        WHERE together >= :least ORDER BY unit, together DESC, answered_at
    )
    SELECT f.unit, '', array_agg(n.verification), f.together
    FROM fullest f JOIN near n ON n.unit = f.unit AND n.answered_by = f.answered_by
         AND n.answered_at BETWEEN f.answered_at AND f.answered_at + interval '1 second'
    GROUP BY f.unit, f.together
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of these clauses in [start, end)."""
    charges = Charges.until(session)  # what a merged unit had received is its successor's from the merger on
    by = {"missed": charges.sql("q.unit", "d.missed_at"), "back": charges.sql("b.unit", "b.at")}
    return [
        *found(session, _R.LEFT_UNANSWERED, "超过最迟时限未答复", _UNANSWERED.format(**by), start, end, **charges.given),
        *found(session, _R.RETURNED_BY_ALL, "反复退回", _RETURNED.format(**by), start, end, **charges.given),
        *found(session, _R.RETURNED_LATE, "逾期退回", _RETURNED_LATE.format(**by), start, end, **charges.given),
        *_bulk(session, start, end),
    ]


def _bulk(session: Session, start: datetime, end: datetime) -> list[Indication]:
    half_full = often(session, _SECOND, _ANSWERED, half(_R.BULK_ANSWERS.about.least), start=start, end=end)
    dense = beside(half_full)
    return found(session, _R.BULK_ANSWERS, "同一秒内答复", _BULK, start, end, dense=dense) if dense else []
