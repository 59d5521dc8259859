"""What 督办员, 代办员 and the 专班 office send about limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.inbox import TEXT_LIMIT, ExcuseReason, SupervisionOutcome
from gateway.sent.values import Sent, one_line


class SentFeedback(Sent):
    """督办反馈。"""

    outcome: Annotated[SupervisionOutcome, Field(description="done 已督促办结,returned 已督促退回,cannot 无法按时办结")]
    text: Annotated[
        str,
        Field(min_length=2, max_length=TEXT_LIMIT, description="反馈内容", examples=["已督促代办员核查底册并答复。"]),
        AfterValidator(one_line),
    ]


class SentExcuse(Sent):
    """超过“原则上”时限的理由。"""

    reason: Annotated[
        ExcuseReason,
        Field(description="field_check 需实地核查,archive 需查阅纸质档案,other_unit 需其他单位配合,outage 系统或网络故障,other 其他"),
    ]


class SentExcuseDecision(Sent):
    """专班办公室的认定。"""

    approved: Annotated[bool, Field(strict=True, description="true 理由成立,false 不成立")]
