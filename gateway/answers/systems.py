"""业务系统 as the API shows it: registered by people, connected by its own calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.key_scopes import Scope
from domain.systems import SystemLevel
from gateway.answers.base import Answered, More
from gateway.answers.registry import Remarks, Waits
from ledger.systems import Calls
from ledger.tables.registry import System


class SystemAnswer(Answered):
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
    def of(cls, row: System, called: Calls, scopes: Collection[Scope]) -> SystemAnswer:
        remarks = []
        if row.active and row.should_connect and called.first is None:
            remarks.append("应对接而尚未对接。" if scopes else "应对接而尚未对接,还没有密钥:由管理员用 ./run keys make --system 生成。")
        return cls(
            code=row.code, name=row.name, unit=row.unit, level=row.level, level_name=row.level.chinese, should_connect=row.should_connect,
            why_not=row.why_not, active=row.active, first_call_at=called.first, last_call_at=called.last,
            scopes=sorted(scopes), remarks=remarks,
        )  # fmt: skip


class SystemsAnswer(Answered):
    items: list[SystemAnswer]
    more: More
