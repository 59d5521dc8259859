"""清单编制与调整: drafted, reported, agreed, published; who may take which step is the ledger's to say.

Obligations 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query

from domain.adjusting import ProposalStatus, Step
from gateway.catalog.changes import changes_of, is_same
from gateway.catalog.proposal_inputs import ConsentIn, DecisionIn, ProposalIn, RejectionIn, ReportIn, VersionIn, WhyIn
from gateway.catalog.proposal_schemas import ProposalOut, ProposalsOut, VersionOut, WholeProposal
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.visibility import own_proposal, units_of
from ledger.catalog import proposals, reporting
from ledger.catalog.proposals import Actor
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.registry import Unit
from settings import LOCAL, settings

router = api_router("catalog-proposals")

ProposalId = Annotated[UUID, Path(description="编制或调整的编号")]
_STEP = problems("proposal_unknown", "step_refused", "must_recuse", body=True)
_REJECT = problems("proposal_unknown", "step_refused", "must_recuse", "instant_in_future", body=True)
_AGREE = problems("proposal_unknown", "step_refused", "must_recuse", "changes_blocked", "instant_in_future", body=True)


@router.post(
    "/v1/catalog/proposals",
    status_code=201,
    summary="起草编制或调整",
    responses=problems(
        "unit_not_registered",
        "draft_unknown",
        "nothing_changes",
        "change_twice",
        "entry_listed_already",
        "entry_not_listed",
        "matter_unknown",
        "proof_kind_unknown",
        "proof_cancelled",
        "changes_blocked",
        "change_conflict",
        "step_refused",
        body=True,
    ),
)
def draft_proposal(body: ProposalIn, caller: CurrentCaller) -> WholeProposal:
    """公共服务单位的清单由行业主管部门起草,其他由本单位起草。不符合清单规则的不受理,逐项说明怎么办(blocks)。
    起草后须报送:清单调整在事由发生之日起三个工作日内。"""
    with transaction() as session:
        if session.get(Unit, body.unit) is None:
            raise Problem("unit_not_registered")
        row = proposals.draft(
            session,
            body.kind,
            body.unit,
            changes_of(session, body),
            reason=body.reason,
            reason_date=body.reason_date,
            document=body.document,
            law_change=body.law_change,
            actor=_actor(caller),
            now=settings().now(),
        )
        return WholeProposal.with_steps(row, proposals.steps_of(session, row.id))


def report_adjustment(body: ProposalIn, caller: Caller, *, identity: UUID, replaces: UUID | None = None) -> WholeProposal:
    """清单调整, drafted and reported in one act, from a page, whose `identity` makes it the same one however often it is sent
    (obligation 5.5); `replaces`: the one that was sent back. Raises as `draft_proposal` does."""
    with transaction() as session:
        if replaces is not None:
            own_proposal(session, caller, replaces)
        row = reporting.report_once(
            session,
            body.unit,
            lambda: changes_of(session, body),
            reason=body.reason,
            reason_date=body.reason_date,
            document=body.document,
            law_change=body.law_change,
            actor=_actor(caller),
            now=settings().now(),
            identity=identity,
            same=lambda standing: is_same(standing, body.changes),
            replaces=replaces,
        )
        return WholeProposal.with_steps(row, proposals.steps_of(session, row.id))


@router.get("/v1/catalog/proposals", summary="编制和调整", responses=problems("invalid"))
def get_proposals(
    caller: CurrentCaller, page: Paging, standing: Annotated[ProposalStatus | None, Query(description="只看处于这一状态的")] = None
) -> ProposalsOut:
    """本单位的,和由本单位起草的,最新的在前;专班办公室和公布人员看到全部。"""
    with transaction() as session:
        found = proposals.list_proposals(session, page, units=units_of(session, caller), standing=standing)
        return page.answer(ProposalsOut, found, ProposalOut.of)


@router.get("/v1/catalog/proposals/{id}", summary="一项编制或调整", responses=problems("proposal_unknown", "invalid"))
def get_proposal(id: ProposalId, caller: CurrentCaller) -> WholeProposal:  # noqa: A002
    """变动的内容和办理经过。"""
    with transaction() as session:
        row = own_proposal(session, caller, id)
        return WholeProposal.with_steps(row, proposals.steps_of(session, id))


@router.post("/v1/catalog/proposals/{id}/report", summary="书面报送", responses=_STEP)
def report_proposal(id: ProposalId, body: ReportIn, caller: CurrentCaller) -> WholeProposal:  # noqa: A002
    """报送专班办公室,三个工作日计算到此。逾期的注明,仍予受理。"""
    return _take(id, Step.REPORT, {}, caller)


@router.post("/v1/catalog/proposals/{id}/return", summary="退回修改", responses=_STEP)
def return_proposal(id: ProposalId, body: WhyIn, caller: CurrentCaller) -> WholeProposal:  # noqa: A002
    """退回起草单位,写明理由。已同意而不能公布的,也由此退回。"""
    return _take(id, Step.RETURN, body.model_dump(), caller)


@router.post("/v1/catalog/proposals/{id}/consent", summary="同意编制", responses=_AGREE)
def consent_to_proposal(id: ProposalId, body: ConsentIn, caller: CurrentCaller) -> WholeProposal:  # noqa: A002
    """专班办公室同意清单编制。规则此后有变、不再符合的,不能同意。"""
    return _take(id, Step.CONSENT, body.model_dump(), caller)


@router.post("/v1/catalog/proposals/{id}/decide", summary="研究通过调整", responses=_AGREE)
def decide_proposal(id: ProposalId, body: DecisionIn, caller: CurrentCaller) -> WholeProposal:  # noqa: A002
    """登记工作专班的研究记录:成员、日期、结果、文件。"""
    _is_over(body.date)
    return _take(id, Step.DECIDE, body.model_dump(mode="json"), caller)


@router.post("/v1/catalog/proposals/{id}/reject", summary="不予通过", responses=_REJECT)
def reject_proposal(id: ProposalId, body: RejectionIn, caller: CurrentCaller) -> WholeProposal:  # noqa: A002
    """不予通过,写明理由。清单调整由工作专班研究决定,一并登记成员、日期、文件;计入工作专班的决定。"""
    if body.date is not None:
        _is_over(body.date)
    return _take(id, Step.REJECT, body.model_dump(mode="json", exclude_defaults=True), caller)


@router.post("/v1/catalog/proposals/{id}/withdraw", summary="撤回", responses=_STEP)
def withdraw_proposal(id: ProposalId, body: WhyIn, caller: CurrentCaller) -> WholeProposal:  # noqa: A002
    """起草单位撤回,写明理由。"""
    return _take(id, Step.WITHDRAW, body.model_dump(), caller)


@router.post(
    "/v1/catalog/versions",
    status_code=201,
    summary="公布清单",
    responses=problems("proposal_unknown", "step_refused", "must_recuse", "change_conflict", body=True),
)
def publish_version(body: VersionIn, caller: CurrentCaller) -> VersionOut:
    """区政府办公室公布:已同意的各项合为新的一版,立即生效,全部成功或全部不变。在办的核验仍按发起时的版本办理。"""
    with transaction() as session:
        for proposal in body.proposals:
            own_proposal(session, caller, proposal)
        version = proposals.publish(session, body.proposals, document=body.document, actor=_actor(caller), now=settings().now())
        return VersionOut.of(version)


def _is_over(day: date) -> None:
    if day > settings().now().astimezone(LOCAL).date():
        raise Problem("instant_in_future")


def _take(proposal: UUID, step: Step, record: Mapping[str, Any], caller: Caller) -> WholeProposal:
    with transaction() as session:
        own_proposal(session, caller, proposal)
        row = proposals.take(session, proposal, step, actor=_actor(caller), now=settings().now(), record=record)
        return WholeProposal.with_steps(row, proposals.steps_of(session, proposal))


def _actor(caller: Caller) -> Actor:
    return Actor(caller.person, caller.unit, caller.roles)
