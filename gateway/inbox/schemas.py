"""收件箱 as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from domain.inbox import AttachmentUse
from domain.lifecycle import Event
from domain.methods import Answer
from domain.progress import Colour
from domain.roles import IdType
from gateway.edge.schemas import Named, NextCursor, Number, SchemaOut
from gateway.edge.values import Code, Line, SchemaIn, Words, fault, one_line
from ledger.actor import person_of
from ledger.batches.inbox import InboxBatch
from ledger.casework.inbox_view import InboxDetail, InboxLine
from ledger.inbox.returns import ReturnReason
from ledger.tables.inbox import Attachment
from reports.figures.sources import name_of


class AttachmentOut(SchemaOut):
    """附件。"""

    id: UUID
    name: Annotated[str, Field(examples=["认定表.pdf"])]
    use: AttachmentUse
    media_type: str
    size: int
    sha256: str
    added_at: datetime

    @classmethod
    def of(cls, row: Attachment, name: str) -> AttachmentOut:
        return cls(id=row.id, name=name, use=row.use, media_type=row.media_type, size=row.size, sha256=row.digest, added_at=row.added_at)


class AttachmentsOut(SchemaOut):
    items: list[AttachmentOut]


class InboxProof(Named):
    fields: Annotated[list[str], Field(description="答复“属实”时须填写的内容", examples=[["姓名", "人均月收入"]])]


class InboxParty(SchemaOut):
    name: Annotated[str, Field(examples=["演示甲子"])]
    id_type: IdType
    id_number: Annotated[str, Field(examples=["370402188102020017"])]


class InboxAnswerItem(SchemaOut):
    """收件箱中的一项申请。答复之后姓名和号码脱敏。"""

    id: UUID
    verification_number: Number
    proof: InboxProof
    party: InboxParty
    matter_name: str
    requesting_unit: str
    case_number: Annotated[str, Field(description="需求单位的办件编号,印在证明的用途中")]
    received_at: datetime
    due_at: Annotated[datetime | None, Field(description="最早的时限,已超过的也在内;null 表示等待补正或没有时限")]
    minutes_left: Annotated[int | None, Field(description="剩余分钟,负数为已超时")]
    return_by: Annotated[datetime | None, Field(description="不属本单位职责的,在此刻以前(含)退回(义务 10.10);null 表示已不在收件箱,或未定")]
    limit_notes: Annotated[list[str], Field(description="时限的标注", examples=[["承诺时限所剩不足半小时"]])]
    colour: Annotated[
        Colour, Field(description="green 绿,yellow 黄(临近时限,或原则上的时限已超时),red 红(最迟时限已超时,或承诺时限不足半小时)")
    ]
    colour_name: Annotated[str, Field(examples=["绿"])]
    immediate: Annotated[bool, Field(description="清单注明可立即核验")]
    resting: Annotated[bool, Field(description="等待补正,时限暂停")]
    claimed_by: Annotated[str | None, Field(description="认领人")]
    claimed_by_name: Annotated[str | None, Field(description="认领人的姓名")]
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
            case_number=line.case_number,
            received_at=request.received_at,
            due_at=line.due_at,
            minutes_left=left,
            return_by=line.return_by,
            limit_notes=line.notes,
            colour=line.colour,
            colour_name=line.colour.label,
            immediate=line.immediate,
            resting=line.resting,
            claimed_by=request.claimed_by.removeprefix("person:") if request.claimed_by else None,
            claimed_by_name=line.claimant,
            status="open" if request.answered_at is None else "answered",
            answer=request.answer,
            answer_name=request.answer.label if request.answer else None,
            answered_at=request.answered_at,
            answered_by=person_of(request.answered_by) if request.answered_by else None,
        )


class SupplementOut(SchemaOut):
    """补正。"""

    asked_at: datetime
    what: str
    supplied_at: datetime | None
    supply: str | None


class EarlierReturnOut(SchemaOut):
    """其他单位此前的退回。"""

    unit_name: str
    at: datetime
    reason: str


class CheckOut(SchemaOut):
    """对此前核验结论的核实(不符):需求单位报告的差异。"""

    fields: list[str]
    stated: Annotated[str, Field(description="申请人的陈述")]
    supplement: Annotated[str | None, Field(description="申请人补充的内容")]


class ShareAnswerOut(SchemaOut):
    """此前一次数据共享查询。不含来源中的个人信息。"""

    source: Annotated[str, Field(description="数据共享来源的代号", examples=["licence_library"])]
    source_name: Annotated[str, Field(examples=["省电子证照库"])]
    at: Annotated[datetime, Field(description="何时查询;没有应答的,为转下一种方式的时刻")]
    said: Annotated[str, Field(description="来源的答复,或者没有答复的原因", examples=["未命中:没有查到。查无不等于没有"])]
    candidates: Annotated[int | None, Field(description="查到不止一份的,几份;null 为不属此种情形")]


class HandOut(SchemaOut):
    """经手的一步:本单位谁认领、放回或者交办。均为姓名,不在名录中的为人员编码。"""

    at: datetime
    event: Annotated[Event, Field(description="claimed 认领(或者交办),released 放回")]
    by: Annotated[str, Field(description="谁")]
    given_to: Annotated[str | None, Field(description="督办员交给谁;null 为自己认领")]
    taken_from: Annotated[str | None, Field(description="此前由谁认领")]
    stands_in_for: Annotated[str | None, Field(description="当时代理的督办员")]


class RequestOut(SchemaOut):
    """一项核验申请的全部内容。"""

    request: InboxAnswerItem
    hands: Annotated[list[HandOut], Field(description="在本单位经过谁的手,早的在前")]
    supplements: list[SupplementOut]
    earlier_returns: list[EarlierReturnOut]
    shared: Annotated[
        list[ShareAnswerOut], Field(description="此前问过的数据共享来源,早的在前;核实不符的,含原来那次核验的。答复以后不再显示")
    ]
    check: CheckOut | None
    attachments: list[AttachmentOut]

    @classmethod
    def of(cls, found: InboxDetail, attachments: list[tuple[Attachment, str]], now: datetime) -> RequestOut:
        return cls(
            request=InboxAnswerItem.of(found.line, now),
            hands=[HandOut(**vars(one)) for one in found.hands],
            supplements=[SupplementOut(**vars(one)) for one in found.supplements],
            earlier_returns=[EarlierReturnOut(**vars(one)) for one in found.returns],
            shared=[ShareAnswerOut(source_name=name_of(one.source), **vars(one)) for one in found.shared],
            check=CheckOut(**vars(found.check)) if found.check else None,
            attachments=[AttachmentOut.of(row, name) for row, name in attachments],
        )


class InboxBatchLine(SchemaOut):
    """收件箱中的一个批次。"""

    batch: Annotated[str, Field(description="批次编号", examples=["PL202603047K3M9QXT"])]
    purpose: Annotated[str, Field(description="用途", examples=["低保年度复核"])]
    requesting_unit: str
    count: Annotated[int, Field(description="待答复的申请")]
    due_at: Annotated[datetime | None, Field(description="其中最早的时限,已超过的也在内;null 表示等待补正或未定")]
    received_at: Annotated[datetime, Field(description="其中最早收到的")]

    @classmethod
    def of(cls, line: InboxBatch) -> InboxBatchLine:
        return cls(**vars(line))


class InboxOut(SchemaOut):
    items: list[InboxAnswerItem]
    batches: Annotated[list[InboxBatchLine], Field(description="待办的批次,在第一页;其中的申请以 ?batch=批次编号 查看")]
    next_cursor: NextCursor


class ActionDone(SchemaOut):
    """已办理。"""

    id: UUID
    status: Annotated[
        str, Field(description="answered 已答复,claimed 已认领,open 待办,resting 等待补正,returned 已退回", examples=["answered"])
    ]


class ReturnTaken(ActionDone):
    """已退回。"""

    forwarded: Annotated[bool, Field(description="已按需求单位的自动转办规则转给建议单位")]
    to_office: Annotated[bool, Field(description="已两次退回,转工作专班办公室处理")]


class ReplyIn(SchemaIn):
    """出具单位的答复。"""

    answer: Annotated[Answer, Field(description="true 属实,false 不属实,no_record 无记录,cannot_verify 无法核验")]
    fields: Annotated[
        dict[Line, Annotated[str, Field(max_length=500), AfterValidator(one_line)]],
        Field(max_length=60, description="证明所需内容,名称见申请的 proof.fields", examples=[{"姓名": "演示甲子"}]),
    ] = {}
    note: Annotated[str, Field(max_length=1000, description="说明,只有需求单位能看到")] = ""


class SupplementRequestIn(SchemaIn):
    """要求补正:写明缺少什么。"""

    what: Annotated[Words, Field(description="缺少的内容", examples=["请补充申请人现住址的门牌号。"])]


class ReturnIn(SchemaIn):
    """退回:仅限不属本单位职责;须写明理由和转办建议。"""

    reason: Annotated[Words, Field(description="退回理由", examples=["该居民已迁入其他街道。"])]
    suggested_unit: Annotated[Code | None, Field(description="建议转给哪个单位(单位编码)")] = None
    unsure_why: Annotated[Words | None, Field(description="无法确定转给哪个单位的原因;与 suggested_unit 二选一")] = None

    @model_validator(mode="after")
    def _one_suggestion(self) -> Self:
        if (self.suggested_unit is None) == (self.unsure_why is None):
            raise fault("须填写 suggested_unit(建议单位)或 unsure_why(无法确定的原因),且只填一项。")
        return self

    def as_reason(self) -> ReturnReason:
        return ReturnReason(self.reason, self.suggested_unit, self.unsure_why)
