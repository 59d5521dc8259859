"""投诉办理的页面 (obligations 18.1, 15.6, 2.6, 16.2, 16.5, 16.6, 16.8, 16.9): the 专班 office finds what a complaint is about, hands it to
the unit that is to answer, and closes it with its outcome. What the reporter wrote is shown when somebody asks, on the record (18.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from fastapi import Request, Response

from catalog.loading import code_of
from domain.complaints import ComplaintAbout, ComplaintOutcome, ComplaintStatus, ComplaintStep
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.oversight import complaints as api
from gateway.oversight.complaint_schemas import AssessmentIn, ComplaintClosingIn, ComplaintOut, ComplaintStepOut, PassingIn, WrittenOut
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.registry import Matter, ProofKind

router = pages()

_PAGE = "/counter/complaints"
_ON_A_PAGE = 20  #: each is read with its steps
_OPEN = [ComplaintStatus.RECEIVED, ComplaintStatus.PASSED, ComplaintStatus.ANSWERED]
_LABELS: Mapping[str, str] = MappingProxyType(
    {"about": "反映事由", "unit": "单位", "asked": "请该单位做什么", "outcome": "办理结果", "text": "办理情况"}
)
_THINGS: Mapping[str, tuple[str, type[Matter] | type[ProofKind]]] = MappingProxyType(
    {"matter": ("事项", Matter), "proof": ("证明", ProofKind)}
)


@router.get(_PAGE, name="counter_complaints")
def complaints(request: Request, caller: PageCaller, page: Paging, standing: ComplaintStatus | None = None) -> Response:
    """Those in this standing; where none is asked for, all that are not closed."""
    found = api.get_complaints(caller, replace(page, limit=_ON_A_PAGE), [standing] if standing else _OPEN)
    with transaction() as session:
        units = registry.unit_names(session)
    return render(request, "complaints.html", found=found, units=units, standing=standing, standings=list(ComplaintStatus))


@router.get(f"{_PAGE}/{{complaint}}", name="counter_complaint")
def one_complaint(request: Request, complaint: str, caller: PageCaller, done: bool = False, same: bool = False) -> Response:
    """How it stands, what was done, and what can be done next. `same`: the last 认定 said what stood there already."""
    return _page(request, api.get_complaint(complaint, caller), done=done, same=same)


@router.post(f"{_PAGE}/{{complaint}}/text", name="counter_complaint_text")
def read(request: Request, complaint: str, caller: PageCaller) -> Response:
    """查阅原文: it stands on the page that is answered, and nowhere else."""
    written = api.read_complaint(complaint, caller)
    return _page(request, api.get_complaint(complaint, caller), written=written)


@router.post(f"{_PAGE}/{{complaint}}/assess", name="counter_complaint_assess")
def assess(complaint: str, caller: PageCaller, sent: SentForm) -> Response:
    """认定反映事由."""
    said = {"about": sent.text("about"), "unit": sent.text("unit") or None, "seen": sent.text("seen") or None, **_codes(sent)}
    body = model_of(AssessmentIn, said, _LABELS)
    one = api.assess_complaint(complaint, body, caller)
    return goes_on(f"{_PAGE}/{one.number}?same=true") if one.assessed_at == body.seen else _done(one)


@router.post(f"{_PAGE}/{{complaint}}/pass", name="counter_complaint_pass")
def pass_on(complaint: str, caller: PageCaller, sent: SentForm) -> Response:
    """转办."""
    said = {"unit": sent.text("unit"), "asked": " ".join(sent.text("asked").split())}
    return _done(api.pass_complaint(complaint, model_of(PassingIn, said, _LABELS), caller))


@router.post(f"{_PAGE}/{{complaint}}/close", name="counter_complaint_close")
def close(complaint: str, caller: PageCaller, sent: SentForm) -> Response:
    """办结."""
    said = {"outcome": sent.text("outcome"), "text": sent.text("text")}
    return _done(api.close_complaint(complaint, model_of(ComplaintClosingIn, said, _LABELS), caller))


def _codes(sent: Sent) -> dict[str, str | None]:
    """Of matter and proof, however they were written. Raises Problem `invalid`."""
    found: dict[str, str | None] = {}
    with transaction() as session:
        for name, (label, table) in _THINGS.items():
            text = sent.text(name)
            found[name] = code_of(session, table, text) if text else None
            if text and found[name] is None:
                raise Problem(
                    "invalid",
                    detail="填写的内容有不合格的。",
                    remedy="请更正下列各项,再提交。",
                    errors=[(name, f"“{label}”不是登记库中的编码或名称;没有登记的留空。")],
                )
    return found


def _done(one: ComplaintOut) -> Response:
    return goes_on(f"{_PAGE}/{one.number}?done=true")


def _page(request: Request, one: ComplaintOut, *, done: bool = False, same: bool = False, written: WrittenOut | None = None) -> Response:
    with transaction() as session:
        units = registry.unit_names(session)
        people = registry.names_of_actors(session, {step.person for step in one.steps})
        matter = session.get(Matter, one.matter) if one.matter else None
        proof = session.get(ProofKind, one.proof) if one.proof else None
    return render(
        request,
        "complaint.html",
        one=one,
        units=units,
        people=people,
        matter=matter.name if matter else None,
        proof=proof.name if proof else None,
        abouts=list(ComplaintAbout),
        outcomes=list(ComplaintOutcome),
        changes={step.at: _changes(step, units) for step in one.steps if step.step is ComplaintStep.ASSESS},
        may=one.channel is not None,  # whole for the office, and not for its people of the unit concerned (18.2)
        is_open=one.standing is not ComplaintStatus.CLOSED,
        done=done,
        same=same,
        written=written,
    )


def _changes(step: ComplaintStepOut, units: Mapping[str, str]) -> Sequence[tuple[str, str, str]]:
    """What of it was another before: its name, before, after."""
    before, after = step.record["before"], step.record["after"]

    def said(name: str, value: str | None) -> str:
        if value is None:
            return "没有写明"
        return ComplaintAbout(value).label if name == "about" else units.get(value, value) if name == "unit" else value

    named = {"about": "反映事由", "unit": "被反映单位", **{name: label for name, (label, _) in _THINGS.items()}}
    return [(named[name], said(name, before[name]), said(name, after[name])) for name in named if before[name] != after[name]]
