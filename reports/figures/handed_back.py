"""核验时间交回 (obligation 10.9, readings 4, 13): by requesting unit, the part of the span that its cases may leave out.

The same reading as `ledger.casework.excluded_time` for one case, over all of them at once: from each request to the next one, or to
the answer's delivery; 无法核验 ends it; a supplement is the requesting unit's own time unless the district reads it
otherwise; requests of one case that run at the same time count once. Cut to the span, so that weeks add up.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger import rules
from reports.figures.figure import spread
from reports.figures.span import Span
from reports.model import Spread


@dataclass(frozen=True)
class HandedBack:
    """Of the cases of one requesting unit of which a verification ran: how many, those with something to leave out, seconds of it in
    all, and of a case."""

    cases: int = 0
    part: int = 0
    seconds: float = 0.0
    spread: Spread = Spread(0)


def handed_back(session: Session, span: Span) -> dict[str, HandedBack]:
    """By requesting unit; '' -> all of them together. Of a unit's report its own alone."""
    found: dict[str, HandedBack] = span.once("handed_back", lambda: _handed_back(session, span))
    return found


def _handed_back(session: Session, span: Span) -> dict[str, HandedBack]:
    rows = span.rows(session, _by_unit(span))
    return {row.unit or "": HandedBack(row.cases, row.measured, float(row.seconds or 0), spread(row)) for row in rows}


def _by_unit(span: Span) -> str:
    return f"""{_took(span)}
        SELECT unit, count(*) AS cases, count(held) AS measured, extract(epoch FROM sum(held)) AS seconds,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY {_SECONDS}) AS median,
            percentile_disc(0.95) WITHIN GROUP (ORDER BY {_SECONDS}) AS p95
        FROM took WHERE {span.ours("unit")} GROUP BY GROUPING SETS ((unit), ())"""


def cases(span: Span) -> str:
    """Cases of which a verification ran within the span, with what each may leave out of it."""
    return f"""{_took(span)}
        SELECT concat_ws('/', c.unit, c.number) AS id, t.held IS NOT NULL AS part, {_SECONDS} AS seconds, t.unit AS about
        FROM took t JOIN cases c ON c.id = t.case_id WHERE {span.ours("t.unit")}"""


_SECONDS = "CAST(extract(epoch FROM held) AS double precision)"


def _took(span: Span) -> str:
    """`took`: (case, unit, how long or NULL), one row of each that ran."""
    return f"""{_found(span)}, took AS (
            SELECT case_id, unit, sum(held) AS held FROM (
                SELECT case_id, unit, held FROM found
                UNION ALL SELECT v.case_id, {span.charged("v.unit", "greatest(v.filed_at, :start)")}, NULL FROM verifications v WHERE {_RAN}
            ) each GROUP BY case_id, unit)"""


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
