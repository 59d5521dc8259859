"""需求单位的后续办理: supply what is missing, forward what came back, switch the standing rule (obligation 10.11, reading 10)."""

from __future__ import annotations

from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.parameters import Number
from gateway.edge.visibility import verification
from gateway.verifications.filing import read_own
from gateway.verifications.followup_schemas import ForwardIn, ForwardingRule, ForwardingRuleIn, SupplementIn
from gateway.verifications.schemas import VerificationOut
from ledger.database import transaction
from ledger.inbox import returns, supplements
from settings import settings

router = api_router("verifications")


@router.post("/v1/verifications/{number}/supplement", summary="补正", responses=problems("number_unknown", "state_conflict", body=True))
def supply(number: Number, body: SupplementIn, caller: CurrentCaller) -> VerificationOut:
    """补正出具单位所缺的内容;其时限继续计算,顺延的长短与补正用时相同,承诺时限不变。附件另行上传。"""
    with transaction() as session:
        verification(session, caller, number)
        supplements.supply(session, number, body.text, now=settings().now(), actor=caller.actor)
    return read_own(caller, number)


@router.post(
    "/v1/verifications/{number}/forward",
    summary="转办",
    responses=problems(
        "number_unknown", "state_conflict", "no_suggestion", "names_requester", "suggested_unit_unknown", "returned_before", body=True
    ),
)
def forward(number: Number, body: ForwardIn, caller: CurrentCaller) -> VerificationOut:
    """申请被退回后,一步转给建议的单位或另行指定的单位。新单位的时限从收到起算;承诺时限和本单位的总用时不中断。"""
    with transaction() as session:
        verification(session, caller, number)
        returns.forward(session, number, body.unit, now=settings().now(), actor=caller.actor)
    return read_own(caller, number)


@router.put("/v1/forwarding", summary="自动转办规则", responses=problems(body=True))
def set_forwarding(body: ForwardingRuleIn, caller: CurrentCaller) -> ForwardingRule:
    """打开后,本单位的申请被退回且有建议单位的,自动转给该单位。"""
    with transaction() as session:
        returns.set_standing_rule(session, caller.unit, body.on)
    return ForwardingRule(unit=caller.unit, on=body.on)
