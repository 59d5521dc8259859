"""What an administrator sends of a unit."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.sent.values import Instant, Sent


class SentCallback(Sent):
    """回调地址。"""

    url: Annotated[str, Field(min_length=10, max_length=500, description="http 或 https 地址", examples=["https://oa.example.invalid/proofless"])]
    secret: Annotated[
        str | None, Field(max_length=120, description="Standard Webhooks 密钥 whsec_…;省略时由系统生成并只显示一次")
    ] = None


class SentAgain(Sent):
    """重发哪些回调:各项都省略为全部。"""

    unit: Annotated[str | None, Field(max_length=64, description="接收单位编码", examples=["370402-PERMIT"])] = None
    number: Annotated[str | None, Field(max_length=40, description="核验编号")] = None
    since: Annotated[Instant | None, Field(description="产生时间自(含)")] = None
    until: Annotated[Instant | None, Field(description="产生时间至(不含)")] = None
