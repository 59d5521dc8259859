"""个案: behind every rate and count of a report the list of what was counted: numbers, never persons.

A key is what `Rate.cases` and `Count.cases` print: a name, where it is of one unit, method or source with that behind a
slash (`hard/370402-CIVIL`), of one week of the trend behind an @ (`kept@2026-W10`). Each list is made by the conditions
by which the figure was counted, so that the two agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.methods import Method
from domain.refusal import Refusal
from ledger.tables.registry import Unit
from reports import periods
from reports.figures import adjustments, articles, coverage, grounds, inboxes, limits, oversight, shared, sources, systems, units, volume
from reports.figures.span import Span
from reports.figures.voluntary import SUBMITTED
from reports.model import Period
from reports.wording import BY_NAME, LATE, LATE_AT, STANDING

PAGE = 500


class NoSuchCases(Refusal, code="cases_unknown"):
    """The key names no figure; the message is Chinese."""


@dataclass(frozen=True)
class CaseLine:
    """`number`: of a verification, or what else the figure counts. `counted`: in the numerator, else only beneath it."""

    number: str
    counted: bool


@dataclass(frozen=True)
class Cases:
    """One page; a verification stands there once for each of its limits or requests that counts."""

    part: int
    whole: int
    lines: tuple[CaseLine, ...]
    next_offset: int | None


def cases(session: Session, period: Period, scope: str, key: str, *, now: datetime, offset: int = 0, limit: int = PAGE) -> Cases:
    """A page of what stands behind `key` in the report of this period and scope. Raises `NoSuchCases`."""
    name, _, week = key.partition("@")
    name, _, about = name.partition("/")
    name = BY_NAME.get(name, name)
    if (name not in _QUERIES and name not in articles.BY_KEY) or bool(week) != (name == "kept"):
        raise NoSuchCases(f"“{key}”不是报告中的指标。")
    if week:
        try:
            period = periods.parse(week)
        except periods.NoSuchPeriod as wrong:
            raise NoSuchCases(str(wrong)) from None
    span = Span.of(session, period, scope, now)
    more = _about(session, name, about, key)
    if name == "obtained":
        more |= systems.meaning(session, span, about)
    if name == "lists":
        more["active"] = units.register(session, span).active
    if name == "rosters":
        more |= coverage.rosters(session, span)
    if name == "adjustments":
        more |= adjustments.late(session, span)
    if name in articles.BY_KEY:
        query, given = articles.listing(session, span, name, about)
        more |= given
    else:
        query = _QUERIES[name](span)
    total = span.rows(session, f"SELECT count(*) FILTER (WHERE part) AS part, count(*) AS whole FROM ({query}) n", **more)[0]
    page = span.rows(
        session, f"SELECT id, part FROM ({query}) n ORDER BY id, part DESC OFFSET :offset LIMIT :limit", offset=offset, limit=limit, **more
    )
    following = offset + len(page)
    lines = tuple(CaseLine(row.id, bool(row.part)) for row in page)
    return Cases(total.part, total.whole, lines, following if following < total.whole else None)


def _about(session: Session, name: str, about: str, key: str) -> dict[str, Any]:
    """What stands behind the slash, checked: a unit, a unit and a day, a method, a source; empty where it may be."""
    if name in ("found", "failed"):
        return {"source": sources.code_of(about)}
    if name == LATE:
        return {"cause": sources.code_of(about)}
    if name == "obtained" or (name in articles.BY_KEY and (not about or articles.BY_KEY[name].by)):
        return {}
    if name == "method":
        if about not in {*Method, volume.BY_HAND}:
            raise NoSuchCases(f"“{key}”中的核验方式不存在。")
        return {"method": about}
    unit, _, day = about.partition("/")
    if (unit and (name not in _OF_UNITS or session.get(Unit, unit) is None)) or (name == "missed") != bool(day):
        raise NoSuchCases(f"“{key}”中的单位或日期不存在。")
    try:
        return {"unit": unit} | ({"day": date.fromisoformat(day)} if day else {})
    except ValueError:
        raise NoSuchCases(f"“{key}”中的日期不存在。") from None


_OF_UNITS = {"soft", "hard", "supervision", STANDING, LATE_AT, "missed", "returns", "returned", "voluntary"}


def _due(condition: str, part: str = limits.KEPT) -> Callable[[Span], str]:
    def query(span: Span) -> str:
        of_unit = f"(:unit = '' OR {limits.charged(span)} = :unit)"
        return f"SELECT d.verification AS id, {part} AS part FROM {limits.DUE} AND {limits.ours(span)} AND {of_unit} AND {condition}"

    return query


def _standing(span: Span) -> str:
    return f"SELECT n.verification AS id, true AS part FROM ({grounds.standing(span)}) n WHERE :unit = '' OR n.unit = :unit"


def _late(span: Span) -> str:
    """What has the cause in common is counted; without one, all."""
    return f"SELECT n.verification AS id, :cause IN ('', n.step, n.source) AS part FROM ({shared.late(span)}) n"


def _late_at(span: Span) -> str:
    return f"SELECT n.verification AS id, true AS part FROM ({shared.late(span, shared.AT_EACH)}) n WHERE :unit = '' OR n.unit = :unit"


def _filed(span: Span) -> str:
    return f"SELECT v.number AS id, true AS part FROM {volume.FILED} AND {span.involved('v.filed_at')}"


def _ended(which: str, part: str = "true") -> Callable[[Span], str]:
    return lambda span: f"SELECT v.number AS id, {part} AS part FROM {volume.ENDED} AND {which} AND {span.involved('v.ended_at')}"


def _sources(part: str) -> Callable[[Span], str]:
    """Both rates of a source are out of all that it was asked."""

    def query(span: Span) -> str:
        answers = (
            f"SELECT l.verification AS id, {part == 'found'} AND l.outcome = 'found' AS part FROM "
            f"{sources.answered(span)} AND l.source = :source"
        )
        failures = f"SELECT e.verification, {part == 'failed'} FROM {sources.failed(span)} AND e.detail->>'source' = :source"
        return f"{answers} UNION ALL {failures}"

    return query


def _voluntary(span: Span) -> str:
    """The count lists the 台账's serials; a unit's rate sets them over what was filed too."""
    own = f"(:scope = '' OR {'{}'}.unit = :scope) AND (:unit = '' OR {'{}'}.unit = :unit)"
    serials = f"SELECT '台账' || s.serial AS id, true AS part FROM {SUBMITTED} AND {own.format('s', 's')}"
    return f"{serials} UNION ALL SELECT v.number, false FROM {volume.FILED} AND :unit <> '' AND {own.format('v', 'v')}"


_METHOD = f"CASE WHEN v.state = 'closed' THEN '{volume.BY_HAND}' ELSE coalesce(v.method, '{volume.BY_HAND}') END = :method"


def _returns(part: Callable[[Span], str], whole: str) -> Callable[[Span], str]:
    def query(span: Span) -> str:
        by = span.charged("b.unit", "b.at")
        ours = f"(:unit = '' OR {by} = :unit) AND (:scope = '' OR {by} = :scope)"
        return f"SELECT b.verification AS id, {part(span)} AS part FROM {whole} AND {ours}"

    return query


_QUERIES: dict[str, Callable[[Span], str]] = {
    "received": _filed,
    "finished": _ended(volume.FINISHED),
    "free": _ended(volume.FREE),
    "method": _ended(volume.FINISHED, _METHOD),
    "soft": _due("d.kind = 'soft'"),
    "hard": _due("d.kind = 'hard'"),
    "supervision": _due("d.kind = 'supervision'"),
    STANDING: _standing,
    LATE: _late,
    LATE_AT: _late_at,
    "missed": _due(f"d.kind <> 'supervision' AND {limits.DAY} = :day", f"NOT {limits.KEPT}"),
    "kept": _due("d.kind <> 'supervision'"),
    "found": _sources("found"),
    "failed": _sources("failed"),
    "returns": _returns(inboxes.accepted, inboxes.RETURNED),
    "returned": _returns(lambda _: inboxes.IN_TIME, inboxes.TIMED),
    "voluntary": _voluntary,
    "complaints": lambda span: f"SELECT c.number AS id, true AS part FROM {oversight.received(span)}",
    "complaints_handled": lambda span: f"SELECT c.number AS id, {oversight.HANDLED} AS part FROM {oversight.due(span)}",
    "lists": coverage.lists,
    "databases": coverage.databases,
    "systems": lambda span: systems.CONNECTED,
    "obtained": lambda span: systems.OBTAINED.format(involved=span.involved("v.filed_at")),
    "adjustments": lambda span: adjustments.ADJUSTMENTS,
    "tasks": coverage.tasks,
    "rosters": lambda span: coverage.ROSTERS,
}
