"""周报的指标: the ledger -> one `reports.model.Report`, by `reports.definitions`. Everything is counted in the database.

The number of statements does not grow with units or verifications: one pass over what was filed, ended, asked, answered
and fell due in the period, and one for the totals of the period before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ledger.outbox.reports import UnknownUnit
from ledger.succession import Charges
from reports import periods
from reports.definitions import VERSION
from reports.figures import (
    articles,
    asked,
    coverage,
    grounds,
    inboxes,
    late_units,
    limits,
    outage,
    oversight,
    record,
    sources,
    systems,
    trend,
    units,
    volume,
    voluntary,
    words,
)
from reports.figures import shared as common
from reports.figures import workdays as working
from reports.figures.handed_back import HandedBack, handed_back
from reports.figures.span import Span, prepare
from reports.model import Count, Limits, Period, Report, UnitRow


class UnknownDefinitions(ValueError):
    """Figures can be computed by the definitions of this version of the program alone."""


@dataclass(frozen=True)
class _ByUnit:
    """What the rows of the units are made of."""

    due: list[limits.Due]
    waiting: dict[str | None, int]  #: 未定
    inboxes: dict[str, inboxes.Inbox]
    filed: dict[str, int]
    submitted: dict[str, int]
    back: dict[str, HandedBack]


def compute(
    session: Session,
    period: Period,
    scope: str,
    now: datetime,
    *,
    issuer: str,
    scope_name: str | None = None,
    copies: str = "",
    contact: str = "",
    definitions: str = VERSION,
) -> Report:
    """The report of a period, of the district ('') or one unit, as things stood at the period's end (or now).

    Raises `UnknownUnit`, `UnknownDefinitions`.
    """
    if definitions != VERSION:
        raise UnknownDefinitions(f"本程序的指标口径为 {VERSION},不能按 {definitions} 计算。")
    prepare(session)
    span = Span.of(session, period, scope, now)
    known = units.register(session, span)
    if scope and scope not in known.names:
        raise UnknownUnit
    before = _before(session, period, span)
    found = _ByUnit(
        limits.due(session, span),
        limits.undetermined(session, span),
        inboxes.inboxes(session, span),
        volume.filed_by_unit(session, span),
        voluntary.submitted(session, span),
        handed_back(session, span),
    )
    counted = volume.volume(session, span)
    last = volume.volume(session, before) if before else None
    own = limits.of_scope(found.due, scope)
    inbox = found.inboxes.get(scope, inboxes.none(scope))
    covered = coverage.coverage(session, span, known.names, known.active)
    rows = _rows(known, found, scope)
    queried = sources.sources(session, span)
    all_limits = limits.as_limits(own, _waiting(found.waiting, scope), scope)
    behind = grounds.grounds(session, span, words.missed(rows, all_limits), known.names)
    connected = systems.systems(session, span, known.names)
    together = common.shared(session, span, behind, queried, known.names)
    others = asked.asked(session, span, known.names, covered, queried, connected, rows)
    gone, year = outage.outage(session, span), periods.days(period)[-1].year
    return Report(
        period=period,
        scope=scope,
        scope_name=scope_name or (known.names[scope] if scope else "市中区"),
        issue=periods.issue(period),
        issuer=issuer,
        definitions=definitions,
        rules=tuple(sorted({one.version for one in own})),
        cut_off=now,
        received=Count(counted.received, last.received if last else None, "received"),
        finished=Count(counted.finished, last.finished if last else None, "finished"),
        withdrawn=counted.withdrawn,
        open=volume.still_open(session, span),
        free_of_paper=Count(counted.free, last.free if last else None, "free"),
        limits=all_limits,
        limits_before=_limits_before(session, before) if before else None,
        spread=inbox.spread,
        methods=counted.methods,
        sources=queried,
        units=rows,
        heat=limits.heat(own, periods.days(period)),
        trend=trend.trend(session, period, span, now),
        distribution=inbox.distribution,
        coverage=covered,
        voluntary=Count(_sum(found.submitted, scope), _sum(voluntary.submitted(session, before), scope) if before else None, "voluntary"),
        complaints=oversight.complaints(session, span, before, known.names),
        leads=oversight.leads(session, span),
        next_steps=words.next_steps(rows, all_limits, covered, queried, (*behind, *others), year, together),
        notes=words.notes(session, period, span, own, all_limits, known, gone),
        systems=connected,
        articles=articles.articles(session, span, known.names),
        record=record.printed(session, now),
        grounds=behind,
        answer_by=grounds.answer_by(session, now),
        copies=copies,
        asked=others,
        contact=contact,
        shared=together,
        workdays=working.workdays(session, period),
        late=late_units.late_units(session, span, known.names),
        outage=gone,
    )


def _before(session: Session, period: Period, span: Span) -> Span | None:
    """The period before, to the same hour where this one is not over; None where nothing had been filed yet."""
    if not volume.begins_before(session, period.start):
        return None
    start = periods.before(period).start
    return Span(
        start, min(period.start, start + (span.cut - span.start)), span.scope, charges=Charges.until(session, period.start), now=span.now
    )


def _limits_before(session: Session, before: Span) -> Limits:
    return limits.as_limits(limits.of_scope(limits.due(session, before), before.scope), 0)


def _rows(known: units.Register, found: _ByUnit, scope: str) -> tuple[UnitRow, ...]:
    """Every unit that had anything to do, or was renamed or merged; of a unit's own report that one alone."""
    by_unit: dict[str, list[limits.Due]] = {}
    for one in found.due:
        by_unit.setdefault(one.unit or "", []).append(one)
    codes = {*by_unit, *found.inboxes, *found.filed, *found.submitted, *known.notes, scope} - {""}
    kept = {code: limits.as_limits(by_unit.get(code, []), found.waiting.get(code, 0), code) for code in codes}
    ranks = units.ranks({code: limits.kept(one) for code, one in kept.items()})
    rows = []
    for code in codes if not scope else {scope}:
        inbox = found.inboxes.get(code, inboxes.none(code))
        submitted, filed = found.submitted.get(code, 0), found.filed.get(code, 0)
        rows.append(
            UnitRow(
                code=code,
                name=known.names[code],
                received=inbox.received,
                answered=inbox.answered,
                waiting=inbox.waiting,
                limits=kept[code],
                spread=inbox.spread,
                returns=inbox.returns,
                returns_accepted=inbox.accepted,
                supplements=inbox.supplements,
                supervised=inbox.supervised,
                supervision_missed=kept[code].supervision.whole - kept[code].supervision.part,
                filed=filed,
                handed_back_minutes=int(found.back.get(code, HandedBack()).seconds // 60),
                voluntary=voluntary.share(submitted, filed, code),
                rank=ranks.get(code),
                note=voluntary.note(code, known.names[code], found.submitted, found.filed),
                changed=known.notes.get(code, ""),
                returns_in_time=inbox.in_time,
            )
        )
    return tuple(sorted(rows, key=lambda row: row.code))


def _waiting(waiting: dict[str | None, int], scope: str) -> int:
    return waiting.get(scope, 0) if scope else sum(waiting.values())


def _sum(counts: dict[str, int], scope: str) -> int:
    return counts.get(scope, 0) if scope else sum(counts.values())


__all__ = ["UnknownDefinitions", "compute"]
