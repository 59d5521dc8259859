"""告知承诺 (obligations 7.4, 12.1, reading 23): what is sent and what is read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from domain.commitments import CheckOutcome, Decision, Evidence
from gateway.edge.schemas import NextCursor, Number, SchemaOut
from gateway.edge.values import Line, PublicLine, SchemaIn, Sha256, Words, names_nobody
from ledger.methods.commitments import Offer
from ledger.tables.commitments import CommitmentCheck, CommitmentText, CreditBlock


class CommitmentIn(SchemaIn):
    """申请人签署的承诺。"""

    evidence: Annotated[Evidence, Field(description="signature 手写签名,e_signature 电子签名,code 验证码,face 人脸核身")]
    sha256: Sha256
    reference: Annotated[Line, Field(description="承诺书存放处或签署流水号", examples=["档案 2026-000123"])]


class DeclineIn(SchemaIn):
    """申请人不作承诺。"""


class CheckIn(SchemaIn):
    """承诺核查结论。"""

    outcome: Annotated[CheckOutcome, Field(description="true 属实,untrue 不实")]
    note: Annotated[Words, Field(description="核查情况")]


class RestorationIn(SchemaIn):
    """信用修复。"""

    why: Annotated[Words, Field(description="修复的依据")]


class CommitmentTextIn(SchemaIn):
    """承诺书文本。"""

    text: Annotated[str, Field(min_length=20, max_length=5000, description="告知和承诺的全文"), AfterValidator(names_nobody)]
    check_days: Annotated[int, Field(strict=True, ge=1, le=365, description="签署后多少个工作日内核查")]
    basis: Annotated[PublicLine, Field(description="依据")]


class CommitmentOut(SchemaOut):
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
    def of(cls, offer: Offer) -> CommitmentOut:
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


class CheckItem(SchemaOut):
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
            id=row.id,
            verification_number=row.verification,
            due_at=row.due_at,
            provisional=row.provisional,
            outcome=row.outcome,
            done_at=row.done_at,
        )


class ChecksOut(SchemaOut):
    items: list[CheckItem]
    next_cursor: NextCursor


class BlockItem(SchemaOut):
    """承诺限制:信用修复前不能再承诺。"""

    id: UUID
    verification_number: Number
    proof: Annotated[str | None, Field(description="限于这项证明;null 表示全部")]
    since: datetime
    restored_at: datetime | None

    @classmethod
    def of(cls, row: CreditBlock, number: str) -> BlockItem:
        return cls(id=row.id, verification_number=number, proof=row.proof, since=row.since, restored_at=row.restored_at)


class BlocksOut(SchemaOut):
    items: list[BlockItem]
    next_cursor: NextCursor


class CommitmentTextOut(SchemaOut):
    """承诺书文本。"""

    proof: str
    version: int
    text: str
    check_days: int
    basis: str

    @classmethod
    def of(cls, row: CommitmentText) -> CommitmentTextOut:
        return cls(proof=row.proof, version=row.version, text=row.text, check_days=row.check_days, basis=row.basis)
