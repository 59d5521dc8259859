"""回避登记 as somebody sends it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.recusal import BY_HERSELF, Subject
from gateway.sent.oversight import NeededText
from gateway.sent.values import Code, Sent

_WHAT = ",".join(f"{one.value} {one.chinese}" for one in Subject if one in BY_HERSELF)


class SentRecusal(Sent):
    """回避。"""

    subject: Annotated[Subject, Field(description=f"就哪一种决定回避:{_WHAT}")]
    key: Annotated[Code, Field(description="编号:投诉、线索、核验的编号,督导检查写单位编码,其他写各自的 id", examples=["TS202603047K3M9QXT"])]
    why: Annotated[NeededText, Field(description="理由,加密保存")]
