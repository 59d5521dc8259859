"""What an issuing unit sends from its inbox."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.methods import Answer
from gateway.sent.values import Line, Sent, one_line


class SentReply(Sent):
    """出具单位的答复。"""

    answer: Annotated[Answer, Field(description="true 属实,false 不属实,no_record 无记录,cannot_verify 无法核验")]
    fields: Annotated[
        dict[Line, Annotated[str, Field(max_length=500), AfterValidator(one_line)]],
        Field(max_length=60, description="证明所需内容,名称见申请的 proof.fields", examples=[{"姓名": "演示甲子"}]),
    ] = {}
    note: Annotated[str, Field(max_length=1000, description="说明,只有需求单位能看到")] = ""
