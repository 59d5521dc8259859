"""What operators, administrators and monitors get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gateway.answers.base import Answered, Number
from ledger.undelivered import Undelivered
from ledger.watch import Stuck


class StuckItem(Answered):
    """不会自行前进的一项。"""

    number: Number
    unit: Annotated[str, Field(description="需求单位编码")]
    code: str
    reason: Annotated[str, Field(description="原因")]
    remedy: Annotated[str, Field(description="怎么办")]
    since: datetime

    @classmethod
    def of(cls, item: Stuck) -> StuckItem:
        return cls(**vars(item))


class StuckAnswer(Answered):
    items: list[StuckItem]


class CallbackAnswer(Answered):
    """回调地址。`secret` 只在系统生成时显示这一次。"""

    unit: str
    url: str
    secret: Annotated[str | None, Field(examples=["whsec_…"])]


class UndeliveredItem(Answered):
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


class UndeliveredAnswer(Answered):
    items: list[UndeliveredItem]


class SentAgainAnswer(Answered):
    count: Annotated[int, Field(description="重发的条数")]


class Alive(Answered):
    status: Annotated[str, Field(examples=["ok"])]


class HealthAnswer(Answered):
    """运行状况。200 正常;503 数据库、Prefect 或工作进程不在,或办理停止推进(`causes`)。"""

    ok: bool
    database: bool
    prefect: bool
    workers: Annotated[list[str], Field(description="在线的工作进程")]
    stuck: Annotated[int, Field(description="待人工处理的件数")]
    oldest_due: Annotated[datetime | None, Field(description="最早的到期时间")]
    alarms: Annotated[dict[str, int], Field(description="未解除的告警,按种类计数")]
    causes: Annotated[list[str], Field(description="办理停止推进的原因和恢复办法")]
