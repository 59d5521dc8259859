"""回避登记 as it is read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.recusal import BY_HERSELF, Subject
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, NeededText, SchemaIn
from ledger.tables.recusals import Recusal


class RecusalOut(SchemaOut):
    """一项回避登记。"""

    subject: Subject
    subject_name: str
    key: str
    person: str
    unit: str
    at: datetime
    why: str | None

    @classmethod
    def of(cls, row: Recusal, why: str | None) -> RecusalOut:
        return cls(subject=row.subject, subject_name=row.subject.label, key=row.key, person=row.person, unit=row.unit, at=row.at, why=why)


class RecusalsOut(SchemaOut):
    """回避登记,最新的在前。"""

    items: list[RecusalOut]
    next_cursor: NextCursor


_WHAT = ",".join(f"{one.value} {one.label}" for one in Subject if one in BY_HERSELF)


class RecusalIn(SchemaIn):
    """回避。"""

    subject: Annotated[Subject, Field(description=f"就哪一种决定回避:{_WHAT}")]
    key: Annotated[
        Code, Field(description="编号:投诉、线索、核验的编号,督导检查写单位编码,其他写各自的 id", examples=["TS202603047K3M9QXT"])
    ]
    why: Annotated[NeededText, Field(description="理由,加密保存")]
