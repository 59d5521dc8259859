"""共同原因: what most cases that are late have in common, so that a leader decides once and not by each kind of limit.

A case counts once, however many of its limits were missed, as 超最迟时限, else 此前超时, else 督办未按时反馈, else 超原则上的时限. What
lost a look-up to a failing source came to its unit because of that; else where it stood is what they share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from reports.decisions import Ground, Shared
from reports.figures.asked import fails
from reports.figures.grounds import STEP, as_ground, standing
from reports.figures.limits import DUE, EXCUSED, KEPT, charged, ours
from reports.figures.sources import code_of
from reports.figures.span import Span
from reports.model import SourceRow
from reports.wording import LATE, NOT_ANSWERED, STANDING, UNCLAIMED

_Both = tuple[Sequence[Row[Any]], Sequence[Row[Any]]]
NAMED = 3  #: so many cases of a unit are named; of more there is the list
_FEW, _MOST = 3, 2  #: fewer cases are told one by one; and it is shared by one of so many at least
AT_EACH = "n.verification, n.unit"
_RANK = f"array_position(ARRAY['hard', '{STANDING}', 'supervision', 'soft'], CAST(n.kind AS text))"
_FAILED_BEFORE = """(SELECT v.detail->>'source' FROM events v WHERE v.verification = n.verification AND v.event = 'fell_back'
    AND starts_with(v.detail->>'why', 'source_failed') AND v.at <= n.late_at ORDER BY v.at, v.id LIMIT 1)"""


def late(span: Span, each: str = "n.verification") -> str:
    """Each late case once: verification, entry, unit, kind, step, the source that had failed it (or NULL), whether it waits, since when.
    `each`: once at each of its units, where those are named too."""
    return f"""
        SELECT DISTINCT ON ({each}) n.verification, n.entry_id, n.unit, n.kind, n.waits, n.late_at, n.request_id, {STEP} AS step,
               {_FAILED_BEFORE} AS source
        FROM (SELECT d.verification, v.entry_id, CAST(d.kind AS text) AS kind, d.due_at, d.due_at AS late_at, d.request_id, r.answered_at,
                     {charged(span)} AS unit, coalesce(v.ended_at >= :cut, true) AS waits
              FROM verifications v, {DUE} AND v.number = d.verification AND {ours(span)} AND NOT {KEPT} AND NOT {EXCUSED}
              UNION ALL
              SELECT s.verification, s.entry_id, s.kind, s.due_at, s.since, s.request_id, s.answered_at, s.unit, true
              FROM ({standing(span)}) s) n
        ORDER BY {each}, {_RANK}, n.late_at, n.request_id"""


def both(session: Session, span: Span, named: int) -> _Both:
    """Of all late cases, looked for once, since each is asked what befell it: once each by unit, matter, proof, step, source and whether
    it waits; and once at each of their units by unit, kind, step and source, with the numbers of the first `named`."""
    found: _Both = span.once("late", lambda: _both(session, span, named))
    return found


def _both(session: Session, span: Span, named: int) -> _Both:
    found = span.rows(
        session,
        f"""
        WITH each AS MATERIALIZED ({late(span, AT_EACH)})
        SELECT true AS whole, n.unit, e.matter_name AS matter, e.proof_name AS proof, NULL AS kind, n.step, n.source, n.waits,
               count(*) AS missed, NULL AS waiting, min(n.late_at) FILTER (WHERE n.waits) AS since, NULL::text[] AS numbers
        FROM (SELECT DISTINCT ON (n.verification) n.* FROM each n ORDER BY n.verification, {_RANK}, n.late_at, n.request_id) n
        JOIN entries e ON e.id = n.entry_id GROUP BY 2, 3, 4, 6, 7, 8
        UNION ALL
        SELECT false, coalesce(n.unit, ''), NULL, NULL, n.kind, n.step, n.source, NULL,
               count(*), count(*) FILTER (WHERE n.waits), NULL, (array_agg(n.verification ORDER BY n.verification))[1:{named}]
        FROM each n GROUP BY 2, 5, 6, 7""",
    )
    return [row for row in found if row.whole], [row for row in found if not row.whole]


def shared(
    session: Session, span: Span, grounds: Sequence[Ground], sources: Iterable[SourceRow], names: Mapping[str, str]
) -> Shared | None:
    """None where one kind alone was missed and no source failed, or what was missed has little in common."""
    failing = {code_of(row.source): row.source for row in sources if fails(row)}
    if len(grounds) + len(failing) < 2 or not grounds:
        return None
    rows, _ = both(session, span, NAMED)
    whole = sum(row.missed for row in rows)
    by_source, by_step = _counted(rows, "source", failing), _counted(rows, "step", (UNCLAIMED, NOT_ANSWERED))
    for found, counted in ((failing, by_source), ({one: one for one in by_step}, by_step)):
        if found is not failing and len(grounds) < 2:
            continue
        for cause, part in counted.most_common(1):
            if part >= _FEW and part * _MOST >= whole:
                key = f"{LATE}/{cause}"
                return Shared(found[cause], found is failing, part, as_ground(LATE, rows, names, key))
    return None


def _counted(rows: Sequence[Row[Any]], column: str, of: Iterable[str]) -> Counter[str]:
    known, counted = set(of), Counter[str]()
    for row in rows:
        if (value := getattr(row, column)) in known:
            counted[value] += row.missed
    return counted
