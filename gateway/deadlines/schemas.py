"""时限 and 督办 as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from domain.explaining import named
from domain.inbox import TEXT_LIMIT, ExcuseReason, SupervisionOutcome
from domain.limits import LimitKind
from domain.progress import Colour
from gateway.edge.schemas import NextCursor, Number, SchemaOut
from gateway.edge.values import SchemaIn, one_line
from ledger import rules
from ledger.deadlines.return_limits import ReturnLimit
from ledger.deadlines.timing import RequestTiming, Timing
from ledger.supervision.views import SupervisionLine
from ledger.tables.verifications import Deadline


class ExcuseOut(SchemaOut):
    """超时理由。`approved` 为 null 表示专班办公室尚未认定。"""

    reason: ExcuseReason
    reason_name: str
    given_at: datetime
    approved: bool | None
    decided_at: datetime | None

    @classmethod
    def of(cls, limit: Deadline) -> ExcuseOut | None:
        if limit.excuse is None or limit.excuse_at is None:
            return None
        return cls(
            reason=limit.excuse,
            reason_name=limit.excuse.label,
            given_at=limit.excuse_at,
            approved=limit.excuse_approved,
            decided_at=limit.excuse_decided_at,
        )


class LimitOut(SchemaOut):
    """一项时限。"""

    kind: LimitKind
    kind_name: Annotated[str, Field(description="清单对该证明规定的时限为“规定时限”", examples=["最迟时限"])]
    starts_at: Annotated[datetime | None, Field(description="时限起算的时刻")]
    due_at: Annotated[datetime | None, Field(description="到期的时刻;null 表示“未定”(缺少工作日历)")]
    status: Annotated[str, Field(description="running 计时中,met 按时,missed 超时,closed 终止(不计考核),undetermined 未定")]
    met_at: datetime | None
    missed_at: datetime | None
    obligations: Annotated[list[str], Field(description="依据的义务编号", examples=[["10.6"]])]
    rule_version: str
    provisional: Annotated[bool, Field(description="依据暂定的工作日历")]
    explanation: Annotated[str, Field(description="时限为什么落在这一分钟")]
    excuse: ExcuseOut | None

    @classmethod
    def of(cls, limit: Deadline) -> LimitOut:
        return cls(
            kind=limit.kind,
            kind_name=named(limit.kind, limit.obligations),
            starts_at=limit.started_at,
            due_at=limit.due_at,
            status=_status(limit),
            met_at=limit.met_at,
            missed_at=limit.missed_at,
            obligations=limit.obligations,
            rule_version=limit.rule_version,
            provisional=limit.provisional,
            explanation=limit.explanation,
            excuse=ExcuseOut.of(limit),
        )


def _status(limit: Deadline) -> str:
    if limit.missed_at is not None:
        return "missed"
    if limit.met_at is not None:
        return "met"
    if limit.closed_at is not None:
        return "closed"
    return "running" if limit.due_at is not None else "undetermined"


class ReturnLimitOut(SchemaOut):
    """退回时限(义务 10.10):与答复的时限同时起算的三十分钟,只约束退回。"""

    due_at: Annotated[datetime | None, Field(description="到期的时刻(含);null 表示“未定”(缺少工作日历)")]
    status: Annotated[
        str,
        Field(
            description="running 可按时退回,passed 已过时限(仍可退回,记为逾期),met 按时退回,missed 逾期退回,closed 未退回而终止,"
            "undetermined 未定"
        ),
    ]
    obligations: Annotated[list[str], Field(examples=[["10.10"]])] = ["10.10"]
    explanation: Annotated[str, Field(description="时限为什么落在这一分钟")]

    @classmethod
    def of(cls, limit: ReturnLimit) -> ReturnLimitOut:
        return cls(due_at=limit.due, status=limit.status, explanation=limit.explanation)


class RecountOut(SchemaOut):
    """一项时限按现行规则重新计算的结果,仅供对照;记录不因此改变。"""

    kind: LimitKind
    kind_name: str
    due_at: datetime | None
    status: Annotated[str, Field(description="running 计时中,met 按时,missed 超时,closed 终止,undetermined 未定")]


class ElapsedOut(SchemaOut):
    """已用时间(秒),均扣除补正:自然时间、视同收到起算、仅计服务时间。"""

    natural: int
    deemed: int | None
    service: int | None


class RequestTimingOut(SchemaOut):
    """一家出具单位的时限。"""

    request: UUID
    unit: str
    unit_name: str
    received_at: datetime
    answered_at: datetime | None
    colour: Colour
    colour_name: Annotated[str, Field(examples=["绿"])]
    resting_since: Annotated[datetime | None, Field(description="补正期间时限暂停的起点")]
    limits: list[LimitOut]
    return_limit: Annotated[ReturnLimitOut | None, Field(description="不属本单位职责时退回的时限;null 表示规定施行以前收到")]
    by_current_rules: Annotated[list[RecountOut], Field(description="原按其他规则版本计算的,按现行规则重新计算的结果")]
    elapsed: ElapsedOut
    first_action_seconds: Annotated[int | None, Field(description="收到后多少秒开始办理(认领、要求补正、答复或退回)")]
    first_action_target: Annotated[int, Field(description="“立即”的参考目标(秒),不作为超时")]
    platform_seconds: Annotated[int, Field(description="其间平台故障的秒数(平台原因)")]

    @classmethod
    def of(cls, timing: RequestTiming) -> RequestTimingOut:
        request, passed = timing.request, timing.elapsed
        return cls(
            request=request.id,
            unit=request.unit,
            unit_name=timing.unit_name,
            received_at=request.received_at,
            answered_at=request.answered_at,
            colour=timing.colour,
            colour_name=timing.colour.label,
            resting_since=timing.resting_since,
            limits=[LimitOut.of(limit) for limit in timing.limits],
            return_limit=ReturnLimitOut.of(timing.return_limit) if timing.return_limit else None,
            by_current_rules=[
                RecountOut(kind=one.kind, kind_name=one.kind.label, due_at=one.due, status=one.status) for one in timing.recounted
            ],
            elapsed=ElapsedOut(
                natural=int(passed.natural.total_seconds()),
                deemed=int(passed.deemed.total_seconds()) if passed.deemed is not None else None,
                service=int(passed.service.total_seconds()) if passed.service is not None else None,
            ),
            first_action_seconds=int(timing.first_action.total_seconds()) if timing.first_action is not None else None,
            first_action_target=60 * rules.readings().first_action_minutes,
            platform_seconds=timing.platform_seconds,
        )


class TimingOut(SchemaOut):
    """核验的时限说明。"""

    number: Number
    rule_version: Annotated[str, Field(examples=["2022-06-28/2"])]
    filed_at: datetime
    ended_at: datetime | None
    total_seconds: Annotated[int, Field(description="自发起起的总用时;退回、转办不中断")]
    requests: list[RequestTimingOut]
    promise: Annotated[list[LimitOut], Field(description="申请不在任何出具单位期间的承诺时限(退回、转办、无法核验之后)")]

    @classmethod
    def of(cls, number: str, timing: Timing) -> TimingOut:
        return cls(
            number=number,
            rule_version=timing.rule_version,
            filed_at=timing.filed_at,
            ended_at=timing.ended_at,
            total_seconds=int(timing.total.total_seconds()),
            requests=[RequestTimingOut.of(request) for request in timing.requests],
            promise=[LimitOut.of(limit) for limit in timing.promise],
        )


class SupervisionOut(SchemaOut):
    """督办。"""

    id: UUID
    verification_number: Number
    request: UUID
    unit: str
    unit_name: str
    supervisor: Annotated[str | None, Field(description="督办员;null 表示当时无人在岗")]
    opened_at: Annotated[datetime, Field(description="时限届满的时刻")]
    due_at: datetime | None
    minutes_left: int | None
    handled_at: Annotated[datetime | None, Field(description="申请已答复或退回的时刻")]
    outcome: SupervisionOutcome | None
    outcome_name: str | None
    feedback: str | None
    fed_back_at: datetime | None
    status: Annotated[str, Field(description="open 督办中,met 按时完成,missed 超时,closed 终止")]
    office_told_at: datetime | None

    @classmethod
    def of(cls, line: SupervisionLine, now: datetime) -> SupervisionOut:
        found, limit = line.row, line.deadline
        left = int((limit.due_at - now).total_seconds() // 60) if limit.due_at else None
        status = {"running": "open", "undetermined": "open"}.get(_status(limit), _status(limit))
        return cls(
            id=found.id,
            verification_number=found.verification,
            request=found.request,
            unit=found.unit,
            unit_name=line.unit_name,
            supervisor=found.supervisor,
            opened_at=found.opened_at,
            due_at=limit.due_at,
            minutes_left=left if status == "open" else None,
            handled_at=found.handled_at,
            outcome=found.outcome,
            outcome_name=found.outcome.label if found.outcome else None,
            feedback=line.feedback,
            fed_back_at=found.fed_back_at,
            status="closed" if found.closed_at else status,
            office_told_at=found.office_told_at,
        )


class SupervisionsOut(SchemaOut):
    items: list[SupervisionOut]
    next_cursor: NextCursor


class ExcuseItem(SchemaOut):
    """待认定的超时理由。"""

    request: UUID
    verification_number: Number
    due_at: datetime | None
    excuse: ExcuseOut

    @classmethod
    def of(cls, limit: Deadline) -> ExcuseItem:
        excuse = ExcuseOut.of(limit)
        assert limit.request is not None and excuse is not None
        return cls(request=limit.request, verification_number=limit.verification, due_at=limit.due_at, excuse=excuse)


class ExcusesOut(SchemaOut):
    items: list[ExcuseItem]
    next_cursor: NextCursor


class FeedbackIn(SchemaIn):
    """督办反馈。"""

    outcome: Annotated[SupervisionOutcome, Field(description="done 已督促办结,returned 已督促退回,cannot 无法按时办结")]
    text: Annotated[
        str,
        Field(min_length=2, max_length=TEXT_LIMIT, description="反馈内容", examples=["已督促代办员核查底册并答复。"]),
        AfterValidator(one_line),
    ]


class ExcuseIn(SchemaIn):
    """超过“原则上”时限的理由。"""

    reason: Annotated[
        ExcuseReason,
        Field(description="field_check 需实地核查,archive 需查阅纸质档案,other_unit 需其他单位配合,outage 系统或网络故障,other 其他"),
    ]


class ExcuseDecisionIn(SchemaIn):
    """专班办公室的认定。"""

    approved: Annotated[bool, Field(strict=True, description="true 理由成立,false 不成立")]
