"""What operators, administrators and monitors get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.reasons import CloseReason, ReissueReason, RerouteReason
from gateway.edge.schemas import NextCursor, Number, SchemaOut
from gateway.edge.values import Code, SchemaIn
from ledger.casework.watch import Stuck


class StuckItem(SchemaOut):
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


class StuckOut(SchemaOut):
    items: list[StuckItem]


class Alive(SchemaOut):
    status: Annotated[str, Field(examples=["ok"])]


class HealthOut(SchemaOut):
    """运行状况。200 正常;503 数据库、Prefect 或工作进程不在,或办理停止推进(`causes`)。"""

    ok: bool
    database: bool
    prefect: bool
    workers: Annotated[list[str], Field(description="在线的工作进程")]
    stuck: Annotated[int, Field(description="待人工处理的件数")]
    oldest_due: Annotated[datetime | None, Field(description="最早的到期时间")]
    alarms: Annotated[dict[str, int], Field(description="未解除的告警,按种类计数")]
    causes: Annotated[list[str], Field(description="办理停止推进的原因和恢复办法")]


class SettlementIn(SchemaIn):
    """通知是否送达。"""

    arrived: Annotated[bool, Field(strict=True, description="true 已送达;false 未送达,以同一编号重发")]


class ClosingIn(SchemaIn):
    """人工办结。"""

    reason: Annotated[CloseReason, Field(description="办结理由")]


class ReissueIn(SchemaIn):
    """重新制作。"""

    reason: Annotated[ReissueReason, Field(description="重新制作的理由")]


class RerouteIn(SchemaIn):
    """改派。"""

    unit: Annotated[Code, Field(description="改派给哪个单位(单位编码)")]
    reason: Annotated[RerouteReason, Field(description="改派的理由")] = RerouteReason.OTHER


class NoticeOut(SchemaOut):
    """没有确定送达的通知。"""

    id: UUID
    verification_number: str | None
    unit: Annotated[str | None, Field(description="告知哪个单位;周报的读者为 null")]
    kind: str
    kind_name: str
    channel: str
    recipient: str
    made_at: datetime
    started_at: datetime | None
    status: Annotated[str, Field(description="unknown 是否送达不明,given_up 多次失败已停止")]


class NoticesOut(SchemaOut):
    items: list[NoticeOut]
    next_cursor: NextCursor
