"""收件箱里的批次: all that wait of one, answered alike in one call; each request keeps its own answer and its own clock."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from fastapi import Path
from pydantic import Field
from sqlalchemy.orm import Session

from domain.batches import PATTERN
from gateway.batches.schemas import BatchNumber, reason_of
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.problems import Problem
from gateway.edge.schemas import SchemaOut
from gateway.edge.visibility import may_override
from gateway.inbox.schemas import ReplyIn
from ledger.batches import inbox
from ledger.database import transaction
from ledger.inbox import requests
from ledger.registry.keys import Caller
from settings import settings

router = api_router("inbox")
MOST_ALIKE = 500  #: requests that one call answers: each is a transaction of its own
_answering = CapacityLimiter(1)

Number = Annotated[str, Path(max_length=40, pattern=PATTERN, description="批次编号", examples=["PL202603047K3M9QXT"])]


class BatchReplyIn(ReplyIn):
    """对一个批次中的申请作同样的答复。"""

    requests: Annotated[
        list[UUID] | None,
        Field(min_length=1, max_length=MOST_ALIKE, description="只答复这些申请(收件箱中的 id);省略为这个批次待答复的全部"),
    ] = None


class NotAnswered(SchemaOut):
    id: UUID
    code: Annotated[str, Field(examples=["claimed_by_other"])]
    reason: str | None


class BatchAnswered(SchemaOut):
    """逐项记录的答复。"""

    batch: BatchNumber
    answered: Annotated[int, Field(description="已答复的项数")]
    refused: Annotated[list[NotAnswered], Field(description="未能答复的各项及原因")]
    left: Annotated[bool, Field(description="true:一次最多答复 500 项,还有待答复的,请再次调用")]


@router.post("/v1/inbox/batches/{number}/reply", summary="同样答复一个批次的申请", responses=problems("nothing_asked", body=True))
async def reply_to_batch(number: Number, body: BatchReplyIn, caller: CurrentCaller) -> BatchAnswered:
    """这个批次在本单位待答复的申请,逐项作同样的答复:每项各自记录,时限各自计算;不能答复的(如已由同事认领、缺少必填内容)
    逐项说明,不影响其余各项。各项结论不同的,用单项的 `/v1/inbox/{id}/reply`。"""
    return await to_thread.run_sync(_reply, caller, number, body, limiter=_answering)


def _reply(caller: Caller, number: str, body: BatchReplyIn) -> BatchAnswered:
    data = requests.Reply(body.answer, dict(body.fields), body.note)
    with transaction() as session:
        wanted = inbox.waiting_in(session, caller.unit, number, body.requests, limit=MOST_ALIKE + 1)
    if not wanted:
        raise Problem("nothing_asked")

    def answer(session: Session, one: UUID) -> None:
        override = may_override(session, caller, one)
        requests.reply(session, one, caller.unit, data, now=settings().now(), actor=caller.actor, override=override)

    refused = inbox.each_by_itself(wanted[:MOST_ALIKE], answer)
    return BatchAnswered(
        batch=number,
        answered=len(wanted[:MOST_ALIKE]) - len(refused),
        refused=[NotAnswered(id=one, code=why.code, reason=reason_of(why.code, why.text or None)) for one, why in refused],
        left=len(wanted) > MOST_ALIKE,
    )
