"""撤销电子证明 (obligations 16.8, 17.5): what is sent and what is read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.reasons import RevokeReason
from domain.revocations import RevocationStatus, reason_words
from gateway.edge.schemas import Named, NextCursor, Number, SchemaOut
from gateway.edge.values import Document, SchemaIn
from ledger.casework.revocations import Receiver, standing_of
from ledger.tables.catalog import Entry
from ledger.tables.effects import Proof, Revocation


class RevocationIn(SchemaIn):
    """撤销一份已送达的电子证明。"""

    reason: Annotated[
        RevokeReason,
        Field(
            description="理由,固定用语:content_error 内容有误,issued_in_error 不应出具,facts_changed 所证明的事实已变化,"
            "deceit 以虚假陈述或者材料取得,seal_error 用印有误,decided 依行政复议、诉讼等决定撤销"
        ),
    ]
    document: Document | None = None


class RevocationOut(SchemaOut):
    """一项撤销。"""

    id: UUID
    verification_number: Number
    unit: Annotated[str | None, Field(description="提出的出具单位(编码);null 由工作专班办公室依决定提出")]
    reason: RevokeReason
    reason_name: Annotated[str, Field(examples=["内容有误"])]
    document: str | None
    status: RevocationStatus
    status_name: Annotated[str, Field(examples=["已撤销"])]
    asked_at: datetime
    asked_by: str
    confirmed_at: Annotated[datetime | None, Field(description="自此撤销")]
    confirmed_by: Annotated[str | None, Field(description="确认的另一人;null 无需另一人确认")]
    refused_at: datetime | None
    refused_by: str | None

    @classmethod
    def of(cls, row: Revocation) -> RevocationOut:
        standing = standing_of(row)
        return cls(
            id=row.id,
            verification_number=row.verification,
            unit=row.unit,
            reason=row.reason,
            reason_name=row.reason.label,
            document=row.document,
            status=standing,
            status_name=standing.label,
            asked_at=row.asked_at,
            asked_by=row.asked_by,
            confirmed_at=row.confirmed_at,
            confirmed_by=row.confirmed_by,
            refused_at=row.refused_at,
            refused_by=row.refused_by,
        )


class RevocationsOut(SchemaOut):
    items: list[RevocationOut]
    next_cursor: NextCursor


class ReceiverOut(SchemaOut):
    """撤销的一份通知和它的回执。"""

    unit: Annotated[str | None, Field(description="告知哪个单位(编码)")]
    channel: Annotated[str, Field(description="webhook 业务系统(签名),mail 邮件", examples=["webhook"])]
    status: Annotated[str, Field(description="waiting 待发送,on_its_way 正在发送,sent 已收到,unknown 是否送达不明,given_up 未送达")]
    received_at: Annotated[datetime | None, Field(description="回执:对方收下的时间")]

    @classmethod
    def of(cls, one: Receiver) -> ReceiverOut:
        return cls(**vars(one))


class RevokedOut(SchemaOut):
    """一份电子证明的撤销情况。"""

    number: Number
    revoked_at: Annotated[datetime | None, Field(description="null 没有撤销")]
    reason_name: Annotated[str | None, Field(examples=["内容有误"])]
    asked: Annotated[RevocationOut | None, Field(description="最近一次提出的撤销;经核实不符而撤销的为 null")]
    receivers: Annotated[list[ReceiverOut], Field(description="通知了谁,谁已收到")]

    @classmethod
    def told(cls, number: str, proof: Proof | None, asked: Revocation | None, receivers: list[Receiver]) -> RevokedOut:
        ended = proof is not None and proof.revoked_at is not None
        return cls(
            number=number,
            revoked_at=proof.revoked_at if proof else None,
            reason_name=reason_words(proof.revoked_why) if proof and ended else None,
            asked=RevocationOut.of(asked) if asked else None,
            receivers=[ReceiverOut.of(one) for one in receivers],
        )


class RevokedProofLine(SchemaOut):
    """本单位办件用过、后来撤销的一份电子证明。"""

    number: Number
    case_number: str
    matter: Named
    proof_kind: Named
    made_at: datetime
    revoked_at: datetime
    reason_name: Annotated[str, Field(examples=["内容有误"])]

    @classmethod
    def of(cls, proof: Proof, entry: Entry, case_number: str) -> RevokedProofLine:
        assert proof.revoked_at is not None
        return cls(
            number=proof.verification,
            case_number=case_number,
            matter=Named(code=entry.matter, name=entry.matter_name),
            proof_kind=Named(code=entry.proof, name=entry.proof_name),
            made_at=proof.made_at,
            revoked_at=proof.revoked_at,
            reason_name=reason_words(proof.revoked_why),
        )


class RevokedProofsOut(SchemaOut):
    items: list[RevokedProofLine]
    next_cursor: NextCursor
