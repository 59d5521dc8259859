"""收件箱 as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.inbox import AttachmentUse
from domain.methods import Answer
from domain.progress import Colour
from domain.roles import IdType
from gateway.answers.base import Answered, Named, Number
from ledger.claims import person_of
from ledger.inboxes import InboxDetail, InboxLine
from ledger.tables.inbox import Attachment


class AttachmentAnswer(Answered):
    """附件。"""

    id: UUID
    name: Annotated[str, Field(examples=["认定表.pdf"])]
    use: AttachmentUse
    media_type: str
    size: int
    sha256: str
    added_at: datetime

    @classmethod
    def of(cls, row: Attachment, name: str) -> AttachmentAnswer:
        return cls(
            id=row.id, name=name, use=row.use, media_type=row.media_type, size=row.size, sha256=row.digest,
            added_at=row.added_at,
        )  # fmt: skip


class AttachmentsAnswer(Answered):
    items: list[AttachmentAnswer]


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
    due_at: Annotated[datetime | None, Field(description="最早的时限,已超过的也在内;null 表示等待补正或没有时限")]
    minutes_left: Annotated[int | None, Field(description="剩余分钟,负数为已超时")]
    return_by: Annotated[datetime | None, Field(description="不属本单位职责的,在此刻以前(含)退回(义务 10.10);null 表示已不在收件箱,或未定")]
    limit_notes: Annotated[list[str], Field(description="时限的标注", examples=[["承诺时限所剩不足半小时"]])]
    colour: Annotated[Colour, Field(description="green 绿,yellow 黄(临近时限,或原则上的时限已超时),red 红(最迟时限已超时,或承诺时限不足半小时)")]
    colour_name: Annotated[str, Field(examples=["绿"])]
    immediate: Annotated[bool, Field(description="清单注明可立即核验")]
    resting: Annotated[bool, Field(description="等待补正,时限暂停")]
    claimed_by: Annotated[str | None, Field(description="认领人")]
    status: Annotated[str, Field(examples=["open"])]
    answer: Annotated[Answer | None, Field(description="答复;null 为尚未答复")]
    answer_name: Annotated[str | None, Field(examples=["属实"])]
    answered_at: datetime | None
    answered_by: Annotated[str | None, Field(description="答复人(人员编码)")]

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
            return_by=line.return_by,
            limit_notes=line.notes,
            colour=line.colour,
            colour_name=line.colour.chinese,
            immediate=line.immediate,
            resting=line.resting,
            claimed_by=request.claimed_by.removeprefix("person:") if request.claimed_by else None,
            status="open" if request.answered_at is None else "answered",
            answer=request.answer,
            answer_name=request.answer.chinese if request.answer else None,
            answered_at=request.answered_at,
            answered_by=person_of(request.answered_by) if request.answered_by else None,
        )


class SupplementAnswer(Answered):
    """补正。"""

    asked_at: datetime
    what: str
    supplied_at: datetime | None
    supply: str | None


class EarlierReturnAnswer(Answered):
    """其他单位此前的退回。"""

    unit_name: str
    at: datetime
    reason: str


class CheckAnswer(Answered):
    """对此前核验结论的核实(不符):需求单位报告的差异。"""

    fields: list[str]
    stated: Annotated[str, Field(description="申请人的陈述")]
    supplement: Annotated[str | None, Field(description="申请人补充的内容")]


class RequestAnswer(Answered):
    """一项核验申请的全部内容。"""

    request: InboxAnswerItem
    supplements: list[SupplementAnswer]
    earlier_returns: list[EarlierReturnAnswer]
    check: CheckAnswer | None
    attachments: list[AttachmentAnswer]

    @classmethod
    def of(cls, found: InboxDetail, attachments: list[tuple[Attachment, str]], now: datetime) -> RequestAnswer:
        return cls(
            request=InboxAnswerItem.of(found.line, now),
            supplements=[SupplementAnswer(**vars(one)) for one in found.supplements],
            earlier_returns=[EarlierReturnAnswer(**vars(one)) for one in found.returns],
            check=CheckAnswer(**vars(found.check)) if found.check else None,
            attachments=[AttachmentAnswer.of(row, name) for row, name in attachments],
        )


class InboxAnswer(Answered):
    items: list[InboxAnswerItem]
    next_offset: Annotated[int | None, Field(description="下一页的 offset;null 表示没有更多")]


class Taken(Answered):
    """已办理。"""

    id: UUID
    status: Annotated[str, Field(description="answered 已答复,claimed 已认领,open 待办,resting 等待补正,returned 已退回", examples=["answered"])]


class ReturnTaken(Taken):
    """已退回。"""

    forwarded: Annotated[bool, Field(description="已按需求单位的自动转办规则转给建议单位")]
    to_office: Annotated[bool, Field(description="已两次退回,转工作专班办公室处理")]
