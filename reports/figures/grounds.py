"""依据: what stands behind the limits that were missed, for whoever decides: units, matters and proofs, at which step, what still waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from domain.calendar import LOCAL, MissingYear
from ledger.calendars.calendars import calendar
from reports.figures.limits import DUE, EXCUSED, KEPT, charged, ours
from reports.figures.span import Span
from reports.model import Ground
from reports.wording import ANSWER_DAYS, NOBODY

#: Where a case stood when its limit passed. 督办 has one more: answered in time, and not fed back.
#: Who held it then the events say: the request forgets it at 放回, 交办 and 接手.
_STEP = """CASE WHEN n.unit IS NULL THEN '不在出具单位(退回、转办、待决定)'
    WHEN n.answered_at <= n.due_at THEN CASE n.kind WHEN 'supervision' THEN '答复后未反馈' ELSE '答复后未送达' END
    WHEN (SELECT o.event FROM events o WHERE o.verification = n.verification AND o.event IN ('claimed', 'released')
          AND o.detail->>'request' = CAST(n.request_id AS text) AND o.at <= n.due_at ORDER BY o.at DESC, o.id DESC LIMIT 1) = 'claimed'
    THEN '认领后未答复' ELSE '无人认领' END"""
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


def grounds(session: Session, span: Span, kinds: Sequence[str], names: Mapping[str, str]) -> tuple[Ground, ...]:
    """Of the steps that missed limits of these kinds ask for, most frequent first. A soft miss with an approved reason is settled."""
    query = _MISSED.format(step=_STEP, charged=charged(span), due=DUE, ours=ours(span), kept=KEPT, excused=EXCUSED)
    rows = span.rows(session, query, kinds=list(kinds)) if kinds else []
    return tuple(_ground(kind, [row for row in rows if row.kind == kind], names, span.scope) for kind in kinds)


def _ground(kind: str, rows: Sequence[Row[Any]], names: Mapping[str, str], scope: str) -> Ground:
    units, causes, steps = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        units[names.get(row.unit, NOBODY)] += row.missed
        causes[f"{row.matter}·{row.proof}"] += row.missed
        steps[row.step] += row.missed
    waiting, since = sum(row.missed for row in rows if row.waits), min((row.since for row in rows if row.since), default=None)
    return Ground(kind, _most(units), _most(causes), _most(steps), waiting, since, f"{kind}/{scope}" if scope else kind)


def _most(found: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Most first; nobody, of whom nothing can be asked, last."""
    return tuple(sorted(found.items(), key=lambda one: (one[0] == NOBODY, -one[1], one[0])))


def answer_by(session: Session, now: datetime) -> date | None:
    """The last day for an answer to a report that is made now; None where nobody has entered that year's calendar."""
    try:
        return calendar(session).add_workdays(now.astimezone(LOCAL).date(), ANSWER_DAYS)
    except MissingYear:
        return None
