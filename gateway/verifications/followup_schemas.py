"""需求单位的后续办理 (obligation 10.11, reading 10): what is sent and what is read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.edge.schemas import SchemaOut
from gateway.edge.values import Code, SchemaIn, Words


class SupplementIn(SchemaIn):
    """补正的内容。"""

    text: Annotated[Words, Field(description="补正的内容", examples=["现住址为演示路 1 号。"])]


class ForwardIn(SchemaIn):
    """转办。"""

    unit: Annotated[Code | None, Field(description="转给哪个单位(单位编码);省略时转给退回时建议的单位")] = None


class ForwardingRuleIn(SchemaIn):
    """自动转办规则。"""

    on: Annotated[bool, Field(strict=True, description="true:退回时有建议单位的,自动转办")]


class ForwardingRule(SchemaOut):
    """自动转办规则。"""

    unit: str
    on: bool


class ReturnOut(SchemaOut):
    """退回(需求单位看到的全部内容)。"""

    unit: str
    at: datetime
    late: Annotated[bool, Field(description="是否超过三十分钟")]
    reason: str
    suggested_unit: str | None
    unsure_why: str | None
    forwarded_to: str | None
    forwarded_at: datetime | None
    by_standing_rule: bool


class SupplementWanted(SchemaOut):
    """补正。"""

    asked_at: datetime
    what: str
    supplied_at: datetime | None
