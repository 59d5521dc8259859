"""What an issuing unit sends from its inbox."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.inbox import TEXT_LIMIT
from domain.methods import Answer
from gateway.sent.values import Code, Line, Sent, fault, one_line
from ledger.returns import Wish

Words = Annotated[str, Field(min_length=2, max_length=TEXT_LIMIT), AfterValidator(one_line)]


class SentReply(Sent):
    """出具单位的答复。"""

    answer: Annotated[Answer, Field(description="true 属实,false 不属实,no_record 无记录,cannot_verify 无法核验")]
    fields: Annotated[
        dict[Line, Annotated[str, Field(max_length=500), AfterValidator(one_line)]],
        Field(max_length=60, description="证明所需内容,名称见申请的 proof.fields", examples=[{"姓名": "演示甲子"}]),
    ] = {}
    note: Annotated[str, Field(max_length=1000, description="说明,只有需求单位能看到")] = ""


class SentSupplementRequest(Sent):
    """要求补正:写明缺少什么。"""

    what: Annotated[Words, Field(description="缺少的内容", examples=["请补充申请人现住址的门牌号。"])]


class SentReturn(Sent):
    """退回:仅限不属本单位职责;须写明理由和转办建议。"""

    reason: Annotated[Words, Field(description="退回理由", examples=["该居民已迁入其他街道。"])]
    suggested_unit: Annotated[Code | None, Field(description="建议转给哪个单位(单位编码)")] = None
    unsure_why: Annotated[Words | None, Field(description="无法确定转给哪个单位的原因;与 suggested_unit 二选一")] = None

    @model_validator(mode="after")
    def _one_suggestion(self) -> Self:
        if (self.suggested_unit is None) == (self.unsure_why is None):
            raise fault("须填写 suggested_unit(建议单位)或 unsure_why(无法确定的原因),且只填一项。")
        return self

    def as_wish(self) -> Wish:
        return Wish(self.reason, self.suggested_unit, self.unsure_why)
