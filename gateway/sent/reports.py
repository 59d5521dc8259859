"""What is sent about reports."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from gateway.sent.values import Code, PublicLine, Sent


class SentReportOrder(Sent):
    """编制周报。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-W10"}]})

    period: Annotated[
        str, Field(min_length=8, max_length=24, description="周次、某日(所在的一周)或日期范围", examples=["2026-W10", "2026-03-02..2026-03-15"])
    ]
    unit: Annotated[Code | None, Field(description="只编制这个单位的(单位编码);省略为全区,督办员为本单位")] = None


class SentRecomputation(Sent):
    """重新编制。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "指标口径调整"}]})

    reason: Annotated[PublicLine, Field(description="重新编制的原因,印在新一版的说明中;不得写个人信息", examples=["指标口径调整"])]
