"""回避 (obligations 4.1, 18.2): who withdraws from a decision by her own word; that nobody decides about the own unit is the ledger's."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from domain.recusal import Subject
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.visibility import sees_why
from gateway.oversight.recusal_schemas import RecusalIn, RecusalOut, RecusalsOut
from ledger import withdrawals
from ledger.database import transaction
from settings import settings

router = api_router("oversight")


@router.post("/v1/recusals", status_code=201, summary="登记回避", responses=problems("recusal_refused", body=True))
def recuse(body: RecusalIn, caller: CurrentCaller) -> RecusalOut:
    """就一项投诉、线索、清单等的决定登记回避,此后不能再办理,不能撤销。涉及本单位的,无需登记:系统不予办理,并说明可由谁办理。"""
    with transaction() as session:
        row = withdrawals.withdraw(session, body.subject, body.key, body.why, person=caller.person, unit=caller.unit, now=settings().now())
        return RecusalOut.of(row, withdrawals.why_of(row))


@router.get("/v1/recusals", summary="回避登记", responses=problems("invalid"))
def get_recusals(
    caller: CurrentCaller, page: Paging, subject: Annotated[Subject | None, Query(description="只看这一种")] = None
) -> RecusalsOut:
    """最新的在前;理由由本人和专班办公室看到。"""
    with transaction() as session:
        found = withdrawals.listed(session, page, subject=subject)
        items = [RecusalOut.of(row, withdrawals.why_of(row) if sees_why(caller, row.person) else None) for row in found.rows]
        return RecusalsOut(items=items, next_cursor=page.cursor(found))
