"""解读的试算 as the 专班 office asks for it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from gateway.sent.values import Line, Sent


class SentPreview(Sent):
    """readings 和 version 都省略时,只对照台账记录和现行解读。"""

    period: Annotated[Line, Field(description="一周、一天(所在的一周)或一段日期", examples=["2026-W10"])]
    readings: Annotated[
        dict[str, Any] | None,
        Field(max_length=50, description="拟用解读,写法同 PROOFLESS_READINGS;没有写的按默认", examples=[{"measure": "service_hours"}]),
    ] = None
    version: Annotated[Line | None, Field(description="拟对照的规则版本,以 GET /v1/rules 所列的为准", examples=["2022-06-28/2"])] = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-W10", "readings": {"measure": "service_hours"}}]})
