"""后续更新 (article 13) and 清单覆盖情况: what a publication asks of units, and what the list still lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from domain.listing import Change
from gateway.catalog import published_documents
from gateway.catalog.proposal_inputs import DoneIn
from gateway.catalog.proposal_schemas import CoverageOut, TaskOut, TasksOut
from gateway.edge.authentication import CurrentCaller
from gateway.edge.csv_files import CSV, csv_answer
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.parameters import VersionNumber
from gateway.edge.problems import Problem
from gateway.edge.visibility import CHANGE_TASKS, units_of, whose
from ledger.catalog import change_tasks, published
from ledger.catalog.coverage import coverage
from ledger.database import transaction
from ledger.registry import registry
from settings import settings

router = api_router("catalog-tasks")


@router.get("/v1/catalog/change-tasks", summary="更新任务", responses=problems("invalid"))
def get_change_tasks(
    caller: CurrentCaller, page: Paging, still_open: Annotated[bool, Query(alias="open", description="true 只看未完成的")] = True
) -> TasksOut:
    """每次公布后,变动事项的办理流程和办事指南须随之更新。本单位的任务,最早的在前;专班办公室看到全部。"""
    with transaction() as session:
        found = change_tasks.tasks(session, page, unit=whose(caller, CHANGE_TASKS), still_open=still_open)
        return page.answer(TasksOut, found, TaskOut.of)


@router.post("/v1/catalog/change-tasks/{id}/done", summary="完成更新", responses=problems("task_unknown", body=True))
def finish_change_task(
    id: Annotated[UUID, Path(description="任务编号")],  # noqa: A002
    body: DoneIn,
    caller: CurrentCaller,
) -> TaskOut:
    """登记已经更新;以首次登记为准。"""
    with transaction() as session:
        row = change_tasks.acknowledge(session, id, caller.unit, body.note, now=settings().now(), actor=caller.actor)
        if row is None:
            raise Problem("task_unknown")
        return TaskOut.of(row)


@router.get(
    "/v1/catalog/versions/{version}/guide-changes.csv",
    summary="办事指南更新表",
    response_class=Response,
    responses=problems("version_unknown", "invalid", also={200: {"content": CSV}}),
)
def export_guide_changes(version: VersionNumber, caller: CurrentCaller) -> Response:
    """这一版与上一版相比,办事指南和网上办事要素应当怎样改。本单位和由本单位编制的;专班办公室看到全部。"""
    with transaction() as session:
        published.version_of(session, version)
        seen, names = units_of(session, caller), registry.unit_names(session)
    mine = (one for one in published_documents.changes(version - 1, version) if seen is None or one.entry.unit in seen)
    return csv_answer(f"guide-changes-{version}.csv", published_documents.GUIDE_HEADER, _rows(mine, names))


def _rows(found: Iterator[Change], names: Mapping[str, str]) -> Iterator[list[object]]:
    for change in found:
        yield [*published_documents.change_row(change, names), published_documents.guide_words(change)]


@router.get("/v1/catalog/coverage", summary="清单覆盖情况", responses=problems())
def get_coverage(caller: CurrentCaller) -> CoverageOut:
    """哪些单位没有清单,哪些证明被索要而清单未列,哪些数据库尚未接入,哪些条目应当采取告知承诺而没有承诺书文本;每个数字都有分子和分母。"""
    with transaction() as session:
        return CoverageOut.of(coverage(session))
