"""台账 as the API shows it: parties masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.commitments import Evidence
from domain.records import OffSystemResult, VoluntaryMark, VoluntaryReason
from gateway.answers.base import Answered
from ledger.offsystem import OffSystemLine
from ledger.tables.records import Outage
from ledger.voluntary import VoluntaryLine

Next = Annotated[int | None, Field(description="还有后续:以此作 after 再查;null 表示到底")]


class MarkAnswer(Answered):
    code: VoluntaryMark
    name: Annotated[str, Field(examples=["无本人确认"])]


class VoluntaryAnswer(Answered):
    """主动提供台账的一行。"""

    id: Annotated[int, Field(description="序号")]
    at: datetime
    unit: str
    case_number: str
    matter_name: Annotated[str, Field(description="事项;没有登记办件的为空")]
    proof: str
    proof_name: str
    listed: Annotated[bool, Field(description="清单是否列有这项证明")]
    marks: Annotated[list[MarkAnswer], Field(description="注明:无办件、非当事人、姓名不一致、无本人确认;都不影响接收")]
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
    def of(cls, line: VoluntaryLine) -> VoluntaryAnswer:
        row = line.row
        return cls(
            id=row.serial, at=row.at, unit=row.unit, case_number=line.case_number, matter_name=line.matter_name,
            proof=line.proof, proof_name=line.proof_name, listed=row.listed,
            marks=[MarkAnswer(code=mark, name=mark.chinese) for mark in line.marks], party_name=line.name,
            party_number=line.id_number, clerk=row.clerk, via_system=row.via_system, reason=row.reason,
            reason_name=row.reason.chinese, confirmed=row.confirmed,
            confirmed_name=row.confirmed.chinese if row.confirmed else "无", confirmation_sha256=row.confirmation_digest,
            retain_until=row.retain_until,
        )  # fmt: skip


class VoluntariesAnswer(Answered):
    items: list[VoluntaryAnswer]
    next: Next


class OffSystemAnswer(Answered):
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
    def of(cls, line: OffSystemLine) -> OffSystemAnswer:
        row = line.row
        return cls(
            id=row.serial, recorded_at=row.recorded_at, unit=row.unit, case_number=line.case_number, proof=row.proof,
            source=line.source, operator=row.operator, looked_up_at=row.looked_up_at, result=row.result,
            result_name=row.result.chinese, evidence_sha256=row.evidence_digest,
        )  # fmt: skip


class OffSystemsAnswer(Answered):
    items: list[OffSystemAnswer]
    next: Next


class OutageAnswer(Answered):
    """平台故障区间。"""

    since: datetime
    until: datetime | None
    automatic: Annotated[bool, Field(description="系统自行发现")]
    reason: str

    @classmethod
    def of(cls, row: Outage) -> OutageAnswer:
        return cls(since=row.since, until=row.until, automatic=row.automatic, reason=row.reason)


class OutagesAnswer(Answered):
    items: list[OutageAnswer]


class NoticeAnswer(Answered):
    """没有确定送达的通知。"""

    id: UUID
    verification_number: str | None
    unit: Annotated[str | None, Field(description="告知哪个单位;周报的读者为 null")]
    kind: str
    kind_name: str
    channel: str
    recipient: str
    made_at: datetime
    started_at: datetime | None
    status: Annotated[str, Field(description="unknown 是否送达不明,given_up 多次失败已停止")]


class NoticesAnswer(Answered):
    items: list[NoticeAnswer]
