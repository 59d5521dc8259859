"""What a person who repairs sends. Reasons are fixed words: the record that keeps them is never changed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.reasons import CloseReason, ReissueReason, RerouteReason
from gateway.sent.values import Code, Sent


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
    reason: Annotated[RerouteReason, Field(description="改派的理由")] = RerouteReason.OTHER
