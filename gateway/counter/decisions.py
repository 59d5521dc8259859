"""待决定的页面 (obligations 10.11, 10.12, 7.4, readings 8, 9): what waits for the 专班 office with a verification - returned twice, nobody
can verify it, its 督办 was missed, a reason for a soft miss - with its story, and the decision in one action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from fastapi import Request, Response

from domain.leads import UNHELPFUL
from domain.lifecycle import Event, State
from domain.limits import LimitKind
from domain.methods import Answer
from domain.reasons import CloseReason, RerouteReason
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.counter.story import line
from gateway.deadlines import endpoints as deadlines
from gateway.deadlines.schemas import ExcuseDecisionIn, LimitOut, RequestTimingOut
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.paging import Paging
from gateway.edge.parameters import Number
from gateway.edge.problems import Problem
from gateway.operations import stuck
from gateway.operations.schemas import ClosingIn, RerouteIn
from gateway.oversight import leads
from gateway.oversight.lead_schemas import LeadIn
from gateway.reports import overview
from gateway.verifications import endpoints as verifications
from gateway.verifications.schemas import EventOut
from ledger.casework import views
from ledger.casework.decisions import DecisionKind
from ledger.catalog import entries
from ledger.database import transaction
from ledger.oversight import leads as recorded_leads
from ledger.registry import registry

router = pages()

_LIST = "/counter/decisions"
_ONE = f"{_LIST}/{{number}}"
_KINDS = (DecisionKind.STOPPED, DecisionKind.SUPERVISION, DecisionKind.EXCUSE)
_ON_A_PAGE = 100  #: of each kind: about 100 KB together
_LABELS: Mapping[str, str] = MappingProxyType({"unit": "改派给哪个单位", "reason": "理由", "text": "依据"})


@dataclass(frozen=True)
class Candidate:
    """A unit that may answer: who suggested it, whether the list names it, and what it said where it was asked already."""

    code: str
    suggested_by: list[str]
    listed: bool
    said: str


@router.get(_LIST, name="counter_decisions")
def waiting(request: Request, caller: PageCaller, page: Paging) -> Response:
    """Kind by kind, what has waited longest on top."""
    first = replace(page, limit=_ON_A_PAGE, after=None)
    found = [(kind, overview.get_overview_decisions(caller, first, kind)) for kind in _KINDS]
    return render(request, "decisions.html", found=found)


@router.get(_ONE, name="counter_decision")
def decision(request: Request, number: Number, caller: PageCaller, done: str = "") -> Response:
    """Its story, the units that may answer, and what there is to decide."""
    found = verifications.get_verification(number, caller)
    events = verifications.get_events(number, caller).events
    requests = deadlines.get_deadline(number, caller).requests
    with transaction() as session:
        units = registry.unit_names(session)
        issuers = entries.issuers(session, found.proof_kind.code)
        put_down = recorded_leads.of_supervisions(session, number)
        row = views.find_verification(session, number, None)
        filed_by = row.unit if row else ""
    missed = [one for one in requests if any(limit.kind is LimitKind.SUPERVISION and limit.status == "missed" for limit in one.limits)]
    candidates = _candidates(events, requests, issuers, filed_by)
    return render(
        request,
        "decision.html",
        found=found,
        story=[(one, _said(one, units, requests)) for one in events],
        stopped=found.state is State.NEEDS_ATTENTION,
        candidates=candidates,
        units=units,
        filed_by=filed_by,
        others={code: name for code, name in units.items() if code != filed_by and code not in {one.code for one in candidates}},
        excuses=[(one, limit) for one in requests for limit in one.limits if _undecided(limit)],
        missed=[(one, put_down.get(one.request)) for one in missed],
        reroutes=list(RerouteReason),
        closings=list(CloseReason),
        done=done,
    )


@router.post(f"{_ONE}/reroute", name="counter_decision_reroute")
def reroute(number: Number, caller: PageCaller, sent: SentForm) -> Response:
    """改派."""
    named, other = sent.text("unit"), sent.text("other")
    if named and other and named != other:
        raise Problem("invalid", detail="选了两个单位。", remedy="请只选一个,再改派。")
    unit = named or other
    stuck.reroute_stuck(number, model_of(RerouteIn, {"unit": unit, "reason": sent.text("reason")}, _LABELS), caller)
    return _back(number, "rerouted")


@router.post(f"{_ONE}/close", name="counter_decision_close")
def close(number: Number, caller: PageCaller, sent: SentForm) -> Response:
    """办结."""
    stuck.close_stuck(number, model_of(ClosingIn, {"reason": sent.text("reason")}, _LABELS), caller)
    return _back(number, "closed")


@router.post(f"{_ONE}/excuses/{{wanted}}", name="counter_decision_excuse")
def decide_excuse(number: Number, wanted: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """超时理由: it holds or not."""
    deadlines.decide_excuse(wanted, ExcuseDecisionIn(approved=sent.text("approved") == "true"), caller)
    return _back(number, "excuse")


@router.post(f"{_ONE}/lead", name="counter_decision_lead")
def enter_lead(number: Number, caller: PageCaller, sent: SentForm) -> Response:
    """督办超时 put down as a sign (article 16), which goes its own way to a 整改通知 or to a dismissal."""
    values = {
        "clause": UNHELPFUL,
        "unit": sent.text("unit"),
        "subject": f"督办超时 {number}",
        "text": sent.text("text"),
        "numbers": [number],
    }
    leads.enter_lead(model_of(LeadIn, values, _LABELS), caller)
    return _back(number, "lead")


def _back(number: str, done: str) -> Response:
    return goes_on(f"{_LIST}/{number}?done={done}")


def _undecided(limit: LimitOut) -> bool:
    return limit.excuse is not None and limit.excuse.approved is None and limit.status not in ("met", "closed")


def _candidates(events: Sequence[EventOut], requests: Sequence[RequestTimingOut], issuers: Sequence[str], filed_by: str) -> list[Candidate]:
    """Suggested ones first, then those of the list; who was asked already says what it said. The requesting unit is none."""
    asked, said, suggested = {str(one.request): one.unit for one in requests}, dict[str, str](), dict[str, list[str]]()
    for one in events:
        unit, meant = asked.get(str(one.detail.get("request")), ""), str(one.detail.get("suggested", "unsure"))
        if one.event is Event.RETURNED:
            said[unit] = "退回,认为不属本单位职责"
            if meant != "unsure":
                suggested.setdefault(meant, []).append(unit)
        elif one.event is Event.REPLIED and one.detail.get("answer") == Answer.CANNOT_VERIFY:
            said[unit] = "答复“无法核验”"
    codes = dict.fromkeys(code for code in (*suggested, *issuers, *said) if code not in ("", filed_by))
    found = [Candidate(code, suggested.get(code, []), code in issuers, said.get(code, "")) for code in codes]
    return sorted(found, key=lambda one: bool(one.said))


def _said(one: EventOut, units: Mapping[str, str], requests: Sequence[RequestTimingOut]) -> str:
    """The event in one line; of a return and an answer, whose it was."""
    text = line(one, units)
    if one.event not in (Event.RETURNED, Event.REPLIED):
        return text
    by = next((each.unit_name for each in requests if str(each.request) == str(one.detail.get("request"))), "出具单位")
    text = text.replace("出具单位", by, 1)
    if one.event is Event.RETURNED:
        suggested = str(one.detail.get("suggested", "unsure"))
        text += ",没有建议单位" if suggested == "unsure" else f",建议转{units.get(suggested, suggested)}"
    return text
