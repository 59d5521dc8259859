"""回调: an address as it is registered, and what its receiver did not take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Instant, SchemaIn
from ledger.outbox.undelivered import Undelivered


class CallbackIn(SchemaIn):
    """回调地址。"""

    url: Annotated[
        str, Field(min_length=10, max_length=500, description="http 或 https 地址", examples=["https://oa.example.invalid/proofless"])
    ]
    secret: Annotated[str | None, Field(max_length=120, description="Standard Webhooks 密钥 whsec_…;省略时由系统生成并只显示一次")] = None


class AgainIn(SchemaIn):
    """重发哪些回调:各项都省略为全部。"""

    unit: Annotated[str | None, Field(max_length=64, description="接收单位编码", examples=["370402-PERMIT"])] = None
    number: Annotated[str | None, Field(max_length=40, description="核验编号")] = None
    since: Annotated[Instant | None, Field(description="产生时间自(含)")] = None
    until: Annotated[Instant | None, Field(description="产生时间至(不含)")] = None


class CallbackOut(SchemaOut):
    """回调地址。`secret` 只在系统生成时显示这一次。"""

    unit: str
    url: str
    secret: Annotated[str | None, Field(examples=["whsec_…"])]


class UndeliveredItem(SchemaOut):
    """接收方没有收下的一条回调。"""

    id: Annotated[UUID, Field(description="消息编号,即 webhook-id")]
    number: Annotated[str, Field(description="核验编号")]
    unit: Annotated[str, Field(description="接收单位编码")]
    about: Annotated[str, Field(description="所告知的状态或通知种类")]
    made_at: datetime
    attempts: Annotated[int, Field(description="已尝试次数")]
    last_answer: Annotated[str | None, Field(description="最近一次的应答:HTTP 状态,或没有应答的原因")]
    next_attempt_at: Annotated[datetime | None, Field(description="下次自动重试的时间;已停止的为空")]
    given_up_at: Annotated[datetime | None, Field(description="停止重试的时间")]

    @classmethod
    def of(cls, item: Undelivered) -> UndeliveredItem:
        return cls(**vars(item))


class UndeliveredOut(SchemaOut):
    items: list[UndeliveredItem]
    next_cursor: NextCursor


class SentAgainOut(SchemaOut):
    count: Annotated[int, Field(description="重发的条数")]
