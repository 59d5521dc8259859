"""台账 as the API shows it: parties masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.commitments import Evidence
from domain.records import OffSystemResult, VoluntaryMark, VoluntaryReason
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, Instant, Line, PartyIn, SchemaIn, Sha256
from ledger.registers.offsystem import OffSystemLine
from ledger.registers.voluntary import VoluntaryLine


class MarkOut(SchemaOut):
    code: VoluntaryMark
    name: Annotated[str, Field(examples=["无本人确认"])]


class VoluntaryOut(SchemaOut):
    """主动提供台账的一行。"""

    id: Annotated[int, Field(description="序号")]
    at: datetime
    unit: str
    case_number: str
    matter_name: Annotated[str, Field(description="事项;没有登记办件的为空")]
    proof: str
    proof_name: str
    listed: Annotated[bool, Field(description="清单是否列有这项证明")]
    marks: Annotated[
        list[MarkOut],
        Field(description="注明:无办件、非当事人、姓名不一致、清单未免提交(第二条不适用,或者没有核验方式)、无本人确认;都不影响接收"),
    ]
    party_name: Annotated[str, Field(examples=["演***"])]
    party_number: Annotated[str, Field(examples=["370402**********17"])]
    clerk: str
    via_system: str | None
    reason: VoluntaryReason
    reason_name: str
    confirmed: Annotated[Evidence | None, Field(description="申请人确认的方式;null 表示没有本人确认")]
    confirmed_name: Annotated[str, Field(examples=["验证码"])]
    confirmation_sha256: Annotated[str | None, Field(description="确认凭证的 SHA-256")]
    retain_until: datetime

    @classmethod
    def of(cls, line: VoluntaryLine) -> VoluntaryOut:
        row = line.row
        return cls(
            id=row.serial,
            at=row.at,
            unit=row.unit,
            case_number=line.case_number,
            matter_name=line.matter_name,
            proof=line.proof,
            proof_name=line.proof_name,
            listed=row.listed,
            marks=[MarkOut(code=mark, name=mark.label) for mark in line.marks],
            party_name=line.name,
            party_number=line.id_number,
            clerk=row.clerk,
            via_system=row.via_system,
            reason=row.reason,
            reason_name=row.reason.label,
            confirmed=row.confirmed,
            confirmed_name=row.confirmed.label if row.confirmed else "无",
            confirmation_sha256=row.confirmation_digest,
            retain_until=row.retain_until,
        )


class VoluntariesOut(SchemaOut):
    items: list[VoluntaryOut]
    next_cursor: NextCursor


class OffSystemOut(SchemaOut):
    """系统外查询备案。"""

    id: Annotated[int, Field(description="序号")]
    recorded_at: datetime
    unit: str
    case_number: str
    proof: str
    source: str
    operator: str
    looked_up_at: datetime
    result: OffSystemResult
    result_name: str
    evidence_sha256: str

    @classmethod
    def of(cls, line: OffSystemLine) -> OffSystemOut:
        row = line.row
        return cls(
            id=row.serial,
            recorded_at=row.recorded_at,
            unit=row.unit,
            case_number=line.case_number,
            proof=row.proof,
            source=line.source,
            operator=row.operator,
            looked_up_at=row.looked_up_at,
            result=row.result,
            result_name=row.result.label,
            evidence_sha256=row.evidence_digest,
        )


class OffSystemsOut(SchemaOut):
    items: list[OffSystemOut]
    next_cursor: NextCursor


class ConfirmationIn(SchemaIn):
    """申请人本人的确认。"""

    evidence: Annotated[Evidence, Field(description="signature 手写签名,e_signature 电子签名,code 验证码,face 人脸核身")]
    sha256: Sha256


class VoluntaryIn(SchemaIn):
    """申请人主动提供。"""

    case_number: Annotated[Code, Field(description="办件编号")]
    party: Annotated[PartyIn, Field(description="主动提供的当事人")]
    proof: Annotated[
        Line, Field(description="证明编码;没有编码的写名称,与登记库的名称、别名、曾用名一致的自动对应", examples=["P-HOUSEHOLD"])
    ]
    reason: Annotated[VoluntaryReason, Field(description="at_hand 手头已有,faster 希望更快办结,prefers_paper 不愿核验,other 其他")]
    confirmation: Annotated[ConfirmationIn | None, Field(description="申请人本人的确认;没有的也予接收,但台账注明")] = None


class OffSystemIn(SchemaIn):
    """系统外查询备案。"""

    case_number: Annotated[Code, Field(description="办件编号")]
    party: Annotated[PartyIn, Field(description="被核验的当事人")]
    proof: Annotated[Code, Field(description="证明编码", examples=["P-HOUSEHOLD"])]
    source: Annotated[Line, Field(description="查询的国家、省或市数据库", examples=["国家政务服务平台"])]
    operator: Annotated[Code, Field(description="查询人(本单位在册人员编码)", examples=["demo-permit-1"])]
    looked_up_at: Annotated[Instant, Field(description="查询时间")]
    result: Annotated[OffSystemResult, Field(description="confirmed 属实,not_found 查无,different 不一致")]
    evidence_sha256: Sha256
