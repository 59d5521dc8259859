"""待人工处理: what does not go on by itself, and what a named person does about it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from domain.numbers import is_number
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.parameters import Number
from gateway.edge.problems import Problem
from gateway.operations.schemas import ClosingIn, ReissueIn, RerouteIn, StuckItem, StuckOut
from gateway.verifications.schemas import VerificationOut
from ledger.casework import attention, views, watch
from ledger.database import transaction
from settings import settings

router = api_router("operations")

_PROBLEMS = ("number_unknown", "state_conflict", "invalid")


@router.get("/v1/stuck", summary="待人工处理清单", responses=problems())
def get_stuck(caller: CurrentCaller) -> StuckOut:
    """待人工处理、被暂停和送达通知失败的核验:原因、办法、起始时间;最久的在前,最多 500 项。不含姓名和号码;缺字的列出字符编码。"""
    with transaction() as session:
        return StuckOut(items=[StuckItem.of(item) for item in watch.stuck(session)])


@router.post("/v1/stuck/{number}/retry", summary="重试", responses=problems(*_PROBLEMS))
def retry_stuck(number: Number, caller: CurrentCaller) -> VerificationOut:
    """排除原因后,从停下的地方继续。"""
    now = settings().now()
    return _act(number, lambda session: attention.retry(session, number, now=now, actor=caller.actor))


@router.post("/v1/stuck/{number}/reroute", summary="改派", responses=problems("unit_unknown", "must_recuse", *_PROBLEMS, body=True))
def reroute_stuck(number: Number, body: RerouteIn, caller: CurrentCaller) -> VerificationOut:
    """转给另一个单位核验;原申请终止,不计考核。"""
    now = settings().now()

    def action(session: Session) -> None:
        attention.reroute(session, number, body.unit, body.reason, now=now, actor=caller.actor)

    return _act(number, action)


@router.post("/v1/stuck/{number}/reissue", summary="重新制作证明", responses=problems(*_PROBLEMS, body=True))
def reissue_stuck(number: Number, body: ReissueIn, caller: CurrentCaller) -> VerificationOut:
    """用同一份核验结果重新制作;已有的证明随之撤销。"""
    now = settings().now()

    def action(session: Session) -> None:
        attention.reissue(session, number, body.reason, now=now, actor=caller.actor)

    return _act(number, action)


@router.post("/v1/stuck/{number}/close", summary="人工办结", responses=problems("must_recuse", *_PROBLEMS, body=True))
def close_stuck(number: Number, body: ClosingIn, caller: CurrentCaller) -> VerificationOut:
    """由人工结束这项核验,并告知需求单位。"""
    now = settings().now()

    def action(session: Session) -> None:
        attention.close(session, number, body.reason, now=now, actor=caller.actor)

    return _act(number, action)


@router.post("/v1/stuck/{number}/resume", summary="恢复执行", responses=problems(*_PROBLEMS))
def resume_stuck(number: Number, caller: CurrentCaller) -> VerificationOut:
    """恢复在 Prefect 中被暂停(Cancel)的核验。暂停期间时限照常计算。"""
    now = settings().now()
    return _act(number, lambda session: attention.resume(session, number, now=now, actor=caller.actor))


def _act(number: str, action: Callable[[Session], None]) -> VerificationOut:
    with transaction() as session:
        if not is_number(number) or (row := views.find_verification(session, number, None)) is None:
            raise Problem("number_unknown")
        action(session)
        session.flush()
        session.refresh(row)
        return VerificationOut.of(views.view(session, row, personal=False))
