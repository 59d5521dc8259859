"""登记变更 and 留痕 as they are read: what changed, before and after, by whom, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.register_changes import Register, RegisterChangeKind, RegisterChangeStatus
from gateway.edge.schemas import NextCursor, SchemaOut
from ledger.tables.register_changes import RegisterChange
from ledger.tables.traces import Trace


class RegisterChangeOut(SchemaOut):
    """一项登记变更。"""

    id: UUID
    registry: Register
    registry_name: str
    code: str
    kind: RegisterChangeKind
    kind_name: str
    before: Annotated[dict[str, Any], Field(description="变更前")]
    after: Annotated[dict[str, Any], Field(description="变更后")]
    standing: RegisterChangeStatus
    standing_name: Annotated[str, Field(examples=["待确认"])]
    proposed_at: datetime
    proposed_by: Annotated[str, Field(description="提出人")]
    decided_at: datetime | None
    decided_by: Annotated[str | None, Field(description="确认人或不予确认的人")]

    @classmethod
    def of(cls, row: RegisterChange) -> RegisterChangeOut:
        return cls(
            id=row.id,
            registry=row.register,
            registry_name=row.register.label,
            code=row.code,
            kind=row.kind,
            kind_name=row.kind.label,
            before=row.before,
            after=row.after,
            standing=row.standing,
            standing_name=row.standing.label,
            proposed_at=row.proposed_at,
            proposed_by=row.proposed_by,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
        )


class RegisterChangesOut(SchemaOut):
    items: list[RegisterChangeOut]
    next_cursor: NextCursor


class TraceOut(SchemaOut):
    """一处留痕,由数据库自行记下。"""

    at: datetime
    by: Annotated[str, Field(description="由谁;role: 开头的是数据库角色", examples=["person:demo-admin"])]
    place: Annotated[str, Field(description="哪一张表", examples=["people"])]
    subject: Annotated[str, Field(description="编码或 id")]
    before: Annotated[dict[str, Any] | None, Field(description="变动的各项原来的内容;null 表示新增")]
    after: dict[str, Any]

    @classmethod
    def of(cls, row: Trace) -> TraceOut:
        return cls(at=row.at, by=row.by, place=row.place, subject=row.subject, before=row.before, after=row.after)


class TracesOut(SchemaOut):
    items: list[TraceOut]
    next_cursor: NextCursor
