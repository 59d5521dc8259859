"""收件箱 as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.roles import IdType
from gateway.answers.base import Answered, Named, Number
from ledger.inboxes import InboxLine


class InboxProof(Named):
    fields: Annotated[list[str], Field(description="答复“属实”时须填写的内容", examples=[["姓名", "人均月收入"]])]


class InboxParty(Answered):
    name: Annotated[str, Field(examples=["演示甲子"])]
    id_type: IdType
    id_number: Annotated[str, Field(examples=["370402188102020017"])]


class InboxAnswerItem(Answered):
    """收件箱中的一项申请。答复之后姓名和号码脱敏。"""

    id: UUID
    verification_number: Number
    proof: InboxProof
    party: InboxParty
    matter_name: str
    requesting_unit: str
    received_at: datetime
    due_at: Annotated[datetime | None, Field(description="最近的时限;null 表示各时限均已超过")]
    minutes_left: Annotated[int | None, Field(description="剩余分钟,负数为已超时")]
    status: Annotated[str, Field(examples=["open"])]

    @classmethod
    def of(cls, line: InboxLine, now: datetime) -> InboxAnswerItem:
        request = line.request
        left = int((line.due_at - now).total_seconds() // 60) if line.due_at else None
        return cls(
            id=request.id,
            verification_number=request.verification,
            proof=InboxProof(code=line.proof, name=line.proof_name, fields=line.fields),
            party=InboxParty(name=line.name, id_type=line.id_type, id_number=line.id_number),
            matter_name=line.matter_name,
            requesting_unit=line.requesting_unit,
            received_at=request.received_at,
            due_at=line.due_at,
            minutes_left=left,
            status="open" if request.answered_at is None else "answered",
        )


class InboxAnswer(Answered):
    items: list[InboxAnswerItem]


class ReplyTaken(Answered):
    """答复已收到。"""

    id: UUID
    status: Annotated[str, Field(examples=["answered"])]
