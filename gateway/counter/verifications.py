"""核验: one of them as its requesting unit reads it, and what it asks of that unit (obligations 7.4, 10.11, readings 10, 23)."""

from __future__ import annotations

import hashlib

from fastapi import Request, Response

from domain.commitments import Evidence
from domain.lifecycle import Event, State
from domain.proof_form import Form
from gateway.commitments import endpoints as commitments
from gateway.commitments.schemas import CommitmentIn, CommitmentOut, DeclineIn
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.counter.story import line
from gateway.deadlines.endpoints import get_deadline
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.parameters import Number
from gateway.verifications import endpoints as api
from gateway.verifications import followups
from gateway.verifications.followup_schemas import ForwardIn, SupplementIn
from gateway.verifications.schemas import ChoiceIn, VerificationOut
from ledger.database import transaction
from ledger.registry import registry

router = pages()

_ONE = "/counter/verifications/{number}"
_NONE = "-"  #: none of the licences is the right one
_OURS = frozenset({Event.SEAL_STARTED, Event.PASS_FAILED, Event.WARNED, Event.REMINDED})  #: nothing that the case waits or goes on for


@router.get(_ONE, name="counter_verification")
def one(request: Request, number: Number, caller: PageCaller) -> Response:
    """With its result, which goes on the record of accesses as any reading does."""
    found = api.get_verification(number, caller)
    timing = get_deadline(number, caller)
    offer: CommitmentOut | None = commitments.get_commitment(number, caller) if found.state is State.AWAITING_COMMITMENT else None
    with transaction() as session:
        units = registry.unit_names(session)
    limits = [*(limit for one in timing.requests for limit in one.limits), *timing.promise]
    return render(
        request,
        "verification.html",
        found=found,
        running=[one for one in limits if one.status == "running"],
        story=[(one.at, line(one, units)) for one in api.get_events(number, caller).events if one.event not in _OURS],
        offer=offer,
        units=units,
        evidences=list(Evidence),
    )


@router.get(f"{_ONE}/proof.{{form}}", name="counter_proof")
def proof(number: Number, form: Form, caller: PageCaller) -> Response:
    """电子证明, where it stands in this form."""
    return api.proof_file(number, caller, form)


@router.post(f"{_ONE}/choice", name="counter_choose")
def choose(number: Number, caller: PageCaller, sent: SentForm) -> Response:
    """The licence that is meant, or none of them."""
    said = sent.text("identifier")
    return _back(api.choose_licence(number, model_of(ChoiceIn, {"identifier": None if said == _NONE else said}, {}), caller))


@router.post(f"{_ONE}/supplement", name="counter_supply")
def supply(number: Number, caller: PageCaller, sent: SentForm) -> Response:
    """补正."""
    return _back(followups.supply(number, model_of(SupplementIn, {"text": sent.text("text")}, {"text": "补正的内容"}), caller))


@router.post(f"{_ONE}/forward", name="counter_forward")
def forward(number: Number, caller: PageCaller, sent: SentForm) -> Response:
    """转办, to the suggested unit where none is named."""
    return _back(followups.forward(number, model_of(ForwardIn, {"unit": sent.text("unit") or None}, {"unit": "单位编码"}), caller))


@router.post(f"{_ONE}/commitment", name="counter_commitment_sign")
def sign(number: Number, caller: PageCaller, sent: SentForm) -> Response:
    """已签署的承诺."""
    labels = {"evidence": "签署方式", "sha256": "签署件", "reference": "存放处或流水号"}
    signed = sent.file("signed")
    digest = hashlib.sha256(signed.file.read()).hexdigest() if signed and signed.size else ""
    values = {"evidence": sent.text("evidence"), "sha256": digest, "reference": sent.text("reference")}
    body = model_of(CommitmentIn, values, labels)
    return _back(commitments.sign_commitment(number, body, caller))


@router.post(f"{_ONE}/commitment/decline", name="counter_commitment_decline")
def decline(number: Number, caller: PageCaller) -> Response:
    """The applicant commits himself to nothing: the next method follows."""
    return _back(commitments.decline_commitment(number, DeclineIn(), caller))


def _back(found: VerificationOut) -> Response:
    return goes_on(f"/counter/cases/{found.case_number}")
