"""办事指南交付 (obligation 13.2) as it is sent and read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, SchemaIn
from ledger.tables.catalog import GuideHandover


class GuideHandoverIn(SchemaIn):
    """已在省政务服务网更新的一版。"""

    unit: Annotated[Code | None, Field(description="单位编码;省略为本单位", examples=["370402-JUSTICE"])] = None
    version: Annotated[int, Field(strict=True, ge=1, le=1_000_000, description="清单版本,即导出时的 Proofless-List-Version")]


class GuideHandoverOut(SchemaOut):
    """一次交付。"""

    unit: str
    version: int
    at: datetime
    by: str

    @classmethod
    def of(cls, row: GuideHandover) -> GuideHandoverOut:
        return cls(unit=row.unit, version=row.version, at=row.at, by=row.by)


class GuideHandoverDone(GuideHandoverOut):
    """登记的交付。"""

    tasks_done: Annotated[int, Field(description="随之完成的办事指南更新任务")]


class GuideHandoversOut(SchemaOut):
    items: list[GuideHandoverOut]
    next_cursor: NextCursor
