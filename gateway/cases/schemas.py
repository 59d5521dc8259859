"""办件 as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from domain.limits import HandlingType
from domain.masking import mask_name
from domain.reasons import PromiseReason
from domain.roles import Channel, PartyRole
from gateway.edge.schemas import MaskedParty, SchemaOut
from gateway.edge.values import Code, Instant, PartyIn, PublicLine, SchemaIn, fault
from ledger.casework.excluded_time import Excluded
from ledger.casework.registration import CaseData, PartyData
from ledger.casework.views import CaseView


class NameCorrected(SchemaOut):
    """一次姓名(名称)更正(脱敏;原文加密保存)。"""

    at: datetime
    by: Annotated[str, Field(description="更正人")]
    before: Annotated[str, Field(examples=["演***"])]
    after: Annotated[str, Field(examples=["演***"])]


class CaseOut(SchemaOut):
    """办件。"""

    case_number: str
    matter: str
    matter_name: str
    handling: HandlingType
    accepted_at: datetime
    promise_end: datetime | None
    promised_days: Annotated[int | None, Field(description="承诺天数(工作日);没有按天数登记的为空")]
    promise_undetermined: Annotated[
        str | None,
        Field(description="承诺办结时间未定的原因;已定或没有承诺的为空", examples=["未定:2028 年的工作日历尚未录入,录入后自动补算。"]),
    ]
    promise_derived: Annotated[bool, Field(description="承诺办结时间是否由承诺天数推算")]
    channel: Channel
    origin_system: str | None
    registered_at: datetime
    closed_at: datetime | None
    parties: list[MaskedParty]
    name_corrections: Annotated[list[NameCorrected], Field(description="姓名(名称)的更正,先后为序")]
    verifications: Annotated[list[str], Field(description="该办件的核验编号,新的在前")]

    @classmethod
    def of(cls, view: CaseView) -> CaseOut:
        case = view.case
        return cls(
            case_number=case.number,
            matter=case.matter,
            matter_name=view.matter_name,
            handling=case.handling,
            accepted_at=case.accepted_at,
            promise_end=case.promise_end,
            promised_days=case.promised_days,
            promise_undetermined=f"未定:{view.missing_year} 年的工作日历尚未录入,录入后自动补算。"
            if view.missing_year is not None
            else None,
            promise_derived=case.promise_derived,
            channel=case.channel,
            origin_system=case.origin_system,
            registered_at=case.registered_at,
            closed_at=case.closed_at,
            parties=[MaskedParty.of(party) for party in view.parties],
            name_corrections=[
                NameCorrected(at=row.at, by=row.actor.removeprefix("person:"), before=mask_name(before), after=mask_name(after))
                for row, before, after in view.corrections
            ],
            verifications=view.verifications,
        )


class CaseParty(PartyIn):
    """当事人。"""

    role: Annotated[PartyRole, Field(description="在办件中的身份")]


class NameCorrectionIn(PartyIn):
    """当事人姓名(名称)的更正:证件类型和号码指明是谁,name 填正确的姓名(名称)。"""


class CaseIn(SchemaIn):
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
            description="变更承诺时限的理由,已有未办结的核验时必填:material 申请人补充材料,special_procedure 听证、检验、检测、"
            "鉴定、专家评审等,"
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
                    "parties": [{"role": "applicant", "id_type": "citizen_id", "id_number": "370402188102020017", "name": "演示甲子"}],
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
            parties=tuple(PartyData(party.role, party.id_type, party.id_number.upper(), party.name) for party in self.parties),
        )


class IntervalOut(SchemaOut):
    start: datetime
    end: datetime


class ExcludedOut(SchemaOut):
    """核验时间:不纳入事项办理考核计时(第十条)。"""

    intervals: Annotated[list[IntervalOut], Field(description="并行核验的时间已合并,不重复计算")]
    seconds: Annotated[int, Field(description="合计秒数")]
    running: Annotated[bool, Field(description="还有核验在进行,区间计到现在")]
    rule_version: str

    @classmethod
    def of(cls, found: Excluded) -> ExcludedOut:
        return cls(
            intervals=[IntervalOut(start=one.start, end=one.end) for one in found.intervals],
            seconds=found.seconds,
            running=found.running,
            rule_version=found.rule_version,
        )
