"""台账 as callers send it: voluntary submissions, look-ups elsewhere, mismatches, outages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.commitments import Evidence
from domain.records import OffSystemResult, VoluntaryReason
from gateway.sent.followups import Sha256
from gateway.sent.inbox import Words
from gateway.sent.values import Code, Instant, Line, PublicLine, Sent, SentParty


class SentConfirmation(Sent):
    """申请人本人的确认。"""

    evidence: Annotated[Evidence, Field(description="signature 手写签名,e_signature 电子签名,code 验证码,face 人脸核身")]
    sha256: Sha256


class SentVoluntary(Sent):
    """申请人主动提供。"""

    case_number: Annotated[Code, Field(description="办件编号")]
    party: Annotated[SentParty, Field(description="主动提供的当事人")]
    proof: Annotated[Line, Field(description="证明编码;清单没有的,写证明名称", examples=["P-HOUSEHOLD"])]
    reason: Annotated[VoluntaryReason, Field(description="at_hand 手头已有,faster 希望更快办结,prefers_paper 不愿核验,other 其他")]
    confirmation: Annotated[SentConfirmation | None, Field(description="申请人本人的确认;没有的也予接收,但台账注明")] = None


class SentOffSystem(Sent):
    """系统外查询备案。"""

    case_number: Annotated[Code, Field(description="办件编号")]
    party: Annotated[SentParty, Field(description="被核验的当事人")]
    proof: Annotated[Code, Field(description="证明编码", examples=["P-HOUSEHOLD"])]
    source: Annotated[Line, Field(description="查询的国家、省或市数据库", examples=["国家政务服务平台"])]
    operator: Annotated[Code, Field(description="查询人(本单位在册人员编码)", examples=["demo-permit-1"])]
    looked_up_at: Annotated[Instant, Field(description="查询时间")]
    result: Annotated[OffSystemResult, Field(description="confirmed 属实,not_found 查无,different 不一致")]
    evidence_sha256: Sha256


class SentMismatch(Sent):
    """不符:取得的内容与申请人的陈述不一致。"""

    fields: Annotated[list[PublicLine], Field(min_length=1, max_length=60, description="不一致的项目:清单中这项证明的内容,或“核验结论”", examples=[["住址"]])]
    stated: Annotated[Words, Field(description="申请人的陈述")]
    supplement: Annotated[Words | None, Field(description="申请人补充的内容")] = None
    unit: Annotated[Code | None, Field(description="由哪个单位核实;清单已有出具单位的可省略")] = None


class SentObjection(Sent):
    """异议。"""

    text: Annotated[Words, Field(description="异议内容")]


class SentOutage(Sent):
    """平台故障区间。"""

    since: Annotated[Instant, Field(description="开始")]
    until: Annotated[Instant, Field(description="结束,不晚于现在")]
    reason: Annotated[PublicLine, Field(description="原因", examples=["机房断电"])]
