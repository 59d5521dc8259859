"""What a person who repairs sends. Reasons are fixed words: the record that keeps them is never changed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gateway.sent.values import Code, Sent


class CloseReason(StrEnum):
    """办结理由。"""

    VERIFIED_OFFLINE = "verified_offline"  #: 已在线下核验
    CANNOT_BE_VERIFIED = "cannot_be_verified"  #: 确实无法核验
    APPLICANT_WITHDREW = "applicant_withdrew"
    FILED_IN_ERROR = "filed_in_error"
    OTHER = "other"


class ReissueReason(StrEnum):
    """重新制作的理由。"""

    CONTENT_ERROR = "content_error"  #: 内容有误
    LAYOUT_ERROR = "layout_error"  #: 版面有误
    SEAL_ERROR = "seal_error"  #: 用印有误
    OTHER = "other"


class SentSettlement(Sent):
    """通知是否送达。"""

    arrived: Annotated[bool, Field(strict=True, description="true 已送达;false 未送达,以同一编号重发")]


class SentClosing(Sent):
    """人工办结。"""

    reason: Annotated[CloseReason, Field(description="办结理由")]


class SentReissue(Sent):
    """重新制作。"""

    reason: Annotated[ReissueReason, Field(description="重新制作的理由")]


class SentReroute(Sent):
    """改派。"""

    unit: Annotated[Code, Field(description="改派给哪个单位(单位编码)")]
