"""核验时间交回 (obligation 10.9, readings 4, 13): by requesting unit, the part of the span that its cases may leave out.

The same reading as `ledger.casework.excluded_time` for one case, over all of them at once: from each request to the next one, or to
the answer's delivery; 无法核验 ends it; a supplement is the requesting unit's own time unless the district reads it
otherwise; requests of one case that run at the same time count once. Cut to the span, so that weeks add up.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from ledger import rules
from reports.figures.span import Span


def handed_back(session: Session, span: Span) -> dict[str, float]:
    """Requesting unit -> seconds."""
    found = span.rows(session, f"{_found(span)} SELECT unit, extract(epoch FROM sum(held)) AS seconds FROM found GROUP BY unit")
    return {row.unit: float(row.seconds) for row in found}


def cases(span: Span) -> str:
    """Cases of which a verification ran within the span, with what each may leave out of it."""
    return f"""{_found(span)}, took AS (
            SELECT case_id, unit, CAST(extract(epoch FROM sum(held)) AS double precision) AS seconds FROM found GROUP BY case_id, unit
        ), ran AS (
            SELECT DISTINCT v.case_id, {span.charged("v.unit", "greatest(v.filed_at, :start)")} AS unit FROM verifications v WHERE {_RAN})
        SELECT concat_ws('/', c.unit, c.number) AS id, t.case_id IS NOT NULL AS part, t.seconds, coalesce(t.unit, r.unit) AS about
        FROM took t FULL JOIN ran r ON r.case_id = t.case_id AND r.unit = t.unit JOIN cases c ON c.id = coalesce(t.case_id, r.case_id)
        WHERE {span.ours("coalesce(t.unit, r.unit)")}"""


def _found(span: Span) -> str:
    """`found`: (case, unit, how long), one row or several of each."""
    paused = "" if rules.readings().hand_back_supplements else "- coalesce(p.rests, '{}')"
    return _SQL.format(paused=paused, unit=span.charged("v.unit", "greatest(r.received_at, :start)"), ran=_RAN)


_RAN = "(v.ended_at > :start OR v.state NOT IN ('closed', 'delivered', 'withdrawn')) AND v.filed_at < :cut"
_SQL = """
WITH asked AS MATERIALIZED (
    SELECT v.case_id, {unit} AS unit, r.verification, greatest(r.received_at, :start) AS since,
           least(:cut, CASE WHEN r.answer = 'cannot_verify' THEN r.answered_at ELSE
               coalesce(lead(r.received_at) OVER (PARTITION BY r.verification ORDER BY r.received_at), v.ended_at, :cut)
           END) AS until
    FROM verifications v JOIN requests r ON r.verification = v.number
    WHERE {ran} AND r.received_at < :cut
), paused AS (
    SELECT verification, range_agg(tstzrange(asked_at, greatest(coalesce(ended_at, :cut), asked_at))) AS rests
    FROM suspensions WHERE asked_at < :cut AND (ended_at IS NULL OR ended_at > :start) GROUP BY verification
), alone AS (  -- one request and no supplement: nothing to unite
    SELECT case_id FROM asked GROUP BY case_id HAVING count(*) = 1
), spans AS (
    SELECT a.case_id, a.unit, a.since, a.until, tstzmultirange(tstzrange(a.since, a.until)) {paused} AS held,
           o.case_id IS NOT NULL AND p.verification IS NULL AS is_plain
    FROM asked a LEFT JOIN paused p ON p.verification = a.verification LEFT JOIN alone o ON o.case_id = a.case_id
    WHERE a.until > a.since
), found AS (
    SELECT case_id, unit, until - since AS held FROM spans WHERE is_plain
    UNION ALL
    SELECT case_id, unit, upper(one) - lower(one) FROM (
        SELECT case_id, unit, range_agg(held) AS held FROM spans WHERE NOT is_plain GROUP BY case_id, unit
    ) united, unnest(held) AS one
)"""
