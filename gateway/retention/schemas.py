"""到期清册 and 暂停销毁, as the 专班 office reads them: numbers alone, no person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from domain.retention import HoldReason, Kept, RetentionStatus
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, PublicLine, SchemaIn, fault
from ledger.retention import RetentionLine
from ledger.tables.retention import Hold


class HoldOut(SchemaOut):
    """一项暂停。"""

    id: UUID
    kind: Kept
    kind_name: str
    number: Annotated[str, Field(description="办件或投诉编号")]
    reason: HoldReason
    reason_name: str
    document: str
    since: datetime
    set_by: str
    lifted_at: datetime | None

    @classmethod
    def of(cls, row: Hold) -> HoldOut:
        return cls(
            id=row.id,
            kind=row.kind,
            kind_name=row.kind.label,
            number=row.number,
            reason=row.reason,
            reason_name=row.reason.label,
            document=row.document,
            since=row.since,
            set_by=row.set_by,
            lifted_at=row.lifted_at,
        )


class HoldsOut(SchemaOut):
    items: list[HoldOut]
    next_cursor: NextCursor


class RetentionItemOut(SchemaOut):
    """清册中的一项。"""

    id: UUID
    kind: Kept
    kind_name: str
    number: Annotated[str, Field(description="办件、投诉编号或台账序号")]
    unit: str | None
    due_at: Annotated[datetime, Field(description="保管期限届满的时间")]
    standing: RetentionStatus
    standing_name: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    erased_at: datetime | None
    holds: list[HoldOut]

    @classmethod
    def of(cls, line: RetentionLine) -> RetentionItemOut:
        row = line.item
        return cls(
            id=row.id,
            kind=row.kind,
            kind_name=row.kind.label,
            number=row.number,
            unit=row.unit,
            due_at=row.due_at,
            standing=line.standing,
            standing_name=line.standing.label,
            confirmed_at=row.confirmed_at,
            confirmed_by=row.confirmed_by,
            erased_at=row.erased_at,
            holds=[HoldOut.of(hold) for hold in line.holds],
        )


class RetentionOut(SchemaOut):
    items: list[RetentionItemOut]
    next_cursor: NextCursor


class ErasureOut(SchemaOut):
    """确认了几项;当夜销毁,此前可以暂停。"""

    confirmed: int


class ErasureIn(SchemaIn):
    """确认销毁清册中的哪些项。"""

    items: Annotated[list[UUID], Field(min_length=1, max_length=500, description="清册编号")]


class HoldIn(SchemaIn):
    """暂停销毁一个办件或一件投诉。"""

    unit: Annotated[Code | None, Field(description="办件的登记单位")] = None
    case_number: Annotated[str | None, Field(max_length=64, description="办件编号")] = None
    complaint: Annotated[str | None, Field(max_length=40, description="投诉编号")] = None
    reason: Annotated[HoldReason, Field(description="暂停理由")]
    document: Annotated[PublicLine, Field(description="依据文件", examples=["枣市中政复〔2036〕5号"])]

    @model_validator(mode="after")
    def _one(self) -> HoldIn:
        if (self.complaint is None) == (self.unit is None or self.case_number is None):
            raise fault("请填写 unit 和 case_number,或者填写 complaint。")
        return self
