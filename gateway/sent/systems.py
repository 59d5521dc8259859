"""业务系统 as an administrator or the 专班 office sends it, whole, under the code in the address."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from domain.systems import SystemLevel
from gateway.sent.registry import Flag, Text
from gateway.sent.values import Code, PublicLine, Sent, names_nobody


class SentSystem(Sent):
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
