"""What an administrator sends of a unit."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.sent.values import Sent


class SentCallback(Sent):
    """回调地址。"""

    url: Annotated[str, Field(min_length=10, max_length=500, description="http 或 https 地址", examples=["https://oa.example.invalid/proofless"])]
    secret: Annotated[
        str | None, Field(max_length=120, description="Standard Webhooks 密钥 whsec_…;省略时由系统生成并只显示一次")
    ] = None
