"""不符、异议: what somebody puts on the record of a result (obligations 11.3, 11.4)."""

from __future__ import annotations

from domain.records import RIGHT_OF_APPEAL
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.parameters import Number
from gateway.edge.problems import Problem
from gateway.edge.visibility import verification
from gateway.mismatches.schemas import MismatchIn, MismatchOut, ObjectionIn
from ledger.casework import mismatches
from ledger.database import transaction
from ledger.tables.records import Mismatch
from settings import settings

router = api_router("registers")


@router.post(
    "/v1/verifications/{number}/mismatch",
    status_code=201,
    summary="报告不符",
    responses=problems("number_unknown", "not_delivered", "mismatch_open", "mismatch_fields", "no_issuer_to_check", "erased", body=True),
)
def report_mismatch(number: Number, body: MismatchIn, caller: CurrentCaller) -> MismatchOut:
    """取得的内容与申请人陈述不一致的:登记陈述和补充,由出具单位核实,以其材料为准。附件另行上传。"""
    with transaction() as session:
        verification(session, caller, number)
        found = mismatches.report(session, number, body.fields, body.stated, body.supplement, body.unit, caller.filer, now=settings().now())
        return _mismatch(found)


@router.get(
    "/v1/verifications/{number}/mismatch", summary="不符的核实情况", responses=problems("number_unknown", "mismatch_unknown", "invalid")
)
def get_mismatch(number: Number, caller: CurrentCaller) -> MismatchOut:
    """最近一次不符报告的进度和结论。"""
    with transaction() as session:
        verification(session, caller, number)
        found = mismatches.newest(session, number)
        if found is None:
            raise Problem("mismatch_unknown")
        return _mismatch(found)


@router.post(
    "/v1/verifications/{number}/objection",
    summary="登记异议",
    responses=problems("number_unknown", "mismatch_unsettled", "objected_already", "erased", body=True),
)
def record_objection(number: Number, body: ObjectionIn, caller: CurrentCaller) -> MismatchOut:
    """申请人对核实结果有异议的:登记,并告知依法申请行政复议等途径(答复中的 right)。"""
    with transaction() as session:
        verification(session, caller, number)
        return _mismatch(mismatches.object_to(session, number, body.text, now=settings().now(), actor=caller.actor))


def _mismatch(found: Mismatch) -> MismatchOut:
    return MismatchOut(
        verification_number=found.verification,
        status=found.status,
        check=found.check,
        fields=found.fields,
        reported_at=found.reported_at,
        settled_at=found.settled_at,
        by_subject=found.look is not None,
        due_at=found.due_at,
        objected_at=found.objected_at,
        right=RIGHT_OF_APPEAL,
    )
