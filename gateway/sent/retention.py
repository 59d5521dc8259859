"""What the 专班 office sends about the end of what is kept."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from domain.retention import HoldReason
from gateway.sent.values import Code, PublicLine, Sent, fault


class SentErasure(Sent):
    """确认销毁清册中的哪些项。"""

    items: Annotated[list[UUID], Field(min_length=1, max_length=500, description="清册编号")]


class SentHold(Sent):
    """暂停销毁一个办件或一件投诉。"""

    unit: Annotated[Code | None, Field(description="办件的登记单位")] = None
    case_number: Annotated[str | None, Field(max_length=64, description="办件编号")] = None
    complaint: Annotated[str | None, Field(max_length=40, description="投诉编号")] = None
    reason: Annotated[HoldReason, Field(description="暂停理由")]
    document: Annotated[PublicLine, Field(description="依据文件", examples=["枣市中政复〔2036〕5号"])]

    @model_validator(mode="after")
    def _one(self) -> SentHold:
        if (self.complaint is None) == (self.unit is None or self.case_number is None):
            raise fault("请填写 unit 和 case_number,或者填写 complaint。")
        return self
