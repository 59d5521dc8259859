"""What a requesting unit sends while its verification is under way."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.commitments import CheckOutcome, Evidence
from gateway.sent.inbox import Words
from gateway.sent.values import Code, Line, PublicLine, Sent, names_nobody

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256,小写十六进制", examples=["0" * 64])]


class SentSupplement(Sent):
    """补正的内容。"""

    text: Annotated[Words, Field(description="补正的内容", examples=["现住址为演示路 1 号。"])]


class SentForward(Sent):
    """转办。"""

    unit: Annotated[Code | None, Field(description="转给哪个单位(单位编码);省略时转给退回时建议的单位")] = None


class SentForwardingRule(Sent):
    """自动转办规则。"""

    on: Annotated[bool, Field(strict=True, description="true:退回时有建议单位的,自动转办")]


class SentCommitment(Sent):
    """申请人签署的承诺。"""

    evidence: Annotated[Evidence, Field(description="signature 手写签名,e_signature 电子签名,code 验证码,face 人脸核身")]
    sha256: Sha256
    reference: Annotated[Line, Field(description="承诺书存放处或签署流水号", examples=["档案 2026-000123"])]


class SentDecline(Sent):
    """申请人不作承诺。"""


class SentCheck(Sent):
    """承诺核查结论。"""

    outcome: Annotated[CheckOutcome, Field(description="true 属实,untrue 不实")]
    note: Annotated[Words, Field(description="核查情况")]


class SentRestoration(Sent):
    """信用修复。"""

    why: Annotated[Words, Field(description="修复的依据")]


class SentCommitmentText(Sent):
    """承诺书文本。"""

    text: Annotated[
        str, Field(min_length=20, max_length=5000, description="告知和承诺的全文"), AfterValidator(names_nobody)
    ]
    check_days: Annotated[int, Field(strict=True, ge=1, le=365, description="签署后多少个工作日内核查")]
    basis: Annotated[PublicLine, Field(description="依据")]
