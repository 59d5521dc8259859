"""业务系统 as the API shows it: registered by people, connected by its own calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from domain.key_scopes import Scope
from domain.systems import SystemLevel
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, Flag, PublicLine, SchemaIn, Text, names_nobody
from gateway.registry.schemas import Remarks, Waits
from ledger.registry.systems import Calls
from ledger.tables.registry import System


class SystemOut(SchemaOut):
    """业务系统。"""

    code: str
    name: str
    unit: str
    level: SystemLevel
    level_name: Annotated[str, Field(description="建设层级", examples=["区级"])]
    should_connect: bool
    why_not: Annotated[str, Field(description="未对接原因")]
    active: bool
    first_call_at: Annotated[datetime | None, Field(description="首次调用;null 表示尚未对接")]
    last_call_at: Annotated[datetime | None, Field(description="最近一次调用,精确到分钟")]
    scopes: Annotated[list[Scope], Field(description="有效密钥的权限范围")]
    remarks: Remarks
    waits: Waits = None

    @classmethod
    def of(cls, row: System, called: Calls, scopes: Collection[Scope]) -> SystemOut:
        remarks = []
        if row.active and row.should_connect and called.first is None:
            remarks.append("应对接而尚未对接。" if scopes else "应对接而尚未对接,还没有密钥:由管理员用 ./run keys make --system 生成。")
        return cls(
            code=row.code,
            name=row.name,
            unit=row.unit,
            level=row.level,
            level_name=row.level.label,
            should_connect=row.should_connect,
            why_not=row.why_not,
            active=row.active,
            first_call_at=called.first,
            last_call_at=called.last,
            scopes=sorted(scopes),
            remarks=remarks,
        )


class SystemsOut(SchemaOut):
    items: list[SystemOut]
    next_cursor: NextCursor


class SystemIn(SchemaIn):
    """业务系统。"""

    name: Annotated[PublicLine, Field(description="名称", examples=["一窗受理系统"])]
    unit: Annotated[Code, Field(description="使用单位(单位编码)", examples=["370402-PERMIT"])]
    level: Annotated[SystemLevel, Field(description="建设层级:district 区级,city 市级,province 省级,nation 国家级")] = SystemLevel.DISTRICT
    should_connect: Annotated[
        Flag | None, Field(description="应对接(规则第八条);省略时区级、市级自建系统为 true,省级以上为 false,其业务通过本系统获取证明")
    ] = None
    why_not: Annotated[Text, Field(description="未对接原因"), AfterValidator(names_nobody)] = ""
    active: Annotated[Flag, Field(description="在用;停用的系统,密钥随之失效")] = True

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "一窗受理系统", "unit": "370402-PERMIT", "level": "district", "why_not": ""}]}
    )

    def as_row(self, code: str) -> dict[str, Any]:
        connects = not self.level.above if self.should_connect is None else self.should_connect
        return {"code": code, **self.model_dump(), "should_connect": connects}
