"""全局的页面: one for leaders, who read on a telephone; each number opens its cases, without a person in them (obligation 15.4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from gateway.counter.door import PageCaller, pages
from gateway.edge.counter_pages import render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging
from gateway.reports import endpoints as reports
from gateway.reports import overview as api
from ledger.casework.decisions import DecisionKind
from ledger.casework.overview import Standing, reason_of
from ledger.registry.keys import Caller

router = pages()

_PAGE = "/counter/overview"
Order = Annotated[Literal["code", "waiting", "late", "supervised"], Query()]


@router.get(_PAGE, name="counter_overview")
def overview(request: Request, caller: PageCaller, order: Order = "code") -> Response:
    """Units in their official order, unless the reader chose another."""
    found = api.get_overview(caller)
    units = found.units if order == "code" else sorted(found.units, key=lambda one: -int(getattr(one, order)))
    late = [one.late_since for one in units if one.late_since]
    return render(request, "overview.html", found=found, units=units, order=order, late_since=min(late, default=None))


@router.get(f"{_PAGE}/cases", name="counter_overview_cases")
def cases(
    request: Request,
    caller: PageCaller,
    page: Paging,
    kind: Standing = Standing.LATE,
    unit: Annotated[str | None, Query(max_length=64)] = None,
    why: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Behind one of its numbers."""
    found = api.get_overview_cases(caller, page, kind, unit, why)
    reason = reason_of(why) if why and kind is Standing.STILL else ""
    return render(request, "overview_cases.html", found=found, kind=kind, unit=unit, reason=reason)


@router.get(f"{_PAGE}/decisions", name="counter_overview_decisions")
def decisions(request: Request, caller: PageCaller, page: Paging, kind: DecisionKind = DecisionKind.STOPPED) -> Response:
    """Each of what waits for a decision; it leads to the page where it is decided, for who may open that one."""
    found = api.get_overview_decisions(caller, page, kind)
    return render(request, "overview_decisions.html", found=found, kind=kind, numbered=kind.numbered, where=_where(caller, kind))


#: Where each is decided: the page, and its address with the key of the one. What is not here is decided by the API.
_DECIDED: Mapping[DecisionKind, tuple[str, str]] = MappingProxyType(
    {
        DecisionKind.STOPPED: ("counter_decision", "/counter/decisions/{}"),
        DecisionKind.SUPERVISION: ("counter_decision", "/counter/decisions/{}"),
        DecisionKind.COMPLAINT: ("counter_complaint", "/counter/complaints/{}"),
        DecisionKind.COMPLAINT_ANSWER: ("counter_complaint", "/counter/complaints/{}"),
        DecisionKind.EXCUSE: ("counter_decision", "/counter/decisions/{}"),
        DecisionKind.BROKEN: ("counter_stuck", "/counter/stuck"),
        DecisionKind.QUESTION: ("counter_catalog", "/counter/catalog"),
        DecisionKind.PROPOSAL: ("counter_proposal", "/counter/catalog/proposals/{}"),
        DecisionKind.PUBLICATION: ("counter_publication", "/counter/catalog/publication"),
        DecisionKind.CALENDAR: ("counter_calendar", "/counter/calendar"),
    }
)


def _where(caller: Caller, kind: DecisionKind) -> str | None:
    page, address = _DECIDED.get(kind, ("", ""))
    return address if page and page_refusal(page, caller) is None else None


@router.get("/counter/reports/{report}/cases", name="counter_report_cases")
def report_cases(
    request: Request, report: UUID, key: Annotated[str, Query(min_length=1, max_length=200)], caller: PageCaller, page: Paging
) -> Response:
    """Behind a figure of the weekly report."""
    found = reports.get_report_cases(report, key, caller, page)
    return render(request, "report_cases.html", found=found)


@router.get("/counter/reports/{report}/pdf", name="counter_report_pdf")
def report_pdf(report: UUID, caller: PageCaller) -> Response:
    """周报 as it was issued."""
    return reports.get_report_pdf(report, caller)
