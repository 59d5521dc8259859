"""登记库 as an administrator or the 专班 office sends it: each register's row whole, under the code in the address."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.blocking import Organ
from domain.identity import is_uscc
from domain.limits import HandlingType
from gateway.sent.values import Code, PublicLine, Sent, names_nobody, one_line

Text = Annotated[str, Field(max_length=2000), AfterValidator(one_line), AfterValidator(names_nobody)]
Flag = Annotated[bool, Field(strict=True)]


def _checked_uscc(code: str | None) -> str | None:
    if code is not None and not is_uscc(code):
        raise PydanticCustomError("uscc_invalid", "uscc")
    return code


class SentUnit(Sent):
    """单位。"""

    name: Annotated[PublicLine, Field(description="全称", examples=["市中区民政局"])]
    kind: Annotated[Literal["government", "public_service"], Field(description="government 政务服务单位,public_service 公共服务单位")]
    uscc: Annotated[
        str | None,
        Field(max_length=18, description="统一社会信用代码,校验后保存;null 表示待补", examples=["1137040200DEM0001Q"]),
        AfterValidator(_checked_uscc),
    ] = None
    aliases: Annotated[list[PublicLine], Field(max_length=30, description="简称、曾用名:清单中写成这样的即指该单位")] = []
    sector: Annotated[str, Field(max_length=100, description="行业(公共服务单位)", examples=["供暖"]), AfterValidator(one_line), AfterValidator(names_nobody)] = ""
    drafting_unit: Annotated[Code | None, Field(description="行业主管部门(单位编码),负责编制其清单;null 表示自行编制")] = None
    region: Annotated[str, Field(pattern=r"^\d{6}$", description="行政区划代码")] = "370402"
    organ: Annotated[Organ, Field(description="community 村(居)民委员会,police 公安派出所,other 其他;决定适用哪份负面清单")] = Organ.OTHER
    takes_part: Annotated[Flag, Field(description="应参加改革:应有清单")] = True
    active: Annotated[Flag, Field(description="在用")] = True

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "演示供热公司",
                    "kind": "public_service",
                    "uscc": None,
                    "aliases": ["供热公司"],
                    "sector": "供暖",
                    "drafting_unit": "370402-HOUSING",
                }
            ]
        }
    )

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}


class SentMatter(Sent):
    """事项。"""

    name: Annotated[PublicLine, Field(description="名称", examples=["公共租赁住房申请"])]
    unit: Annotated[Code, Field(description="办事单位(单位编码)", examples=["370402-PERMIT"])]
    handling: Annotated[HandlingType, Field(description="办件类型:immediate 即办件,promised 承诺件,other 其他")]
    promised_days: Annotated[int | None, Field(strict=True, ge=0, le=3650, description="承诺办结时限(工作日)")] = None
    reviewed_above: Annotated[Flag, Field(description="区级初审上报,或审核环节在市级以上(规则第二条)")] = False
    active: Annotated[Flag, Field(description="在用")] = True

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}


class SentProof(Sent):
    """证明种类。"""

    name: Annotated[PublicLine, Field(description="名称", examples=["户籍证明"])]
    aliases: Annotated[list[PublicLine], Field(max_length=30, description="别称:清单中写成这样的即指该证明", examples=[["户口证明"]])] = []
    basis: Annotated[Text, Field(description="设定依据;没有的是取消候选", examples=["《公共租赁住房管理办法》第七条"])] = ""
    issuing_unit: Annotated[Code | None, Field(description="通常由谁出具(单位编码)")] = None
    fields: Annotated[list[PublicLine], Field(max_length=60, description="能证明的内容", examples=[["户主姓名", "住址"]])] = []
    validity_days: Annotated[int, Field(strict=True, ge=1, le=3650, description="有效天数")] = 30
    sealed_when_negative: Annotated[Flag, Field(description="否定结果也盖章")] = False
    cancelled: Annotated[Flag, Field(description="取消:不得再要求提交")] = False

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}


class SentDatabase(Sent):
    """证照、证明数据库。"""

    name: Annotated[PublicLine, Field(description="名称", examples=["枣庄市电子证照库"])]
    owner: Annotated[Code, Field(description="责任单位(单位编码)", examples=["370402-OFFICE"])]
    source: Annotated[Code | None, Field(description="接入后的数据来源名称", examples=["licence_library"])] = None
    connected_since: Annotated[date | None, Field(description="接入日期;null 表示尚未接入")] = None
    note: Annotated[Text, Field(description="说明,如未接入的原因")] = ""

    @model_validator(mode="after")
    def _connected_by_something(self) -> Self:
        if self.connected_since is not None and self.source is None:
            raise PydanticCustomError("source_not_configured", "source")
        return self

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}
