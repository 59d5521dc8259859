"""登记变更: what waits for a second person, who confirms it; and 留痕: who changed what in the registers, keys and limits."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from domain.register_changes import RegisterChangeStatus
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import Since, Until, api_router, period, problems
from gateway.edge.paging import Paging
from gateway.registry.change_schemas import RegisterChangeOut, RegisterChangesOut, TraceOut, TracesOut
from ledger import traces
from ledger.database import transaction
from ledger.registry import register_changes
from settings import settings

router = api_router("registry")

ChangeId = Annotated[UUID, Path(description="变更编号")]
_DECIDE = problems("register_change_unknown", "register_change_refused", "invalid")


@router.get("/v1/registry/changes", summary="登记变更", responses=problems("invalid"))
def get_register_changes(
    caller: CurrentCaller,
    page: Paging,
    standing: Annotated[
        RegisterChangeStatus | None,
        Query(description="waiting 待确认,confirmed 已确认,refused 不予确认,replaced 已由后来的代替,installed 首次安装"),
    ] = None,
) -> RegisterChangesOut:
    """最新的在前:变更前后、提出人和确认人、各自的时间。"""
    with transaction() as session:
        found = register_changes.listed(session, page, standing)
        return page.answer(RegisterChangesOut, found, RegisterChangeOut.of)


@router.post("/v1/registry/changes/{id}/confirm", summary="确认登记变更", responses=_DECIDE)
def confirm_change(id: ChangeId, caller: CurrentCaller) -> RegisterChangeOut:  # noqa: A002
    """由提出人以外的另一人用本人的密钥确认,自此生效。不能确认自己的岗位。"""
    with transaction() as session:
        return RegisterChangeOut.of(register_changes.confirm(session, id, actor=caller.actor, now=settings().now()))


@router.post("/v1/registry/changes/{id}/refuse", summary="不予确认", responses=_DECIDE)
def refuse_change(id: ChangeId, caller: CurrentCaller) -> RegisterChangeOut:  # noqa: A002
    """不予确认;提出人也可以由此撤回。"""
    with transaction() as session:
        return RegisterChangeOut.of(register_changes.refuse(session, id, actor=caller.actor, now=settings().now()))


@router.get("/v1/traces", summary="留痕", responses=problems("invalid"))
def get_traces(
    caller: CurrentCaller,
    page: Paging,
    place: Annotated[
        str | None, Query(max_length=40, pattern=r"^[a-z_]+$", description="哪一张表,如 people、units、api_keys、deadlines")
    ] = None,
    subject: Annotated[str | None, Query(max_length=64, description="编码或 id")] = None,
    by: Annotated[str | None, Query(max_length=130, description="由谁", examples=["person:demo-admin"])] = None,
    since: Since = None,
    until: Until = None,
) -> TracesOut:
    """谁在何时改了登记库、密钥、时限、证明和用印记录,改前改后;由数据库自行记下,任何人不能更改。最新的在前。"""
    start, end = period(since, until)
    with transaction() as session:
        found = traces.listed(session, start, end, page, place=place, subject=subject, by=by)
        return page.answer(TracesOut, found, TraceOut.of)
