"""查询限制: whose look-ups are stopped, and the 专班 office's decision to open them again (obligations 15.4, 16.7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.oversight.block_schemas import BlockLiftIn, LookupBlockOut, LookupBlocksOut
from ledger.database import transaction
from ledger.oversight import lookup_blocks
from settings import settings

router = api_router("oversight")


@router.get("/v1/lookup-blocks", summary="查询限制", responses=problems("invalid"))
def get_lookup_blocks(
    caller: CurrentCaller, page: Paging, standing: Annotated[bool, Query(description="true 只列尚未解除的")] = True
) -> LookupBlocksOut:
    """因姓名与证件号码不符过多而暂停发起核验的人员、业务系统和单位,最近的在前。"""
    with transaction() as session:
        found = lookup_blocks.blocks(session, page, standing=standing)
        return page.answer(LookupBlocksOut, found, LookupBlockOut.of)


@router.post(
    "/v1/lookup-blocks/{id}/lift",
    summary="解除查询限制",
    responses=problems("lookup_block_unknown", "lookup_block_lifted", "must_recuse", body=True),
)
def lift_lookup_block(
    id: Annotated[int, Path(ge=1, le=2**63 - 1, description="查询限制的编号")],  # noqa: A002
    body: BlockLiftIn,
    caller: CurrentCaller,
) -> LookupBlockOut:
    """查明情况后登记理由解除,即可重新发起核验;此前的不符不再计算。本单位的由其他单位的人员解除。"""
    with transaction() as session:
        return LookupBlockOut.of(lookup_blocks.lift(session, id, body.reason, now=settings().now(), actor=caller.actor))
