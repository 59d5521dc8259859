"""平台故障区间 as it is entered and read (reading 21)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.edge.schemas import SchemaOut
from gateway.edge.values import Instant, PublicLine, SchemaIn
from ledger.tables.records import Outage


class OutageIn(SchemaIn):
    """平台故障区间。"""

    since: Annotated[Instant, Field(description="开始")]
    until: Annotated[Instant, Field(description="结束,不晚于现在")]
    reason: Annotated[PublicLine, Field(description="原因", examples=["机房断电"])]


class OutageOut(SchemaOut):
    """平台故障区间。"""

    since: datetime
    until: datetime | None
    automatic: Annotated[bool, Field(description="系统自行发现")]
    reason: str

    @classmethod
    def of(cls, row: Outage) -> OutageOut:
        return cls(since=row.since, until=row.until, automatic=row.automatic, reason=row.reason)


class OutagesOut(SchemaOut):
    items: list[OutageOut]
