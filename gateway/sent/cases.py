"""办件 as callers send it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from domain.limits import HandlingType
from domain.reasons import PromiseReason
from domain.roles import Channel, PartyRole
from gateway.sent.values import Code, Instant, PublicLine, Sent, SentParty, fault
from ledger.registration import CaseData, PartyData


class CaseParty(SentParty):
    """当事人。"""

    role: Annotated[PartyRole, Field(description="在办件中的身份")]


class SentNameCorrection(SentParty):
    """当事人姓名(名称)的更正:证件类型和号码指明是谁,name 填正确的姓名(名称)。"""


class SentCase(Sent):
    """办件。"""

    matter: Annotated[Code, Field(description="事项编码", examples=["DEMO-0001"])]
    handling: Annotated[HandlingType, Field(description="办件类型:immediate 即办件,promised 承诺件,other 其他")]
    accepted_at: Annotated[Instant, Field(description="受理时间", examples=["2026-03-04T09:00:00+08:00"])]
    promise_end: Annotated[Instant | None, Field(description="承诺办结时间;与 promised_days 二选一")] = None
    promised_days: Annotated[
        int | None, Field(strict=True, ge=0, le=3650, description="承诺天数(工作日);据此推算承诺办结时间并注明“推算”")
    ] = None
    promise_reason: Annotated[
        PromiseReason | None,
        Field(
            description="变更承诺时限的理由,已有未办结的核验时必填:material 申请人补充材料,special_procedure 听证、检验、检测、鉴定、专家评审等,"
            "field_check 需实地核查,applicant 应申请人要求,force_majeure 不可抗力,correction 登记有误,other 其他"
        ),
    ] = None
    channel: Annotated[Channel, Field(description="申请渠道")]
    origin_system: Annotated[PublicLine | None, Field(description="来源系统", examples=["一窗受理系统"])] = None
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
            raise fault("promise_end 与 promised_days 只能填写一项。")
        if self.handling is HandlingType.PROMISED and self.promise_end is None and self.promised_days is None:
            raise fault("承诺件须填写 promise_end 或 promised_days。")
        if self.promise_end is not None and self.promise_end <= self.accepted_at:
            raise fault("承诺办结时间应晚于受理时间。")
        return self

    def as_data(self, number: str) -> CaseData:
        """The case as the ledger keeps it."""
        return CaseData(
            number=number,
            matter=self.matter,
            handling=self.handling,
            accepted_at=self.accepted_at,
            promise_end=self.promise_end,
            promised_days=self.promised_days,
            promise_reason=self.promise_reason,
            channel=self.channel,
            origin_system=self.origin_system,
            parties=tuple(
                PartyData(party.role, party.id_type, party.id_number.upper(), party.name) for party in self.parties
            ),
        )
