"""依据: what stands behind the limits that were missed, for whoever decides: units, matters and proofs, at which step, what still waits;
and what stood still before already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from domain.calendar import LOCAL, MissingYear
from ledger.calendars.calendars import calendar
from reports.decisions import Ground
from reports.figures.limits import DUE, EXCUSED, KEPT, RESTS, charged, ours
from reports.figures.span import Span
from reports.figures.volume import IS_OPEN
from reports.wording import ANSWER_DAYS, NOBODY, NOT_ANSWERED, STANDING, UNCLAIMED

#: Where a case stood when its limit passed. 督办 has one more: answered in time, and not fed back.
#: Who held it then the events say: the request forgets it at 放回, 交办 and 接手.
STEP = f"""CASE WHEN n.unit IS NULL THEN '不在出具单位(退回、转办、待决定)'
    WHEN n.answered_at <= n.due_at THEN CASE n.kind WHEN 'supervision' THEN '答复后未反馈' ELSE '答复后未送达' END
    WHEN (SELECT o.event FROM events o WHERE o.verification = n.verification AND o.event IN ('claimed', 'released')
          AND o.detail->>'request' = CAST(n.request_id AS text) AND o.at <= n.due_at ORDER BY o.at DESC, o.id DESC LIMIT 1) = 'claimed'
    THEN '{NOT_ANSWERED}' ELSE '{UNCLAIMED}' END"""
_MISSED = """
    SELECT n.kind, n.unit, e.matter_name AS matter, e.proof_name AS proof, {step} AS step, n.waits,
           count(*) AS missed, min(n.due_at) FILTER (WHERE n.waits) AS since
    FROM (SELECT d.verification, d.kind, d.due_at, d.request_id, {charged} AS unit, r.answered_at, v.entry_id,
                 coalesce(CASE d.kind WHEN 'supervision' THEN r.ended_at ELSE v.ended_at END >= :cut, true) AS waits
          FROM verifications v, {due} AND v.number = d.verification
          AND {ours} AND NOT {kept} AND NOT {excused} AND d.kind = ANY(:kinds)) n
    JOIN entries e ON e.id = n.entry_id
    GROUP BY 1, 2, 3, 4, 5, 6
"""
_LATE = f"""FROM deadlines d LEFT JOIN suspensions s ON s.request_id = d.request_id AND s.ended_at IS NULL
    WHERE d.verification = v.number AND d.kind IN ('soft', 'hard') AND d.closed_at IS NULL
    AND NOT {RESTS} AND NOT {KEPT} AND NOT {EXCUSED}"""
_STOOD = """
    SELECT n.kind, n.unit, e.matter_name AS matter, e.proof_name AS proof, {step} AS step, true AS waits,
           count(*) AS missed, min(n.since) AS since
    FROM ({standing}) n JOIN entries e ON e.id = n.entry_id
    GROUP BY 1, 2, 3, 4, 5
"""


def standing(span: Span) -> str:
    """此前超时: late before the span began, by none of its own limits, and open at its end; each once, with whom it is then."""
    unit = span.charged("q.unit", ":cut")
    return f"""
        SELECT '{STANDING}' AS kind, v.number AS verification, v.entry_id, q.id AS request_id, {unit} AS unit, q.answered_at,
               CAST(:cut AS timestamptz) AS due_at, late.since
        FROM verifications v
        CROSS JOIN LATERAL (SELECT min(d.due_at) AS since {_LATE} AND d.due_at <= :start) late
        LEFT JOIN LATERAL (
            SELECT q.* FROM requests q WHERE q.verification = v.number AND q.received_at < :cut AND coalesce(q.ended_at >= :cut, true)
            ORDER BY q.received_at DESC, q.id LIMIT 1) q ON true
        WHERE v.filed_at < :start AND ({IS_OPEN} OR v.ended_at >= :cut) AND late.since IS NOT NULL
        AND NOT EXISTS (SELECT {_LATE} AND d.due_at > :start AND d.due_at <= :last) AND {span.ours(unit)}"""


def grounds(session: Session, span: Span, kinds: Sequence[str], names: Mapping[str, str]) -> tuple[Ground, ...]:
    """Of the steps that missed limits of these kinds ask for, most frequent first. A soft miss with an approved reason is settled.
    What stood still before comes right after the hard limits of the span."""
    query = _MISSED.format(step=STEP, charged=charged(span), due=DUE, ours=ours(span), kept=KEPT, excused=EXCUSED)
    rows = span.rows(session, query, kinds=list(kinds)) if kinds else []
    old = span.rows(session, _STOOD.format(step=STEP, standing=standing(span)))
    named = [kind for kind in ("hard", STANDING, "supervision", "soft") if kind in kinds or kind == STANDING and old]
    own = f"/{span.scope}" if span.scope else ""
    return tuple(as_ground(kind, [row for row in (*rows, *old) if row.kind == kind], names, f"{kind}{own}") for kind in named)


def as_ground(kind: str, rows: Sequence[Row[Any]], names: Mapping[str, str], cases: str) -> Ground:
    """Of rows of unit, matter, proof, step, waits, missed and since."""
    units, causes, steps = Counter[str](), Counter[str](), Counter[str]()
    for row in sorted(rows, key=lambda row: row.unit or ""):  # of those with as many the first in official order, as the steps have it
        units[names.get(row.unit, NOBODY)] += row.missed
        causes[f"{row.matter}·{row.proof}"] += row.missed
        steps[row.step] += row.missed
    waiting, since = sum(row.missed for row in rows if row.waits), min((row.since for row in rows if row.since), default=None)
    first = {name: place for place, name in enumerate(units)}
    by_unit = tuple(sorted(units.items(), key=lambda one: (one[0] == NOBODY, -one[1], first[one[0]])))
    return Ground(kind, by_unit, _most(causes), _most(steps), waiting, since, cases)


def _most(found: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Most first."""
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def answer_by(session: Session, now: datetime) -> date | None:
    """The last day for an answer to a report that is made now; None where nobody has entered that year's calendar."""
    try:
        return calendar(session).add_workdays(now.astimezone(LOCAL).date(), ANSWER_DAYS)
    except MissingYear:
        return None
