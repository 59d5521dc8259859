"""时限: what fell due in a span, whatever became of it, and what of it was kept (obligations 10.5, 10.6, 10.7, 10.8, 10.12).

Out is what was closed without a score (withdrawn, re-routed, overtaken) and what rests for a supplement that nobody has
sent yet: its instant moves when it comes. Still running past its instant is missed, noticed or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from reports.figures.span import Span
from reports.model import DayCell, Limits, Rate

#: What rests for the supplement `s`, which has not come: its instant will move.
RESTS = "(d.pausable AND d.met_at IS NULL AND d.missed_at IS NULL AND s.id IS NOT NULL)"
#: Limits `d` that fell due, with their request `r`; NULL where the case lay in nobody's inbox (reading 9). `s` is the
#: supplement that is waited for: joined, since of a million limits each would be looked up by itself otherwise.
DUE = f"""deadlines d LEFT JOIN requests r ON r.id = d.request_id
    LEFT JOIN suspensions s ON s.request_id = d.request_id AND s.ended_at IS NULL
    WHERE d.due_at > :start AND d.due_at <= :last AND d.closed_at IS NULL AND d.kind IN ('soft', 'hard', 'supervision')
    AND NOT {RESTS}"""
KEPT = "coalesce(d.met_at <= d.due_at AND d.missed_at IS NULL, false)"
EXCUSED = f"(d.kind = 'soft' AND NOT {KEPT} AND coalesce(d.excuse_approved AND d.excuse_decided_at <= :now, false))"
#: 24:00 is of the day that it closes (`domain.instants.last_day`).
DAY = "CAST((d.due_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai' AS date)"
#: 未定 (reading 25): its request was running within the span.
UNDETERMINED = """deadlines d LEFT JOIN requests r ON r.id = d.request_id
    WHERE d.missing_year IS NOT NULL AND d.closed_at IS NULL AND d.kind <> 'choice'
    AND coalesce(r.received_at, d.started_at) < :cut AND coalesce(r.ended_at >= :start, true)"""


def charged(span: Span) -> str:
    """Who answers for a limit: whoever stood there when it was kept, or passed."""
    return span.charged("r.unit", "least(d.due_at, coalesce(d.met_at, d.due_at))")


def ours(span: Span) -> str:
    return span.ours(charged(span))


@dataclass(frozen=True)
class Due:
    """So many limits of one unit (None: of nobody's), kind, day, rule version and the obligations that they rest on."""

    unit: str | None
    kind: str
    day: date
    version: str
    obligations: tuple[str, ...]
    whole: int
    kept: int
    excused: int
    provisional: int


def due(session: Session, span: Span) -> list[Due]:
    """Of every unit, whatever the scope: a rank needs the others too."""
    found: list[Due] = span.once("limits", lambda: _due(session, span))
    return found


def _due(session: Session, span: Span) -> list[Due]:
    found = span.rows(
        session,
        f"""SELECT {charged(span)}, d.kind, {DAY}, d.rule_version, d.obligations, count(*), count(*) FILTER (WHERE {KEPT}),
                   count(*) FILTER (WHERE {EXCUSED}), count(*) FILTER (WHERE d.provisional)
            FROM {DUE} GROUP BY 1, 2, 3, 4, 5""",
    )
    return [Due(unit, kind, day, version, tuple(obligations), *counts) for unit, kind, day, version, obligations, *counts in found]


def of_scope(found: Iterable[Due], scope: str) -> list[Due]:
    """A unit's own; or all, those too that ran while no unit had the case."""
    return [one for one in found if not scope or one.unit == scope]


def undetermined(session: Session, span: Span) -> dict[str | None, int]:
    """未定 by unit."""
    return dict(map(tuple, span.rows(session, f"SELECT {span.charged('r.unit', ':cut')}, count(*) FROM {UNDETERMINED} GROUP BY 1")))


def as_limits(found: Sequence[Due], waiting: int, unit: str = "") -> Limits:
    """The three rates; `unit` goes into the keys of their cases."""
    place = f"/{unit}" if unit else ""
    soft, hard, supervision = (_rate([one for one in found if one.kind == kind], kind + place) for kind in _KINDS)
    return Limits(soft, hard, supervision, sum(one.excused for one in found), waiting)


_KINDS = ("soft", "hard", "supervision")


def kept(limits: Limits, cases: str = "") -> Rate:
    """最迟和原则上合计: what is ranked and what the trend shows."""
    return Rate(limits.soft.part + limits.hard.part, limits.soft.whole + limits.hard.whole, cases)


def heat(found: Sequence[Due], days: Sequence[date]) -> tuple[DayCell, ...]:
    """Unit × day, soft and hard together; a day without a limit has a cell too, so that every row is whole."""
    missed: Counter[tuple[str, date]] = Counter()
    whole: Counter[tuple[str, date]] = Counter()
    for one in found:
        if one.unit and one.kind != "supervision":
            missed[one.unit, one.day] += one.whole - one.kept
            whole[one.unit, one.day] += one.whole
    return tuple(
        DayCell(unit, day, Rate(missed[unit, day], whole[unit, day], f"missed/{unit}/{day.isoformat()}"))
        for unit in sorted({unit for unit, _ in whole})
        for day in days
    )


def kept_in(session: Session, span: Span) -> tuple[int, int]:
    """(kept, due) of soft and hard limits together."""
    query = f"SELECT count(*) FILTER (WHERE {KEPT}), count(*) FROM {DUE} AND d.kind <> 'supervision' AND {ours(span)}"
    part, whole = span.rows(session, query)[0]
    return int(part), int(whole)


def _rate(found: Sequence[Due], cases: str) -> Rate:
    return Rate(sum(one.kept for one in found), sum(one.whole for one in found), cases)
