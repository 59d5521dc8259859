"""使用系统 (obligation 16.7): look-ups elsewhere, cases dated back or there for the look-up alone, shared accounts,
what nobody went on with.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule, is_outlier
from ledger.oversight.indicators.finding import MOST_NUMBERS, found

_R = LeadRule
_DAYS_OF_GRACE = timedelta(days=3)  #: a case's end is entered some days late
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


#: Results for cases that should have ended in this time. Cases that last longer are not due yet; those without a promise are
#: due a day after they were registered. Two ranges, of which PostgreSQL knows how many cases they hold: of an expression it
#: guesses one in two hundred, and looks a million up one by one.
_DUE = """
    FROM cases c JOIN verifications v ON v.case_id = c.id AND v.state = 'delivered' AND v.result = 'confirmed'
    WHERE (c.promise_end >= :start AND c.promise_end < :end OR c.promise_end IS NULL AND c.registered_at >= :registered_from
           AND c.registered_at < :registered_until)
"""
#: By each key, how many of them led to nothing.
_UNUSED = f"""
    SELECT unit, coalesce(via_system, '') AS system, coalesce(via_system, filed_by) AS key,
           CAST(sum(part) AS bigint), CAST(sum(whole) AS bigint) FROM (
        SELECT v.unit, v.via_system, v.filed_by, count(*) FILTER (WHERE c.closed_at IS NULL) AS part, count(*) AS whole
        {_DUE} GROUP BY 1, 2, 3
    ) by_person GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_UNUSED_OF = f"""
    SELECT v.number {_DUE} AND c.closed_at IS NULL AND v.unit = :unit AND coalesce(v.via_system, '') = :system
           AND coalesce(v.via_system, v.filed_by) = :key
    ORDER BY v.number LIMIT {MOST_NUMBERS}
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of this clause in [start, end) but answers in bulk."""
    return [
        *found(session, _R.OFF_SYSTEM, "系统外查询", _OFF_SYSTEM, start, end),
        *found(session, _R.BACKDATED, "办件", _BACKDATED, start, end),
        *found(session, _R.CASE_FOR_LOOKUP, "办件", _FOR_LOOKUP, start, end),
        *found(session, _R.SHARED_ACCOUNT, "一小时内使用的地点", _SHARED, start, end),
        *_unused(session, start, min(end, now - _DAYS_OF_GRACE)),
    ]


def _unused(session: Session, start: datetime, end: datetime) -> list[Indication]:
    """Compared with the other units together: where nobody enters the end of a case, nobody stands out. Of several
    persons of a unit the one with most."""
    day = timedelta(days=1)
    due = {"start": start, "end": end, "registered_from": start - day, "registered_until": end - day}
    rows = session.execute(text(_UNUSED), due).tuples().all()
    least, found_now = _R.UNUSED_LOOKUPS.about.least, dict[tuple[str, str], tuple[str, dict[str, int | str]]]()
    for unit, system, key, part, whole in sorted(rows, key=lambda one: one[3]):
        others = [(row[3], row[4]) for row in rows if row[0] != unit]
        rest, all_of_them = sum(part for part, _ in others), sum(whole for _, whole in others)
        if is_outlier(part, whole, rest, all_of_them, least=least):
            counts: dict[str, int | str] = {"未办结": part, "取得结果": whole, "其他单位未办结": rest, "其他单位取得结果": all_of_them}
            found_now[unit, system] = key, counts

    def numbers(unit: str, system: str, key: str) -> tuple[str, ...]:
        return tuple(session.scalars(text(_UNUSED_OF), {**due, "unit": unit, "system": system, "key": key}))

    return [
        Indication(_R.UNUSED_LOOKUPS, unit, system, numbers(unit, system, key), counts)
        for (unit, system), (key, counts) in found_now.items()
    ]
