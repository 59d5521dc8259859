"""全局 (articles 14, 15): what stands still, what is late, what waits for a decision, the week against the week before."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.visibility import REPORTS, decides, whose
from gateway.reports.overview_schemas import (
    AwaitedListOut,
    AwaitedOut,
    DecisionOut,
    OverviewCase,
    OverviewCasesOut,
    OverviewOut,
    StillOut,
    UnitStandingOut,
    WeekFigureOut,
)
from gateway.reports.schemas import ReportOut
from ledger.casework import decisions, overview
from ledger.casework.decisions import DecisionKind
from ledger.casework.overview import Standing
from ledger.database import transaction
from ledger.outbox import reports
from ledger.paging import PageRequest
from ledger.tables.reports import IssuedReport
from reports.model import Count, Rate, Report, from_json
from settings import settings

router = api_router("reports")

_LOOKED_AT = 20  #: reports, for the newest of a week: others are of days that somebody chose


@router.get("/v1/overview", summary="全局情况", responses=problems())
def get_overview(caller: CurrentCaller) -> OverviewOut:
    """此刻停住的、超时的、等待决定的,以及最近一期周报的主要数字。督办员看到本单位的。不含个人信息。"""
    now, own = settings().now(), whose(caller, REPORTS)
    with transaction() as session:
        standing = overview.still(session, own)
        row = _newest_week(session, own or "")
        return OverviewOut(
            at=now,
            units=[UnitStandingOut(**vars(one)) for one in overview.units(session, own, now=now)],
            still=[StillOut(**vars(one)) for one in standing],
            decisions=[
                DecisionOut(kind=one.kind, name=one.name, by=one.decider, mine=decides(caller, one.by), count=one.count, since=one.since)
                for one in (decisions.awaited(session) if own is None else [])
            ],
            report=ReportOut.of(row) if row else None,
            week=_week(from_json(row.snapshot)) if row else [],
        )


@router.get("/v1/overview/cases", summary="全局情况的个案", responses=problems("invalid"))
def get_overview_cases(
    caller: CurrentCaller,
    page: Paging,
    kind: Annotated[Standing, Query(description="waiting 待答复,late 已超时,supervised 督办中,still 停住")] = Standing.LATE,
    unit: Annotated[str | None, Query(max_length=64, description="只看这个单位的(单位编码)")] = None,
    why: Annotated[str | None, Query(max_length=64, description="kind 为 still 的,只看因此停住的:全局情况 still 中的 code")] = None,
) -> OverviewCasesOut:
    """全局情况中每个数的个案:核验编号、证明、单位、自何时起;最急、最久的在前。不含个人信息。"""
    own = whose(caller, REPORTS)
    with transaction() as session:
        found = overview.cases(session, kind, unit if own is None else own, page, now=settings().now(), why=why)
        return page.answer(OverviewCasesOut, found, lambda line: OverviewCase(**vars(line)))


@router.get("/v1/overview/decisions", summary="等待决定的事项的个案", responses=problems("invalid"))
def get_overview_decisions(
    caller: CurrentCaller,
    page: Paging,
    kind: Annotated[DecisionKind, Query(description="哪一种事项,见全局情况的 decisions")] = DecisionKind.STOPPED,
) -> AwaitedListOut:
    """等待决定的各件:编号、是什么、涉及的单位、自何时起;最久的在前。不含个人信息。"""
    with transaction() as session:
        return page.answer(AwaitedListOut, decisions.lines(session, kind, page), lambda line: AwaitedOut(**vars(line)))


def _newest_week(session: Session, scope: str) -> IssuedReport | None:
    for row in reports.listed(session, scope, PageRequest(_LOOKED_AT)).rows:
        if "W" in ReportOut.of(row).period:
            return row
    return None


def _week(report: Report) -> list[WeekFigureOut]:
    counts = [
        ("收到核验", report.received),
        ("办结核验", report.finished),
        ("免提交证明", report.free_of_paper),
        ("投诉举报", report.complaints.received),
    ]
    now, before = report.limits, report.limits_before
    rates: list[tuple[str, Rate, Rate | None]] = [
        ("最迟时限按时", now.hard, before.hard if before else None),
        ("原则时限按时", now.soft, before.soft if before else None),
        ("督办按时", now.supervision, before.supervision if before else None),
    ]
    return [_counted(name, count) for name, count in counts] + [_kept(name, rate, earlier) for name, rate, earlier in rates]


def _counted(name: str, count: Count) -> WeekFigureOut:
    return WeekFigureOut(name=name, value=str(count.value), said=count.said, cases=count.cases)


def _kept(name: str, rate: Rate, before: Rate | None) -> WeekFigureOut:
    said = "上周无可比数据" if before is None else f"上周 {before}"
    return WeekFigureOut(name=name, value=str(rate), said=said, cases=rate.cases)
