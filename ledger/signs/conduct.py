"""使用系统 (16.7): look-ups elsewhere, cases dated back or there for the look-up alone, strangers, shared accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from domain.leads import LeadRule, Sign
from ledger.signs.finding import found

_R = LeadRule
_OFF_SYSTEM = """
    SELECT unit, '', NULL, count(*) FROM off_system_lookups
    WHERE recorded_at >= :start AND recorded_at < :end GROUP BY unit HAVING count(*) >= :least
"""
_BACKDATED = """
    SELECT c.unit, '', array_agg(v.number), count(DISTINCT c.id)
    FROM cases c LEFT JOIN verifications v ON v.case_id = c.id
    WHERE c.registered_at >= :start AND c.registered_at < :end AND c.registered_at - c.accepted_at > interval '3 days'
    GROUP BY c.unit HAVING count(DISTINCT c.id) >= :least
"""
_FOR_LOOKUP = """
    SELECT c.unit, '', array_agg(v.number), count(DISTINCT c.id)
    FROM cases c JOIN verifications v ON v.case_id = c.id AND v.state = 'delivered'
    WHERE c.handling = 'promised' AND c.closed_at >= :start AND c.closed_at < :end
          AND c.closed_at - c.registered_at <= interval '10 minutes'
    GROUP BY c.unit HAVING count(DISTINCT c.id) >= :least
"""
#: The hour is any hour, not that of the clock: of each person the one with most look-ups, so that a busy counter is
#: not held against itself a million times. What a unit's system files for many clerks is no one person's doing.
_STRANGERS = """
    WITH asked AS (
        SELECT v.unit, c.matter, v.filed_by, v.filed_at, v.number, p.lookup
        FROM verifications v JOIN cases c ON c.id = v.case_id JOIN parties p ON p.id = v.party_id
        WHERE v.filed_at >= :start AND v.filed_at < :end AND v.via_system IS NULL
    ), busy AS (
        SELECT *, count(*) OVER (
            PARTITION BY unit, matter, filed_by ORDER BY filed_at RANGE BETWEEN CURRENT ROW AND '1 hour' FOLLOWING
        ) AS together FROM asked
    ), hours AS (
        SELECT f.unit, f.matter, f.filed_by, f.filed_at, count(DISTINCT a.lookup) AS persons
        FROM (
            SELECT DISTINCT ON (unit, matter, filed_by) * FROM busy WHERE together >= :least
            ORDER BY unit, matter, filed_by, together DESC, filed_at
        ) f JOIN asked a
             ON a.unit = f.unit AND a.matter = f.matter AND a.filed_by = f.filed_by
             AND a.filed_at BETWEEN f.filed_at AND f.filed_at + interval '1 hour'
        GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT a.lookup) >= :least
    ), fullest AS (SELECT DISTINCT ON (unit, matter) * FROM hours ORDER BY unit, matter, persons DESC, filed_at)
    SELECT f.unit, f.matter, array_agg(a.number), f.persons FROM fullest f JOIN asked a
         ON a.unit = f.unit AND a.matter = f.matter AND a.filed_by = f.filed_by
         AND a.filed_at BETWEEN f.filed_at AND f.filed_at + interval '1 hour'
    GROUP BY f.unit, f.matter, f.persons
"""
#: Of a unit the person and the hour with most places. What was filed and answered then leads to who it was.
_SHARED = """
    WITH hours AS (
        SELECT p.unit, o.subject AS person, o.since, count(*) AS places FROM origins o JOIN people p ON p.code = o.subject
        WHERE o.what = 'account' AND o.since >= :start AND o.since < :end
        GROUP BY 1, 2, 3 HAVING count(*) >= :least
    ), fullest AS (SELECT DISTINCT ON (unit) * FROM hours ORDER BY unit, places DESC, since, person)
    SELECT f.unit, '', array_agg(DISTINCT d.number), f.places
    FROM fullest f LEFT JOIN LATERAL (
        SELECT v.number FROM verifications v
        WHERE v.filed_by = f.person AND v.unit = f.unit AND v.filed_at >= f.since AND v.filed_at < f.since + interval '1 hour'
        UNION
        SELECT q.verification FROM requests q
        WHERE q.answered_by = f.person AND q.unit = f.unit
              AND q.answered_at >= f.since AND q.answered_at < f.since + interval '1 hour'
    ) d ON true GROUP BY f.unit, f.places
"""


def signs(session: Session, start: datetime, end: datetime, now: datetime) -> list[Sign]:
    """Everything of this clause in [start, end) but answers in bulk."""
    return [
        *found(session, _R.OFF_SYSTEM, "系统外查询", _OFF_SYSTEM, start, end),
        *found(session, _R.BACKDATED, "办件", _BACKDATED, start, end),
        *found(session, _R.CASE_FOR_LOOKUP, "办件", _FOR_LOOKUP, start, end),
        *found(session, _R.MANY_STRANGERS, "不同当事人", _STRANGERS, start, end),
        *found(session, _R.SHARED_ACCOUNT, "一小时内使用的地点", _SHARED, start, end),
    ]
