"""清单编制与调整的页面 (obligations 5.2, 5.4, 5.5, 5.6): what units report, why and when, and what the 专班 office and the 工作专班
decide of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from domain.adjusting import STEPS, ProposalKind, ProposalStatus, Step, agreeing
from domain.listing import ChangeKind
from gateway.catalog import proposals as api
from gateway.catalog.draft_schemas import ChangeOut
from gateway.catalog.proposal_inputs import ConsentIn, DecisionIn, RejectionIn, ReportIn, WhyIn
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging
from ledger import task_force
from ledger.calendars import terms
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.keys import Caller
from settings import LOCAL, settings

router = pages()

_PAGE = "/counter/catalog/proposals"
_ON_A_PAGE, _CHANGES = 60, 80  #: proposals; changes of one: about 60 KB
_LABELS: Mapping[str, str] = MappingProxyType(
    {"why": "理由", "members": "参加研究的成员", "date": "研究日期", "result": "研究结果", "document": "文件"}
)
#: Step -> the page that sends it.
_SENT_BY: Mapping[Step, str] = MappingProxyType(
    {
        Step.CONSENT: "counter_proposal_consent",
        Step.DECIDE: "counter_proposal_decide",
        Step.RETURN: "counter_proposal_return",
        Step.REJECT: "counter_proposal_reject",
        Step.REPORT: "counter_proposal_report",
        Step.WITHDRAW: "counter_proposal_withdraw",
    }
)


@router.get(_PAGE, name="counter_proposals")
def proposals(request: Request, caller: PageCaller, page: Paging, standing: ProposalStatus | None = None, every: bool = False) -> Response:
    """Those in this standing; where none is asked for, what waits for whoever looks."""
    if standing is None and not every:
        standing = _waits_for(caller)
    found = api.get_proposals(caller, replace(page, limit=_ON_A_PAGE), standing)
    with transaction() as session:
        units = registry.unit_names(session)
    return render(
        request,
        "catalog_proposals.html",
        found=found,
        units=units,
        standing=standing,
        may_report=page_refusal("counter_adjustment_send", caller) is None,
        standings=[
            ProposalStatus.REPORTED,
            ProposalStatus.AGREED,
            *(one for one in ProposalStatus if one not in (ProposalStatus.REPORTED, ProposalStatus.AGREED)),
        ],
    )


@router.get(f"{_PAGE}/{{proposal}}", name="counter_proposal")
def one_proposal(
    request: Request, proposal: UUID, caller: PageCaller, p: Annotated[int, Query(ge=1, le=100_000)] = 1, done: bool = False
) -> Response:
    """Its cause, what it changes by matter, its way until now, and what can be done next."""
    found = api.get_proposal(proposal, caller)
    with transaction() as session:
        units = registry.unit_names(session)
        names = registry.names_of_actors(session, {f"person:{one.person}" for one in found.steps})
        members = task_force.members(session, settings().now().astimezone(LOCAL).date())
        known = registry.names_of_actors(session, [f"person:{code}" for code in members])
        due = terms.report_due_if_known(session, found.reason_date) if found.kind is ProposalKind.ADJUSTMENT else None
    first = (p - 1) * _CHANGES
    return render(
        request,
        "catalog_proposal.html",
        found=found,
        due=found.due_at or due,
        matters=_by_matter(found.changes[first : first + _CHANGES]),
        counts=[(kind, sum(one.kind is kind for one in found.changes)) for kind in (ChangeKind.REMOVE, ChangeKind.ALTER, ChangeKind.ADD)],
        p=p,
        last=max(1, -(-len(found.changes) // _CHANGES)),
        units=units,
        names={actor.partition(":")[2]: name for actor, name in names.items()},
        members=[(known.get(f"person:{code}", code), units.get(unit, unit)) for code, unit in sorted(members.items())],
        steps=_steps(caller, found.standing, found.kind),
        studied=found.kind is ProposalKind.ADJUSTMENT,
        today=settings().now().astimezone(LOCAL).date(),
        done=done,
    )


@router.post(f"{_PAGE}/{{proposal}}/consent", name="counter_proposal_consent")
def consent(proposal: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """同意编制."""
    api.consent_to_proposal(proposal, model_of(ConsentIn, {"document": sent.text("document")}, _LABELS), caller)
    return _back(proposal)


@router.post(f"{_PAGE}/{{proposal}}/decide", name="counter_proposal_decide")
def decide(proposal: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """研究通过, with the record: members, date, result, document."""
    api.decide_proposal(proposal, model_of(DecisionIn, {**_record(sent), "result": _line(sent, "result")}, _LABELS), caller)
    return _back(proposal)


@router.post(f"{_PAGE}/{{proposal}}/return", name="counter_proposal_return")
def send_back(proposal: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """退回修改."""
    api.return_proposal(proposal, model_of(WhyIn, {"why": _line(sent, "why")}, _LABELS), caller)
    return _back(proposal)


@router.post(f"{_PAGE}/{{proposal}}/reject", name="counter_proposal_reject")
def reject(proposal: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """不予通过; of an adjustment the 工作专班's decision, with its record."""
    api.reject_proposal(proposal, model_of(RejectionIn, {**_record(sent), "why": _line(sent, "why")}, _LABELS), caller)
    return _back(proposal)


@router.post(f"{_PAGE}/{{proposal}}/report", name="counter_proposal_report")
def report(proposal: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """书面报送, of what was drafted elsewhere or sent back."""
    api.report_proposal(proposal, ReportIn(), caller)
    return _back(proposal)


@router.post(f"{_PAGE}/{{proposal}}/withdraw", name="counter_proposal_withdraw")
def withdraw(proposal: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """撤回."""
    api.withdraw_proposal(proposal, model_of(WhyIn, {"why": _line(sent, "why")}, _LABELS), caller)
    return _back(proposal)


def _record(sent: Sent) -> dict[str, object]:
    typed = [line.strip() for line in sent.text("others").replace("、", "\n").splitlines()]
    members = list(dict.fromkeys([*sent.all("members"), *filter(None, typed)]))
    return {"members": members, "date": sent.text("date") or None, "document": sent.text("document")}


def _line(sent: Sent, name: str) -> str:
    """What goes on the record as one line, however it was typed."""
    return " ".join(sent.text(name).split())


def _back(proposal: UUID) -> Response:
    return goes_on(f"{_PAGE}/{proposal}?done=true")


#: Standing -> the page of whoever goes on with it.
_WAITING: Mapping[ProposalStatus, str] = MappingProxyType(
    {ProposalStatus.REPORTED: "counter_proposal_decide", ProposalStatus.AGREED: "counter_publish"}
)


def _waits_for(caller: Caller) -> ProposalStatus | None:
    return next((standing for standing, page in _WAITING.items() if page_refusal(page, caller) is None), None)


def _steps(caller: Caller, standing: ProposalStatus, kind: ProposalKind) -> set[Step]:
    """What may come next and is the caller's to send; whether she may take it herself is said where she does (obligation 5.2)."""
    agreed = {Step.CONSENT, Step.DECIDE} - {agreeing(kind)}
    return {
        step for step, page in _SENT_BY.items() if (standing, step) in STEPS and step not in agreed and page_refusal(page, caller) is None
    }


def _by_matter(changes: Sequence[ChangeOut]) -> Iterable[tuple[str, str, list[ChangeOut]]]:
    ordered = sorted(changes, key=lambda one: (one.matter.code, one.proof.code))
    return [(code, of[0].matter.name, of) for code, group in groupby(ordered, key=lambda one: one.matter.code) if (of := list(group))]
