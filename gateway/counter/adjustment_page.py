"""报送清单调整的整页 (obligations 5.4, 5.5): found entries, the changes chosen so far and the cause, as they are new, as somebody typed
them, or as they were sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.orm import Session

from domain.adjusting import Step
from domain.calendar import MissingYear
from domain.instants import is_past
from domain.limits import IN_FORCE
from domain.methods import Method
from domain.scope import Exclusion
from gateway.counter.adjustment_form import Line, line_of
from gateway.counter.forms import Sent
from gateway.edge.counter_pages import render
from gateway.edge.paging import words_of
from gateway.edge.problems import Problem
from ledger.calendars import terms
from ledger.catalog import proposals, published, reporting, versions
from ledger.catalog.published import Wanted
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.tables.catalog import Proposal
from settings import LOCAL, settings

_FOUND = 30  #: entries that a search shows


@dataclass(frozen=True)
class Shown:
    """`of`: what was sent back, and `why`; `told`: what of it could not be taken over."""

    unit: str
    once: UUID
    q: str = ""
    lines: tuple[Line, ...] = ()
    reason: str = ""
    reason_date: str = ""
    document: str = ""
    law_change: str = ""
    of: UUID | None = None
    why: str = ""
    told: tuple[str, ...] = ()
    problem: Problem | None = None


def show(request: Request, caller: Caller, shown: Shown) -> Response:
    units, now = units_of_lists(caller), settings().now()
    wanted = shown.unit if shown.unit in units else units[0]
    with transaction() as session:
        names = registry.unit_names(session)
        laws = reporting.unanswered(session, wanted, now=now)
        offered = choices(session)
    return render(
        request,
        "adjustment.html",
        shown.problem.status_code if shown.problem else 200,
        shown=shown,
        unit=wanted,
        lists=[(code, names[code]) for code in units],
        laws=laws,
        once=shown.once,
        today=now.astimezone(LOCAL).date(),
        begins=IN_FORCE.date(),
        **due_of(shown.reason_date),
        **offered,
        **found(caller, wanted, shown.q),
    )


def typed(sent: Sent, once: UUID, lines: list[Line], problem: Problem | None = None) -> Shown:
    """As it was sent."""
    return Shown(
        unit=sent.text("unit"),
        once=once,
        q=sent.text("q"),
        lines=tuple(lines),
        reason=sent.text("reason"),
        reason_date=sent.text("reason_date"),
        document=sent.text("document"),
        law_change=sent.text("law_change"),
        of=sent.id("of"),
        problem=problem,
    )


def sent_back(session: Session, row: Proposal, units: list[str], once: UUID) -> Shown:
    """As it was reported, but for what the published list does not bear any more."""
    lines, told, steps = [], [], proposals.steps_of(session, row.id)
    for change in row.changes:
        name = change.entry.proof_name
        try:
            line, as_it_was = line_of(session, change, units)
        except Problem as problem:
            told.append(f"“{name}”没有带入:{problem.detail}")
            continue
        lines.append(line)
        if not as_it_was:
            told.append(f"“{name}”在现行清单中已经改动,下面是现行的内容,请重新填写要变更的。")
    return Shown(
        unit=row.unit,
        once=once,
        lines=tuple(lines),
        reason=row.reason,
        reason_date=row.reason_date.isoformat() if row.reason_date else "",
        document=row.document,
        law_change=str(row.law_change or ""),
        of=row.id,
        why=next((one.record.get("why", "") for one in reversed(steps) if one.step is Step.RETURN), ""),
        told=tuple(told),
    )


def units_of_lists(caller: Caller) -> list[str]:
    with transaction() as session:
        return registry.lists_of(session, caller.unit)


def found(caller: Caller, unit: str, q: str) -> dict[str, Any]:
    """What a search finds: entries of the published list, and what can be added to it."""
    units, words = units_of_lists(caller), words_of(q)
    wanted = unit if unit in units else units[0]
    with transaction() as session:
        rows = published.page(session, versions.current(session), Wanted(words, wanted), limit=_FOUND + 1)
        matters = reporting.matters_like(session, wanted, (), 200)
        proofs = reporting.proofs_like(session, words, _FOUND) if words else []
    return {"q": q, "wanted": wanted, "entries": [one.entry for one in rows[:_FOUND]], "more": len(rows) > _FOUND} | {
        "matters": matters,
        "proofs": proofs,
    }


def choices(session: Session) -> dict[str, Any]:
    """What the fields of a change offer."""
    units = sorted(registry.unit_names(session).items(), key=lambda one: one[1])
    return {"methods": list(Method), "exclusions": list(Exclusion), "units": units, "sources": reporting.sources(session)}


def due_of(reason_date: str) -> dict[str, Any]:
    """三个工作日: until when it is to be reported, as soon as the day is there."""
    now, nothing = settings().now(), {"day": None, "due": None, "late": False, "missing": None, "wrong": ""}
    try:
        day = date.fromisoformat(reason_date)
    except ValueError:
        return nothing
    if day > now.astimezone(LOCAL).date() or day < IN_FORCE.date():
        wrong = "不能在今天以后" if day > IN_FORCE.date() else "不能早于规则施行之日(2022年6月28日)"
        return nothing | {"day": day, "wrong": wrong}
    try:
        with transaction() as session:
            due = terms.report_due(session, day)
    except MissingYear as year:
        return nothing | {"day": day, "missing": year.year}
    return nothing | {"day": day, "due": due, "late": is_past(due, now)}
