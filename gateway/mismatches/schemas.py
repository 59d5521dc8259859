"""不符与异议 (obligations 11.3, 11.4): what is sent and what is read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.records import MismatchStatus
from gateway.edge.schemas import Number, SchemaOut
from gateway.edge.values import Code, PublicLine, SchemaIn, Words


class MismatchIn(SchemaIn):
    """不符:取得的内容与申请人的陈述不一致。"""

    fields: Annotated[
        list[PublicLine],
        Field(min_length=1, max_length=60, description="不一致的项目:清单中这项证明的内容,或“核验结论”", examples=[["住址"]]),
    ]
    stated: Annotated[Words, Field(description="申请人的陈述")]
    supplement: Annotated[Words | None, Field(description="申请人补充的内容")] = None
    unit: Annotated[Code | None, Field(description="由哪个单位核实;清单已有出具单位的可省略")] = None


class ObjectionIn(SchemaIn):
    """异议。"""

    text: Annotated[Words, Field(description="异议内容")]


class MismatchOut(SchemaOut):
    """不符报告。"""

    verification_number: Number
    status: Annotated[MismatchStatus, Field(description="checking 核实中,corrected 以出具单位材料更正,upheld 维持,unsettled 未能核实")]
    check: Annotated[str | None, Field(description="核实用的核验编号")]
    fields: list[str]
    reported_at: datetime
    settled_at: datetime | None
    by_subject: Annotated[bool, Field(description="本人在“谁查过我”中提出的异议")]
    due_at: Annotated[datetime | None, Field(description="本人异议的校核时限;其他的和“未定”(缺少工作日历)的为空")]
    objected_at: datetime | None
    right: Annotated[str, Field(description="应当告知申请人的救济途径")]
