"""周报 (article 14): ordered, read as it was issued, computed anew, and its mails looked after."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Path, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.services import services_of
from gateway.edge.visibility import REPORTS, report_scope, whose
from gateway.reports.schemas import (
    MailingOut,
    MailingsOut,
    RecomputationIn,
    ReportCaseOut,
    ReportCasesOut,
    ReportOrderIn,
    ReportOrderOut,
    ReportOut,
    ReportsOut,
)
from ledger.database import transaction
from ledger.outbox import notifications, reports
from ledger.outbox.reports import Wanted
from ledger.paging import Page
from ledger.registry.keys import Caller
from ledger.tables.reports import IssuedReport
from reports import issuing, periods
from reports.cases import cases
from reports.issuing import Kind
from reports.letters import KINDS, file_name
from reports.model import Period
from reports.periods import NoSuchPeriod
from settings import settings

router = api_router("reports")

Id = Annotated[UUID, Path(description="周报编号")]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_SNAPSHOT = {
    "schema": {"type": "object"},
    "example": {"scope_name": "市中区", "issue": "〔2026〕第10期", "limits": {"hard": {"part": 203, "whole": 204, "cases": "hard"}}},
}
#: The report brings its own style and nothing else: no script, nothing from another host.
_OF_HTML = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def _file(kind: Kind) -> dict[int | str, dict[str, Any]]:
    return problems("report_unknown", "invalid", also={200: {"content": {KINDS[kind]: _BINARY}}})


@router.post(
    "/v1/reports",
    status_code=202,
    summary="编制周报",
    responses=problems("period_invalid", "period_not_over", "report_not_yours", "unit_not_registered", body=True),
)
async def order_report(body: ReportOrderIn, request: Request, caller: CurrentCaller) -> ReportOrderOut:
    """编制任意一周、一段日期,全区或一个单位的周报。已编制过的直接给出(report);全区的一周编制后自动发给收件人。"""
    found = await run_in_threadpool(_order, body, caller)
    return found if isinstance(found, ReportOrderOut) else await _started(request, found)


@router.get("/v1/reports", summary="已编制的周报", responses=problems("invalid"))
def get_reports(
    caller: CurrentCaller,
    page: Paging,
    unit: Annotated[str | None, Query(max_length=64, description="只看这个单位的(单位编码);空为全区")] = None,
) -> ReportsOut:
    """各期各版,新的在前。督办员看到本单位的。"""
    with transaction() as session:
        own = whose(caller, REPORTS)
        found = reports.listed(session, unit if own is None else own, page)
        return page.answer(ReportsOut, found, ReportOut.of)


@router.get(
    "/v1/reports/{id}",
    summary="周报数据",
    response_class=Response,
    responses=problems("report_unknown", "invalid", also={200: {"content": {"application/json": _SNAPSHOT}}}),
)
def get_report(id: Id, caller: CurrentCaller) -> Response:  # noqa: A002
    """编制时的数据,逐字节不变;其 SHA-256 即列表中的 digest。每个比率都带分子(part)、分母(whole)和办件清单的键(cases)。"""
    with transaction() as session:
        row = _own(session, caller, id)
        return Response(row.snapshot, media_type="application/json", headers={"ETag": f'"{row.digest}"'})


@router.get("/v1/reports/{id}/cases", summary="指标的个案", responses=problems("report_unknown", "cases_unknown", "invalid"))
def get_report_cases(
    id: Id,  # noqa: A002
    key: Annotated[str, Query(min_length=1, max_length=200, description="周报数据中该指标的 cases", examples=["hard"])],
    caller: CurrentCaller,
    page: Paging,
) -> ReportCasesOut:
    """周报数据中每个比率、每个数的个案清单,按现有台账列出:此后补录、更正的也在其中。"""
    with transaction() as session:
        row = _own(session, caller, id)
        offset = int(page.after[0]) if page.after else 0
        found = cases(session, periods.of(row.start, row.end), row.scope, key, now=settings().now(), offset=offset, limit=page.limit)
    following = (str(found.next_offset),) if found.next_offset is not None else None
    items = [ReportCaseOut(number=line.number, counted=line.counted) for line in found.lines]
    return ReportCasesOut(part=found.part, whole=found.whole, items=items, next_cursor=page.cursor(Page(items, following)))


@router.get("/v1/reports/{id}/html", summary="周报网页", response_class=Response, responses=_file("html"))
def get_report_html(id: Id, caller: CurrentCaller) -> Response:  # noqa: A002
    """编制时的网页,逐字节不变。"""
    return _layout(caller, id, "html")


@router.get("/v1/reports/{id}/pdf", summary="周报 PDF", response_class=Response, responses=_file("pdf"))
def get_report_pdf(id: Id, caller: CurrentCaller) -> Response:  # noqa: A002
    """公文格式的 PDF,逐字节不变。"""
    return _layout(caller, id, "pdf")


@router.get("/v1/reports/{id}/xlsx", summary="周报工作簿", response_class=Response, responses=_file("xlsx"))
def get_report_xlsx(id: Id, caller: CurrentCaller) -> Response:  # noqa: A002
    """可统计的工作簿,逐字节不变。"""
    return _layout(caller, id, "xlsx")


@router.post("/v1/reports/{id}/recompute", status_code=202, summary="重新编制", responses=problems("report_unknown", body=True))
async def recompute_report(id: Id, body: RecomputationIn, request: Request, caller: CurrentCaller) -> ReportOrderOut:  # noqa: A002
    """按现行口径和现有台账编制新一版,原版保留;新版的说明写明原因和每处更正(更正前、更正后)。"""
    return await _started(request, await run_in_threadpool(_order_again, id, body.reason, caller))


@router.get("/v1/reports/{id}/mailings", summary="周报邮件", responses=problems("report_unknown", "invalid"))
def get_mailings(id: Id, caller: CurrentCaller) -> MailingsOut:  # noqa: A002
    """每位收件人一封,各自的状态。暂时没有送达的自动重发;是否送达不明的和被拒收的由人工处理。"""
    with transaction() as session:
        return _mailings(session, _own(session, caller, id))


@router.post("/v1/reports/{id}/mailings", summary="发给收件人", responses=problems("report_unknown", "no_readers", "invalid"))
def send_report(id: Id, caller: CurrentCaller) -> MailingsOut:  # noqa: A002
    """发给还没有这份周报的收件人,已有的不重复发送。按需编制的周报和后来配置的收件人用它发送。"""
    with transaction() as session:
        row = _own(session, caller, id)
        if not settings().report_readers:
            raise Problem("no_readers")
        reports.send(session, row, settings().report_readers, now=settings().now())
        return _mailings(session, row)


@router.post(
    "/v1/reports/{id}/mailings/{mailing}/again",
    summary="重新发送一封",
    responses=problems("report_unknown", "mailing_unknown", "mailing_not_open", "invalid"),
)
def send_again(id: Id, mailing: Annotated[UUID, Path(description="邮件编号")], caller: CurrentCaller) -> MailingOut:  # noqa: A002
    """核实没有收到的,以同一编号重新发送。"""
    now = settings().now()
    with transaction() as session:
        if mailing not in [mail.id for mail in notifications.of_report(session, _own(session, caller, id).id)]:
            raise Problem("mailing_unknown")
        row = notifications.settle(session, mailing, arrived=False, now=now, actor=caller.actor)
        if row is None:
            raise Problem("mailing_not_open")
        return MailingOut.of(row, now)


def _order(body: ReportOrderIn, caller: Caller) -> Wanted | ReportOrderOut:
    scope = report_scope(caller, body.unit)
    try:
        period = periods.parse(body.period)
    except NoSuchPeriod as wrong:
        raise Problem("period_invalid", errors=[("period", str(wrong))]) from None
    return _ordered(period, scope, caller)


def _order_again(report: UUID, reason: str, caller: Caller) -> Wanted:
    with transaction() as session:
        row = _own(session, caller, report)
        period, scope = periods.of(row.start, row.end), row.scope
    wanted = _ordered(period, scope, caller, reason, again=True)
    assert isinstance(wanted, Wanted)
    return wanted


def _ordered(period: Period, scope: str, caller: Caller, reason: str = "", again: bool = False) -> Wanted | ReportOrderOut:
    with transaction() as session:
        wanted = issuing.order(session, period, scope, now=settings().now(), actor=caller.actor, reason=reason, again=again)
        if wanted is not None:
            return wanted
        there = reports.newest(session, period.start, period.end, scope)
        assert there is not None
        return ReportOrderOut.of(period.start, period.end, scope, there.version, there.id, None)


async def _started(request: Request, wanted: Wanted) -> ReportOrderOut:
    period = periods.text(periods.of(wanted.start, wanted.end))
    flow_run = await services_of(request).starter.report(period, wanted.scope, wanted.version)
    return ReportOrderOut.of_order(wanted, flow_run)


def _own(session: Session, caller: Caller, report: UUID) -> IssuedReport:
    """A report that the caller may read; another unit's looks like none. Raises Problem `report_unknown`."""
    row = reports.find(session, report, whose(caller, REPORTS))
    if row is None:
        raise Problem("report_unknown")
    return row


def _layout(caller: Caller, report: UUID, kind: Kind) -> Response:
    with transaction() as session:
        row = _own(session, caller, report)
        name = quote(file_name(row, kind))
        shown = "inline" if kind == "html" else "attachment"
        headers = {"Content-Disposition": f"{shown}; filename=\"report.{kind}\"; filename*=UTF-8''{name}"}
        if kind == "html":
            headers["Content-Security-Policy"] = _OF_HTML
        return Response(issuing.bytes_of(row, kind), media_type=KINDS[kind], headers=headers)


def _mailings(session: Session, row: IssuedReport) -> MailingsOut:
    now = settings().now()
    return MailingsOut(items=[MailingOut.of(mail, now) for mail in notifications.of_report(session, row.id)])
