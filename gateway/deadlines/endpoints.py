"""时限与督办: why a limit falls on that minute (obligations 10.5, 10.6, 10.7, 10.8, 10.10), the 督办员's feedback (obligation 10.12),
reasons for a soft miss, the time that is handed back (obligation 10.9).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query

from gateway.deadlines.schemas import (
    ExcuseDecisionIn,
    ExcuseIn,
    ExcuseItem,
    ExcusesOut,
    FeedbackIn,
    LimitOut,
    SupervisionOut,
    SupervisionsOut,
    TimingOut,
)
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.parameters import Number, RequestId
from gateway.edge.visibility import SUPERVISIONS, is_own, taking_part, whose
from ledger.audit import record_first_access
from ledger.database import transaction
from ledger.deadlines import justifications
from ledger.deadlines.timing import timing
from ledger.supervision import supervisions
from ledger.supervision import views as supervising
from settings import settings

router = api_router("timing")

SupervisionId = Annotated[UUID, Path(description="督办的编号")]


@router.get("/v1/verifications/{number}/deadline", summary="时限说明", responses=problems("number_unknown", "invalid"))
def get_deadline(number: Number, caller: CurrentCaller) -> TimingOut:
    """每项时限为什么落在那一分钟:依据的义务、规则版本、起算和顺延。需求单位和专班办公室看到全部;出具单位只看到发给本单位的申请。"""
    now = settings().now()
    with transaction() as session:
        row, whole = taking_part(session, caller, number, watching=True)
        found = timing(session, row, now=now)
        if not whole:  # how others kept their time is not its business (obligation 15.4)
            found = replace(found, requests=[one for one in found.requests if is_own(session, caller, one.request.unit)])
        return TimingOut.of(number, found)


@router.get("/v1/supervisions", summary="督办清单", responses=problems("invalid"))
def get_supervisions(
    caller: CurrentCaller, page: Paging, status: Annotated[Literal["open", "done"], Query(description="open 督办中,done 已结束")] = "open"
) -> SupervisionsOut:
    """本单位的督办,最急的在前;专班办公室看到全部单位的。查看反馈内容有记录。"""
    now = settings().now()
    with transaction() as session:
        found = supervising.lines(session, whose(caller, SUPERVISIONS), page, done=status == "done")
        read = [line.row.verification for line in found.rows if line.feedback is not None]
        record_first_access(session, read, "feedback", actor=caller.actor, unit=caller.unit, now=now)
        return page.answer(SupervisionsOut, found, lambda line: SupervisionOut.of(line, now))


@router.post(
    "/v1/supervisions/{id}/feedback",
    summary="督办反馈",
    responses=problems("supervision_unknown", "not_on_duty", "supervision_closed", "fed_back_already", body=True),
)
def feed_back(id: SupervisionId, body: FeedbackIn, caller: CurrentCaller) -> SupervisionOut:  # noqa: A002
    """由此刻或督办开始时值守的督办员(含代理)反馈督办结果。申请已答复(或退回)且已反馈,督办才算完成;超过半小时的由专班办公室处理。"""
    now = settings().now()
    with transaction() as session:
        supervisions.feed_back(session, id, caller.unit, body.outcome, body.text, now=now, actor=caller.actor)
        return SupervisionOut.of(supervising.line(session, id), now)


@router.post(
    "/v1/inbox/{id}/excuse",
    summary="说明超时理由",
    responses=problems("request_unknown", "no_soft_limit", "nothing_missed", "excuse_stands", body=True),
)
def give_excuse(id: RequestId, body: ExcuseIn, caller: CurrentCaller) -> LimitOut:  # noqa: A002
    """对“原则上”的时限说明理由,由专班办公室认定。认定成立的在周报中单列为有正当理由,仍计入超过原则上的时限;届满前认定成立的,不再督办。
    最迟时限没有理由可言。"""
    with transaction() as session:
        return LimitOut.of(justifications.give(session, id, caller.unit, body.reason, now=settings().now(), actor=caller.actor))


@router.get("/v1/excuses", summary="待认定的超时理由", responses=problems("invalid"))
def get_excuses(caller: CurrentCaller, page: Paging) -> ExcusesOut:
    """专班办公室尚未认定的理由,最早的在前。"""
    with transaction() as session:
        found = justifications.waiting(session, page)
        return page.answer(ExcusesOut, found, ExcuseItem.of)


@router.post(
    "/v1/excuses/{id}",
    summary="认定超时理由",
    responses=problems("request_unknown", "no_soft_limit", "nothing_missed", "no_excuse", "excuse_stands", "must_recuse", body=True),
)
def decide_excuse(id: RequestId, body: ExcuseDecisionIn, caller: CurrentCaller) -> LimitOut:  # noqa: A002
    """专班办公室认定理由是否成立。时限届满前认定成立的,不再督办。"""
    with transaction() as session:
        return LimitOut.of(justifications.decide(session, id, body.approved, now=settings().now(), actor=caller.actor))
