"""通知: those of which nobody knows whether they arrived, and what a person found out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.operations.schemas import NoticeOut, NoticesOut, SettlementIn
from ledger.database import transaction
from ledger.outbox import notifications
from ledger.tables.effects import Notice
from settings import settings

router = api_router("operations")


@router.get("/v1/notices", summary="未确定送达的通知", responses=problems("invalid"))
def get_notices(caller: CurrentCaller, page: Paging) -> NoticesOut:
    """邮件发出而结果不明的不会自动重发,由人工确认;多次失败的一并列出。"""
    now = settings().now()
    with transaction() as session:
        found = notifications.unsettled(session, page, now=now)
        items = [_answer(row, "given_up" if row.given_up_at else "unknown") for row in found.rows]
        return NoticesOut(items=items, next_cursor=page.cursor(found))


@router.post("/v1/notices/{id}/settle", summary="确认通知", responses=problems("notice_unknown", body=True))
def settle_notice(
    id: Annotated[UUID, Path(description="通知编号")],  # noqa: A002
    body: SettlementIn,
    caller: CurrentCaller,
) -> NoticeOut:
    """已送达的就此了结;未送达的以同一编号重发。"""
    with transaction() as session:
        row = notifications.settle(session, id, arrived=body.arrived, now=settings().now(), actor=caller.actor)
        if row is None:
            raise Problem("notice_unknown")
        return _answer(row, "settled")


def _answer(row: Notice, status: str) -> NoticeOut:
    return NoticeOut(
        id=row.id,
        verification_number=row.verification,
        unit=row.unit,
        kind=row.kind.value,
        kind_name=row.kind.label,
        channel=row.channel.value,
        recipient=row.recipient,
        made_at=row.made_at,
        started_at=row.started_at,
        status=status,
    )
