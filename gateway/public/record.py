"""台账存证 for everybody: the signed heads of the record, so that whoever wants to can hold one; without a key (decision 42)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import PlainTextResponse

from gateway.edge.endpoints import Responses, open_router, problems
from gateway.public.record_schemas import HeadOut, RecordHeads
from ledger.database import transaction
from ledger.record import heads

router = open_router("public-record")

_NOTE: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "存证原文"}}


@router.get("/record/heads", summary="台账存证", responses=problems("invalid", key=False))
def record_heads(
    request: Request, day: Annotated[date | None, Query(description="哪一天;省略为最近有存证的一天", examples=["2026-03-04"])] = None
) -> RecordHeads:
    """一天中每个整点的签名存证,最新的在前。保存任何一次,即可核对此后导出的台账有没有改动、缺少。"""
    with transaction() as session:
        items = [HeadOut.of(row) for row in heads.of_day(session, day)]
    return RecordHeads(origin=heads.origin(), key=heads.public_key(), items=items)


@router.get(
    "/record/head", summary="最新存证", response_class=PlainTextResponse, responses=problems("record_unsigned", key=False, also=_NOTE)
)
def record_head(request: Request) -> PlainTextResponse:
    """最新一次存证的原文(C2SP checkpoint,Ed25519 签名),存为文件即可用于 `audit/verify.py --head`。"""
    with transaction() as session:
        return PlainTextResponse(heads.last(session).note)
