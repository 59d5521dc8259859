"""投诉、线索、登记册 as callers send them. What is kept in clear names nobody; what people write freely is encrypted."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome
from domain.lead_path import Exemption
from domain.leads import CLAUSES
from gateway.bodies import is_clean
from gateway.sent.values import Code, GivenNumber, Instant, PublicLine, Sent, fault


def _text(text: str) -> str:
    if not is_clean(text, allowed="\t\n"):
        raise fault("含有不允许的字符。")
    return text.strip()


def _clause(text: str) -> str:
    if text not in CLAUSES:
        raise fault("应为 16.1 至 16.10 之一。")
    return text


FreeText = Annotated[str, Field(max_length=5000), AfterValidator(_text)]
NeededText = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_text)]
Document = Annotated[PublicLine, Field(description="文书名称和文号;不得含个人信息", examples=["整改通知〔2026〕1号"])]


class SentComplaint(Sent):
    """一件投诉举报。姓名、联系方式可以不填(匿名);内容、姓名和联系方式加密保存,被反映的单位看不到。"""

    channel: Annotated[ComplaintChannel, Field(description="渠道:platform 监督平台,rating 好差评,letter 信函,mail 邮件,hotline 12345,other 其他")]
    channel_number: Annotated[GivenNumber | None, Field(description="该渠道的编号;再次登记同一编号视为同一件", examples=["GD-2026-0001"])] = None
    about: Annotated[ComplaintAbout, Field(description="反映什么:still_asked 仍索要证明,invented 要求清单以外的证明,no_help 不核验或超时,wrong_content 内容有误,misused 挪作他用,other 其他")]
    received_at: Annotated[Instant, Field(description="渠道收到的时间", examples=["2026-03-04T09:00:00+08:00"])]
    unit: Annotated[Code | None, Field(description="被反映的单位(编码)", examples=["370402-PERMIT"])] = None
    matter: Annotated[Code | None, Field(description="事项编码")] = None
    proof: Annotated[Code | None, Field(description="证明编码")] = None
    text: Annotated[FreeText, Field(description="反映的内容;评价可以没有")] = ""
    name: Annotated[FreeText, Field(max_length=100, description="反映人")] = ""
    contact: Annotated[FreeText, Field(max_length=100, description="联系方式")] = ""
    rating: Annotated[int | None, Field(strict=True, ge=1, le=5, description="评价星级")] = None
    rating_source: Annotated[PublicLine | None, Field(description="评价来源:系统和编号,有评价的必填")] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "hotline", "channel_number": "GD-2026-0001", "about": "still_asked", "received_at": "2026-03-04T09:00:00+08:00",
                    "unit": "370402-PERMIT", "matter": "DEMO-0001", "proof": "P-HOUSEHOLD", "text": "窗口仍要求提交户籍证明。",
                }
            ]
        }
    )  # fmt: skip

    def __repr__(self) -> str:
        return "SentComplaint(…)"


class SentPassing(Sent):
    """转办。"""

    unit: Annotated[Code, Field(description="由哪个单位答复(编码)", examples=["370402-PERMIT"])]
    asked: Annotated[PublicLine, Field(max_length=100, description="请该单位做什么;单位看得到,不得写可辨认反映人的内容", examples=["请说明为何仍要求提交户籍证明"])]


class SentText(Sent):
    """一段说明,加密保存。"""

    text: Annotated[NeededText, Field(description="说明")]


class SentComplaintClosing(Sent):
    """投诉办结。"""

    outcome: Annotated[ComplaintOutcome, Field(description="founded 属实,partly 部分属实,unfounded 不属实,not_ours 不属本规则范围")]
    text: Annotated[NeededText, Field(description="办理情况")]


class SentLead(Sent):
    """人工登记的线索。"""

    clause: Annotated[str, Field(max_length=6, description="涉及条款", examples=["16.10"]), AfterValidator(_clause)]
    unit: Annotated[Code, Field(description="单位编码", examples=["370402-PERMIT"])]
    subject: Annotated[PublicLine, Field(description="是什么,一句话;不得含个人信息", examples=["3月4日现场检查"])]
    text: Annotated[NeededText, Field(description="依据")]
    numbers: Annotated[
        list[Annotated[str, Field(pattern=r"^HY[0-9]{8}[0-9A-HJKMNP-TV-Z]{8}$")]], Field(max_length=50, description="相关核验编号")
    ] = []


class SentNotification(Sent):
    """整改通知。"""

    document: Document
    text: Annotated[NeededText, Field(description="整改要求")]
    days: Annotated[int | None, Field(strict=True, ge=1, le=90, description="期限(工作日);null 为本区规定的天数")] = None


class SentLeadDecision(Sent):
    """一步认定:文书和说明。"""

    text: Annotated[NeededText, Field(description="理由")]
    document: Document | None = None


class SentExemption(Sent):
    """不予追究。"""

    exemption: Annotated[Exemption, Field(description="免于追责的情形:17.1 至 17.6")]
    document: Document
    text: Annotated[NeededText, Field(description="依据和理由")]


class SentCompensation(Sent):
    """补偿或赔偿(规则第十六条末款)。"""

    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2, description="金额(元)", examples=["120.00"])]
    document: Document
    text: Annotated[FreeText, Field(description="说明")] = ""


class SentEntryValues(Sent):
    """登记册的一条。"""

    unit: Annotated[Code | None, Field(description="单位编码;null 为本单位,专班办公室可以为其他单位登记")] = None
    values: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=500), AfterValidator(_text)]],
        Field(max_length=20, description="各栏的内容,栏名以 GET /v1/entered-registers 为准", examples=[{"日期": "2026-03-04", "媒体": "区政府网站", "标题": "一图读懂"}]),
    ]
    replaces: Annotated[int | None, Field(strict=True, ge=1, le=2**62, description="更正哪一条(序号);null 为新增")] = None


class SentBlockLift(Sent):
    """解除查询限制。"""

    reason: Annotated[PublicLine, Field(description="查明的情况和决定的依据;不得含个人信息", examples=["窗口扫描枪故障,已更换"])]
