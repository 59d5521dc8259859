"""What callers send: the bodies of the API, checked before anything else sees them.

Unknown fields are refused, numbers of persons are checked by their check characters, instants carry their zone.
Examples show invented people only: born in the nineteenth century and named 演示.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from domain.deadlines import HandlingType, promise_end
from domain.methods import Answer
from domain.roles import Channel, IdType, PartyRole
from gateway.bodies import is_clean
from ledger.cases import CaseData, PartyData

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_CITIZEN = re.compile(r"\d{17}[\dX]", re.ASCII)
_CITIZEN_INSIDE = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.ASCII)


def _fault(text: str) -> PydanticCustomError:
    """Our own fixed sentence, shown beside the field (gateway.wording)."""
    return PydanticCustomError("proofless", text)


def _one_line(text: str) -> str:
    if not is_clean(text) or text != text.strip():
        raise _fault("含有首尾空白或不允许的字符。")
    return text


def names_a_citizen(text: str) -> bool:
    """True where a valid citizen ID number stands in a text that travels in addresses and records."""
    return any(_is_citizen_number(match.upper()) for match in _CITIZEN_INSIDE.findall(text))


def _is_citizen_number(number: str) -> bool:
    # Not stdnum's whole check: it knows 370402 since 1983 only, while people born before carry it too.
    if not _CITIZEN.fullmatch(number) or number[-1] != ric.calc_check_digit(number):
        return False
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return True


def _instant(value: Any) -> Any:
    # pydantic would take 1700000000 too, which says nothing of what its sender meant.
    if not isinstance(value, str) or "T" not in value.upper():
        raise _fault("应为 ISO 8601 时间,例如 2026-03-04T09:00:00+08:00。")
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise _fault("时间应带时区,例如 2026-03-04T09:00:00+08:00。")
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        raise _fault("时间超出范围。") from None
    if not _EARLIEST <= instant < _LATEST:
        raise _fault("时间超出范围。")
    return instant


Line = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_one_line)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.\-]+$")]
Instant = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_aware)]


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SentParty(Sent):
    """被核验人,与办件中登记的一致。"""

    id_type: Annotated[IdType, Field(description="证件类型:citizen_id 公民身份号码,uscc 统一社会信用代码")]
    id_number: Annotated[str, Field(min_length=18, max_length=18, description="证件号码", examples=["370402188102020017"])]
    name: Annotated[Line, Field(description="姓名或名称", examples=["演示甲子"])]

    @model_validator(mode="after")
    def _number_is_right(self) -> Self:
        number = self.id_number.upper()
        right = _is_citizen_number(number) if self.id_type is IdType.CITIZEN_ID else _is_uscc(number)
        if not right:
            raise PydanticCustomError("id_number_invalid", "id number")
        return self

    def __repr__(self) -> str:
        return "SentParty(…)"


def _is_uscc(number: str) -> bool:
    return number.isascii() and number.isalnum() and uscc.is_valid(number)


class CaseParty(SentParty):
    """当事人。"""

    role: Annotated[PartyRole, Field(description="在办件中的身份")]


class SentCase(Sent):
    """办件。"""

    matter: Annotated[Code, Field(description="事项编码", examples=["DEMO-0001"])]
    handling: Annotated[HandlingType, Field(description="办件类型:immediate 即办件,promised 承诺件,other 其他")]
    accepted_at: Annotated[Instant, Field(description="受理时间", examples=["2026-03-04T09:00:00+08:00"])]
    promise_end: Annotated[Instant | None, Field(description="承诺办结时间;与 promised_days 二选一")] = None
    promised_days: Annotated[
        int | None, Field(strict=True, ge=0, le=3650, description="承诺天数;据此推算承诺办结时间并注明“推算”")
    ] = None
    channel: Annotated[Channel, Field(description="申请渠道")]
    origin_system: Annotated[Line | None, Field(description="来源系统", examples=["一窗受理系统"])] = None
    parties: Annotated[list[CaseParty], Field(min_length=1, max_length=50, description="当事人")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "matter": "DEMO-0001",
                    "handling": "promised",
                    "accepted_at": "2026-03-04T09:00:00+08:00",
                    "promised_days": 5,
                    "channel": "window",
                    "origin_system": "一窗受理系统",
                    "parties": [
                        {
                            "role": "applicant",
                            "id_type": "citizen_id",
                            "id_number": "370402188102020017",
                            "name": "演示甲子",
                        }
                    ],
                }
            ]
        }
    )

    @model_validator(mode="after")
    def _promise_is_one(self) -> Self:
        if self.promise_end is not None and self.promised_days is not None:
            raise _fault("promise_end 与 promised_days 只能填写一项。")
        if self.handling is HandlingType.PROMISED and self.promise_end is None and self.promised_days is None:
            raise _fault("承诺件须填写 promise_end 或 promised_days。")
        if self.promise_end is not None and self.promise_end <= self.accepted_at:
            raise _fault("承诺办结时间应晚于受理时间。")
        return self

    def as_data(self, number: str) -> CaseData:
        """The case as the ledger keeps it."""
        derived = self.promised_days is not None
        return CaseData(
            number=number,
            matter=self.matter,
            handling=self.handling,
            accepted_at=self.accepted_at,
            promise_end=promise_end(self.accepted_at, self.promised_days or 0) if derived else self.promise_end,
            promise_derived=derived,
            channel=self.channel,
            origin_system=self.origin_system,
            parties=tuple(
                PartyData(party.role, party.id_type, party.id_number.upper(), party.name) for party in self.parties
            ),
        )


class SentVerification(Sent):
    """核验:为在办办件的一名当事人核验一项证明。"""

    case_number: Annotated[Code, Field(description="办件编号", examples=["SZ-2026-000123"])]
    matter: Annotated[Code | None, Field(description="事项编码;可省略,填写时须与办件一致")] = None
    proof: Annotated[Code, Field(description="证明编码", examples=["P-HOUSEHOLD"])]
    party: Annotated[SentParty, Field(description="被核验人,须是该办件的当事人")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "case_number": "SZ-2026-000123",
                    "proof": "P-HOUSEHOLD",
                    "party": {"id_type": "citizen_id", "id_number": "370402188102020017", "name": "演示甲子"},
                }
            ]
        }
    )


class SentChoice(Sent):
    """需求单位在多个证照中的选择。"""

    identifier: Annotated[
        str | None, Field(max_length=200, description="所选证照的编号(见 candidates);null 表示都不是,转为下一种核验方式")
    ]


class SentReply(Sent):
    """出具单位的答复。"""

    answer: Annotated[Answer, Field(description="true 属实,false 不属实,no_record 无记录,cannot_verify 无法核验")]
    fields: Annotated[
        dict[Line, Annotated[str, Field(max_length=500), AfterValidator(_one_line)]],
        Field(max_length=60, description="证明所需内容,名称见申请的 proof.fields", examples=[{"姓名": "演示甲子"}]),
    ] = {}
    note: Annotated[str, Field(max_length=1000, description="说明,只有需求单位能看到")] = ""


# Reasons are fixed words: the record that keeps them is never changed and holds no personal data.
class WithdrawReason(StrEnum):
    """撤回理由,固定用语。"""

    APPLICANT_WITHDREW = "applicant_withdrew"  #: 申请人撤回申请
    FILED_IN_ERROR = "filed_in_error"  #: 发起有误
    NO_LONGER_NEEDED = "no_longer_needed"  #: 不再需要
    OTHER = "other"


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


class SentWithdrawal(Sent):
    """撤回。"""

    reason: Annotated[WithdrawReason, Field(description="撤回理由")]


class SentClosing(Sent):
    """人工办结。"""

    reason: Annotated[CloseReason, Field(description="办结理由")]


class SentReissue(Sent):
    """重新制作。"""

    reason: Annotated[ReissueReason, Field(description="重新制作的理由")]


class SentReroute(Sent):
    """改派。"""

    unit: Annotated[Code, Field(description="改派给哪个单位(单位编码)")]


class SentCallback(Sent):
    """回调地址。"""

    url: Annotated[str, Field(min_length=10, max_length=500, description="http 或 https 地址", examples=["https://oa.example.invalid/proofless"])]
    secret: Annotated[
        str | None, Field(max_length=120, description="Standard Webhooks 密钥 whsec_…;省略时由系统生成并只显示一次")
    ] = None
