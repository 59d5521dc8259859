"""办件: registered before anything is verified, so that every look-up belongs to one (obligation 15.4)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from gateway.cases.registering import register_case
from gateway.cases.schemas import CaseIn, CaseOut, ExcludedOut, NameCorrectionIn
from gateway.edge.authentication import CurrentCaller
from gateway.edge.contract import header
from gateway.edge.endpoints import api_router, problems
from gateway.edge.problems import Problem
from ledger.cases import cases
from ledger.casework import corrections, excluded_time, views
from ledger.database import transaction
from ledger.registry.keys import Caller
from settings import settings

router = api_router("cases")

CaseNumber = Annotated[
    str,
    Path(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.\-]+$",  # in clear, and printed: no name can be written so
        description="办件编号,由本单位编排:字母、数字和 . _ -,不得含个人信息",
        examples=["SZ-2026-000123"],
    ),
]


@router.put(
    "/v1/cases/{case_number}",
    summary="登记办件",
    responses=problems(
        "case_closed",
        "case_fixed",
        "accepted_at_wrong",
        "promise_passed",
        "promise_reason_needed",
        "name_differs",
        "matter_unknown",
        "matter_not_yours",
        "id_number_invalid",
        "personal_data_in_number",
        "names_somebody",
        "quota_spent",
        body=True,
        also={201: {"model": CaseOut, "description": "新登记", "headers": {"Location": header("办件的地址", required=True)}}},
    ),
    response_description="已登记过,按本次内容更新",
)
def put_case(case_number: CaseNumber, body: CaseIn, caller: CurrentCaller, response: Response) -> CaseOut:
    """登记办件和当事人;重复发送同样的内容不产生变化。当事人只增不减,因为核验可能已据此发起。"""
    if register_case(caller, case_number, body):
        response.status_code = 201
        response.headers["Location"] = f"/v1/cases/{case_number}"
    return _read(caller, case_number)


@router.get("/v1/cases/{case_number}", summary="查看办件", responses=problems("case_unknown", "invalid"))
def get_case(case_number: CaseNumber, caller: CurrentCaller) -> CaseOut:
    """本单位的办件:当事人脱敏显示,列出已发起的核验编号。"""
    return _read(caller, case_number)


@router.post("/v1/cases/{case_number}/close", summary="办结办件", responses=problems("case_unknown", "invalid"))
def close_case(case_number: CaseNumber, caller: CurrentCaller) -> CaseOut:
    """办结后不能再发起核验;已发起的核验不受影响。重复办结不产生变化。"""
    with transaction() as session:
        if cases.close(session, caller.unit, case_number, now=settings().now(), actor=caller.actor) is None:
            raise Problem("case_unknown")
    return _read(caller, case_number)


@router.post(
    "/v1/cases/{case_number}/name-corrections",
    summary="更正姓名",
    responses=problems("case_unknown", "case_closed", "not_a_party", "name_asked", "id_number_invalid", body=True),
)
def correct_name(case_number: CaseNumber, body: NameCorrectionIn, caller: CurrentCaller) -> CaseOut:
    """更正登记时写错的姓名(名称),留痕:何人、何时、更正前后(加密保存)。该当事人的核验一经确定方式(已向数据源、单位或申请人
    询问)即不能更正。同样的内容重复发送不产生变化。"""
    with transaction() as session:
        case = cases.find(session, caller.unit, case_number, for_update=True)
        if case is None:
            raise Problem("case_unknown")
        corrections.correct_name(session, case, body.id_type, body.id_number, body.name, now=settings().now(), actor=caller.actor)
    return _read(caller, case_number)


@router.get("/v1/cases/{case_number}/excluded-time", summary="核验时间", responses=problems("case_unknown", "invalid"))
def get_excluded_time(case_number: CaseNumber, caller: CurrentCaller) -> ExcludedOut:
    """该办件各项核验所用的时间,不纳入事项办理考核计时;并行的合并计算。"""
    with transaction() as session:
        case = cases.find(session, caller.unit, case_number)
        if case is None:
            raise Problem("case_unknown")
        return ExcludedOut.of(excluded_time.excluded(session, case.id, now=settings().now()))


def _read(caller: Caller, number: str) -> CaseOut:
    with transaction() as session:
        view = views.find_case(session, caller.unit, number)
        if view is None:
            raise Problem("case_unknown")
        return CaseOut.of(view)
