"""投诉和线索的页面 (obligations 18.1, 16.0): what the 专班 office asks of the unit, and the unit's answer by its 督办员."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fastapi import Request, Response

from domain.complaints import ComplaintStatus
from domain.lead_path import LeadStatus
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging
from gateway.edge.visibility import is_own
from gateway.oversight import complaints, leads
from gateway.oversight.complaint_schemas import ComplaintOut, TextIn
from gateway.oversight.lead_schemas import LeadOut
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.succession import name_of

router = pages()

_PAGE = "/counter/oversight"
_SHOWN, _LOOKED_AT = 30, 1000  #: of what waits the most urgent, of what was answered the newest of each kind: about 100 KB
_LABELS: Mapping[str, str] = {"text": "答复"}


@router.get(_PAGE, name="counter_oversight")
def oversight(request: Request, caller: PageCaller, page: Paging) -> Response:
    """What is to be answered first, then what was; who reported stands in none of it (obligation 18.2)."""
    everything, newest = (replace(page, limit=limit, after=None) for limit in (_LOOKED_AT, _SHOWN))
    waiting: list[ComplaintOut | LeadOut] = [
        *complaints.get_complaints(caller, everything, [ComplaintStatus.PASSED]).items,
        *leads.get_leads(caller, everything, [LeadStatus.NOTIFIED]).items,
    ]
    others: list[ComplaintOut | LeadOut] = [
        *complaints.get_complaints(caller, newest, [ComplaintStatus.ANSWERED, ComplaintStatus.CLOSED]).items,
        *leads.get_leads(caller, newest, [one for one in LeadStatus if one not in (LeadStatus.FOUND, LeadStatus.NOTIFIED)]).items,
    ]
    acts = [step for one in (*waiting, *others) for step in one.steps if "stands_in_for" in step.record]
    with transaction() as session:
        names = registry.names_of_actors(session, {code for step in acts for code in (step.person, step.record["stands_in_for"])})
        units = {unit: name_of(session, unit) for unit in {_asked(one) for one in (*waiting, *others)} if unit}
    return render(
        request,
        "oversight.html",
        waiting=sorted(waiting, key=lambda one: (one.due_at is None, str(one.due_at), one.number))[:_SHOWN],
        count=len(waiting),
        others=others,
        may_answer=_own(caller, waiting) if page_refusal("counter_complaint_answer", caller) is None else set(),
        units=units,
        names=names,
        asked=_asked,
    )


@router.post(f"{_PAGE}/complaints/{{wanted}}/answer", name="counter_complaint_answer")
def answer_complaint(wanted: str, caller: PageCaller, sent: SentForm) -> Response:
    """答复投诉."""
    complaints.answer_complaint(wanted, model_of(TextIn, {"text": sent.text("text")}, _LABELS), caller)
    return goes_on(_PAGE)


@router.post(f"{_PAGE}/leads/{{wanted}}/answer", name="counter_lead_answer")
def answer_lead(wanted: str, caller: PageCaller, sent: SentForm) -> Response:
    """答复整改通知: how it was put right, or why it need not be."""
    leads.answer_lead(wanted, model_of(TextIn, {"text": sent.text("text")}, _LABELS), caller)
    return goes_on(_PAGE)


def _own(caller: Caller, found: Iterable[ComplaintOut | LeadOut]) -> set[str]:
    """What the caller's own unit is asked: the office, too, sees what others are."""
    with transaction() as session:
        return {one.number for one in found if is_own(session, caller, _asked(one))}


def _asked(one: ComplaintOut | LeadOut) -> str | None:
    """Who is to answer: of a complaint the unit that handles it, which need not be the one complained of."""
    return one.handler if isinstance(one, ComplaintOut) else one.unit
