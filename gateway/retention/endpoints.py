"""保管期限: what is due, confirmed by the 专班 office, and what holds it back (obligation 2.7)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from domain.retention import RetentionStatus
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.retention.schemas import ErasureIn, ErasureOut, HoldIn, HoldOut, HoldsOut, RetentionItemOut, RetentionOut
from ledger import retention
from ledger.database import transaction
from settings import settings

router = api_router("oversight")


@router.get("/v1/retention", summary="保管期限届满清册", responses=problems("invalid"))
def get_retention(
    caller: CurrentCaller,
    page: Paging,
    standing: Annotated[RetentionStatus | None, Query(description="listed 待确认,held 暂停销毁,confirmed 待销毁,erased 已销毁")] = None,
) -> RetentionOut:
    """保管期限已满的办件、投诉和主动提供台账,最早届满的在前。只有编号,没有姓名和号码。"""
    with transaction() as session:
        found = retention.lines(session, page, standing)
        return page.answer(RetentionOut, found, RetentionItemOut.of)


@router.post("/v1/retention/confirm", summary="确认销毁", responses=problems("retention_refused", "must_recuse", body=True))
def confirm_erasure(body: ErasureIn, caller: CurrentCaller) -> ErasureOut:
    """确认后由当夜的例行任务销毁:销毁密钥,姓名、号码、证明和附件不能再读取;办理经过保留。销毁前随时可以暂停。"""
    with transaction() as session:
        return ErasureOut(confirmed=retention.confirm(session, body.items, now=settings().now(), actor=caller.actor))


@router.get("/v1/holds", summary="暂停销毁", responses=problems("invalid"))
def get_holds(caller: CurrentCaller, page: Paging) -> HoldsOut:
    """尚未解除的各项暂停。"""
    with transaction() as session:
        found = retention.standing_holds(session, page)
        return page.answer(HoldsOut, found, HoldOut.of)


@router.post("/v1/holds", status_code=201, summary="登记暂停销毁", responses=problems("retention_refused", body=True))
def set_hold(body: HoldIn, caller: CurrentCaller) -> HoldOut:
    """行政复议、诉讼、审计等期间,该办件或投诉不销毁;可以在期限届满之前登记。"""
    now = settings().now()
    with transaction() as session:
        if body.complaint is not None:
            row = retention.hold_complaint(session, body.complaint, body.reason, body.document, now=now, actor=caller.actor)
        else:
            row = retention.hold_case(
                session, body.unit or "", body.case_number or "", body.reason, body.document, now=now, actor=caller.actor
            )
        return HoldOut.of(row)


@router.post("/v1/holds/{id}/lift", summary="解除暂停", responses=problems("retention_refused", "must_recuse", "invalid"))
def lift_hold(id: Annotated[UUID, Path(description="暂停编号")], caller: CurrentCaller) -> HoldOut:  # noqa: A002
    """解除后须重新确认才会销毁。"""
    with transaction() as session:
        return HoldOut.of(retention.lift(session, id, now=settings().now(), actor=caller.actor))
