"""台账 as the API shows it: parties masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.commitments import Evidence
from domain.records import OffSystemResult, VoluntaryReason
from gateway.answers.base import Answered
from ledger.tables.records import OffSystemLookup, Outage
from ledger.voluntary import VoluntaryLine


class VoluntaryAnswer(Answered):
    """主动提供台账的一行。"""

    id: int
    at: datetime
    unit: str
    case_number: str
    matter_name: str
    proof: str
    proof_name: str
    listed: Annotated[bool, Field(description="清单是否列有这项证明")]
    party_name: Annotated[str, Field(examples=["演***"])]
    party_number: Annotated[str, Field(examples=["370402**********17"])]
    clerk: str
    via_system: str | None
    reason: VoluntaryReason
    reason_name: str
    confirmed: Annotated[Evidence | None, Field(description="申请人确认的方式;null 表示没有本人确认")]
    confirmation_sha256: str | None
    retain_until: datetime

    @classmethod
    def of(cls, line: VoluntaryLine) -> VoluntaryAnswer:
        row = line.row
        return cls(
            id=row.id, at=row.at, unit=row.unit, case_number=line.case_number, matter_name=line.matter_name,
            proof=row.proof, proof_name=line.proof_name, listed=row.listed, party_name=line.name,
            party_number=line.id_number, clerk=row.clerk, via_system=row.via_system, reason=row.reason,
            reason_name=row.reason.chinese, confirmed=row.confirmed, confirmation_sha256=row.confirmation_digest,
            retain_until=row.retain_until,
        )  # fmt: skip


class VoluntariesAnswer(Answered):
    items: list[VoluntaryAnswer]


class OffSystemAnswer(Answered):
    """系统外查询备案。"""

    id: int
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
    def of(cls, row: OffSystemLookup, case_number: str) -> OffSystemAnswer:
        return cls(
            id=row.id, recorded_at=row.recorded_at, unit=row.unit, case_number=case_number, proof=row.proof,
            source=row.source, operator=row.operator, looked_up_at=row.looked_up_at, result=row.result,
            result_name=row.result.chinese, evidence_sha256=row.evidence_digest,
        )  # fmt: skip


class OffSystemsAnswer(Answered):
    items: list[OffSystemAnswer]


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
    unit: str
    kind: str
    kind_name: str
    channel: str
    recipient: str
    made_at: datetime
    started_at: datetime | None
    status: Annotated[str, Field(description="unknown 是否送达不明,given_up 多次失败已停止")]


class NoticesAnswer(Answered):
    items: list[NoticeAnswer]
