"""公开数据: a week's figures for everybody, a week after it ended, small counts hidden; without a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from gateway.edge.caching import page_once
from gateway.edge.csv_files import CSV, csv_answer
from gateway.edge.endpoints import Responses, open_router, problems
from gateway.edge.pages import HTML, look, page
from gateway.edge.problems import Problem
from gateway.public.figure_schemas import PublicWeek
from ledger.database import transaction
from reports import periods, public
from reports.model import Period
from reports.periods import NoSuchPeriod
from reports.public import DEFINITIONS
from settings import settings

T = TypeVar("T")
router = open_router("public-figures")

Week = Annotated[str, Path(pattern=r"^20[0-9]{2}-W[0-9]{2}$", description="周次", examples=["2026-W10"])]
_HTML: Responses = {200: {"content": HTML, "description": "网页"}}
_COLUMNS = ("周次", "单位", *DEFINITIONS)
TOTAL = "全区"


@router.get(
    "/figures",
    summary="公开数据",
    response_class=Response,
    responses=problems("week_unknown", "week_too_early", "week_not_issued", "invalid", key=False, also=_HTML),
)
def figures_page(
    request: Request,
    week: Annotated[
        str | None, Query(pattern=r"^20[0-9]{2}-W[0-9]{2}$", description="周次;省略为最近公开的", examples=["2026-W10"])
    ] = None,
) -> Response:
    """一周的网页:各单位收到、答复的部门核验申请和按时情况,连同口径。小于 5 的数隐去。"""
    newest = _newest()
    period = _period(week) if week else newest
    if period is None:
        raise Problem("week_not_issued")
    return page_once(request, look(_of(period, public.issued_of).id, newest), lambda: _set(period, newest))


def _set(period: Period, newest: Period | None) -> HTMLResponse:
    found = _of(period, public.week)
    rows = [(name, _lines(cells)) for name, cells in zip(found.units, found.published.rows, strict=True)]
    return page(
        "figures.html",
        label=period.label,
        code=periods.text(period),
        rows=rows,
        totals=_lines(found.published.totals),
        definitions=DEFINITIONS,
        before=periods.text(periods.before(period)),
        after=periods.text(periods.week_of(period.end)) if newest and period.end <= newest.start else "",
    )


@router.get(
    "/figures/{week}.json",
    summary="公开数据(JSON)",
    responses=problems("week_unknown", "week_too_early", "week_not_issued", "invalid", key=False),
)
def figures_json(week: Week, request: Request) -> PublicWeek:
    """一周的数据和口径;`<5` 为 0 至 4,`*` 为防止推算而隐去。"""
    period = _period(week)
    found = _of(period, public.week)
    units = [
        {"单位": name, **dict(zip(DEFINITIONS, cells, strict=True))} for name, cells in zip(found.units, found.published.rows, strict=True)
    ]
    return PublicWeek(
        week=week,
        label=period.label,
        definitions=DEFINITIONS,
        units=units,
        totals=dict(zip(DEFINITIONS, found.published.totals, strict=False)),
    )


@router.get(
    "/figures/{week}.csv",
    summary="公开数据(CSV)",
    response_class=Response,
    responses=problems("week_unknown", "week_too_early", "week_not_issued", "invalid", key=False, also={200: {"content": CSV}}),
)
def figures_csv(week: Week, request: Request) -> Response:
    """UTF-8 带签名的 CSV,末尾为全区合计和各栏口径。"""
    found = _of(_period(week), public.week)
    rows: list[tuple[object, ...]] = [(week, name, *cells) for name, cells in zip(found.units, found.published.rows, strict=True)]
    if found.units:
        rows.append((week, TOTAL, *found.published.totals))
    rows += [("口径", name, said) for name, said in (*DEFINITIONS.items(), ("<5", "0 至 4"), ("*", "为防止推算而隐去"))]
    return csv_answer(f"figures-{week}.csv", _COLUMNS, rows)


def _newest() -> Period | None:
    with transaction() as session:
        return public.newest(session, settings().now())


def _period(week: str) -> Period:
    try:
        return periods.parse(week)
    except NoSuchPeriod:
        raise Problem("week_unknown") from None


def _of(period: Period, read: Callable[..., T]) -> T:
    with transaction() as session:
        return read(session, period, now=settings().now())


def _lines(cells: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(DEFINITIONS, cells, strict=False))
