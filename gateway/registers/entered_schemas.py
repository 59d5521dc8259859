"""登记册 (obligations 6.1, 14.1, 15.1, 15.3, 19.1): what is entered and what is read. It stands in clear and names nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.registers import RegisterKind
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, SchemaIn, free_text
from ledger.tables.oversight import RegisterEntry


class FieldOut(SchemaOut):
    name: str
    kind: str
    needed: bool
    choices: Annotated[list[str], Field(description="只能填其中之一;空为不限")]
    decided: Annotated[bool, Field(description="由专班办公室在单位登记之后填写,不得由登记的人或本单位的人填写")]


class RegisterOut(SchemaOut):
    kind: RegisterKind
    obligation: str
    name: str
    by_office: Annotated[bool, Field(description="只由专班办公室登记")]
    moved: Annotated[str, Field(description="不再在此登记的,改在何处登记;原有的照常查看")]
    fields: list[FieldOut]


class RegistersOut(SchemaOut):
    items: list[RegisterOut]


class EntryOut(SchemaOut):
    serial: int
    unit: str
    values: dict[str, str]
    entered_at: datetime
    entered_by: str
    replaces: int | None

    @classmethod
    def of(cls, row: RegisterEntry) -> EntryOut:
        return cls(
            serial=row.serial, unit=row.unit, values=row.values, entered_at=row.entered_at, entered_by=row.entered_by, replaces=row.replaces
        )


class EntriesOut(SchemaOut):
    items: list[EntryOut]
    next_cursor: NextCursor


class EntryValuesIn(SchemaIn):
    """登记册的一条。"""

    unit: Annotated[Code | None, Field(description="单位编码;null 为本单位,专班办公室可以为其他单位登记")] = None
    values: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=500), AfterValidator(free_text)]],
        Field(
            max_length=20,
            description="各栏的内容,栏名以 GET /v1/entered-registers 为准",
            examples=[{"日期": "2026-03-04", "媒体": "区政府网站", "标题": "一图读懂"}],
        ),
    ]
    replaces: Annotated[int | None, Field(strict=True, ge=1, le=2**62, description="更正哪一条(序号);null 为新增")] = None
