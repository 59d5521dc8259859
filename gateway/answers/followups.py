"""What a requesting unit reads of returns, commitments and the time that it may leave out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.commitments import CheckOutcome, Decision
from domain.records import MismatchStatus
from gateway.answers.base import Answered, Number
from ledger.commitments import Offer
from ledger.handback import Excluded
from ledger.tables.commitments import CommitmentCheck, CommitmentText, CreditBlock


class ForwardingRule(Answered):
    """自动转办规则。"""

    unit: str
    on: bool


class IntervalAnswer(Answered):
    start: datetime
    end: datetime


class ExcludedAnswer(Answered):
    """核验时间:不纳入事项办理考核计时(第十条)。"""

    intervals: Annotated[list[IntervalAnswer], Field(description="并行核验的时间已合并,不重复计算")]
    seconds: Annotated[int, Field(description="合计秒数")]
    running: Annotated[bool, Field(description="还有核验在进行,区间计到现在")]
    rule_version: str

    @classmethod
    def of(cls, found: Excluded) -> ExcludedAnswer:
        return cls(
            intervals=[IntervalAnswer(start=one.start, end=one.end) for one in found.intervals],
            seconds=found.seconds,
            running=found.running,
            rule_version=found.rule_version,
        )


class ReturnAnswer(Answered):
    """退回(需求单位看到的全部内容)。"""

    unit: str
    at: datetime
    late: Annotated[bool, Field(description="是否超过三十分钟")]
    reason: str
    suggested_unit: str | None
    unsure_why: str | None
    forwarded_to: str | None
    forwarded_at: datetime | None
    by_standing_rule: bool


class SupplementWanted(Answered):
    """补正。"""

    asked_at: datetime
    what: str
    supplied_at: datetime | None


class CommitmentAnswer(Answered):
    """告知承诺。"""

    verification_number: Number
    proof_name: str
    text: Annotated[str, Field(description="交申请人阅知并自行签署的全文")]
    basis: str
    version: int
    offered_at: datetime
    decision: Annotated[Decision | None, Field(description="signed 已承诺,declined 不承诺,timed_out 逾期;null 等待中")]
    decided_at: datetime | None
    check_due_at: Annotated[datetime | None, Field(description="核查期限;null 表示未签署或“未定”(缺少工作日历)")]
    check_provisional: Annotated[bool, Field(description="核查期限依据暂定的工作日历")]
    check_outcome: CheckOutcome | None

    @classmethod
    def of(cls, offer: Offer) -> CommitmentAnswer:
        return cls(
            verification_number=offer.row.verification,
            proof_name=offer.proof_name,
            text=offer.text.text,
            basis=offer.text.basis,
            version=offer.text.version,
            offered_at=offer.row.offered_at,
            decision=offer.row.decision,
            decided_at=offer.row.decided_at,
            check_due_at=offer.check_due,
            check_provisional=offer.check_provisional,
            check_outcome=offer.checked,
        )


class CheckItem(Answered):
    """承诺核查。"""

    id: UUID
    verification_number: Number
    due_at: Annotated[datetime | None, Field(description="期限;null 表示“未定”(缺少工作日历)")]
    provisional: Annotated[bool, Field(description="依据暂定的工作日历")]
    outcome: CheckOutcome | None
    done_at: datetime | None

    @classmethod
    def of(cls, row: CommitmentCheck) -> CheckItem:
        return cls(
            id=row.id, verification_number=row.verification, due_at=row.due_at, provisional=row.provisional,
            outcome=row.outcome, done_at=row.done_at,
        )  # fmt: skip


class ChecksAnswer(Answered):
    items: list[CheckItem]


class BlockItem(Answered):
    """承诺限制:信用修复前不能再承诺。"""

    id: UUID
    verification_number: Number
    proof: Annotated[str | None, Field(description="限于这项证明;null 表示全部")]
    since: datetime
    restored_at: datetime | None

    @classmethod
    def of(cls, row: CreditBlock, number: str) -> BlockItem:
        return cls(
            id=row.id, verification_number=number, proof=row.proof, since=row.since, restored_at=row.restored_at
        )


class BlocksAnswer(Answered):
    items: list[BlockItem]


class CommitmentTextAnswer(Answered):
    """承诺书文本。"""

    proof: str
    version: int
    text: str
    check_days: int
    basis: str

    @classmethod
    def of(cls, row: CommitmentText) -> CommitmentTextAnswer:
        return cls(proof=row.proof, version=row.version, text=row.text, check_days=row.check_days, basis=row.basis)


class MismatchAnswer(Answered):
    """不符报告。"""

    verification_number: Number
    status: Annotated[
        MismatchStatus, Field(description="checking 核实中,corrected 以出具单位材料更正,upheld 维持,unsettled 未能核实")
    ]
    check: Annotated[str | None, Field(description="核实用的核验编号")]
    fields: list[str]
    reported_at: datetime
    settled_at: datetime | None
    objected_at: datetime | None
    right: Annotated[str, Field(description="应当告知申请人的救济途径")]
