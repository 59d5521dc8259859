"""登记办件: the matter by search, the applicant's number with its check digit said at once, the promise (obligation 15.4)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field

from domain.limits import HandlingType
from domain.roles import Channel, IdType, PartyRole
from gateway.cases.registering import register_case
from gateway.cases.schemas import CaseIn
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.paging import Search, words_of
from gateway.edge.problems import Problem
from gateway.edge.values import PartyIn, SchemaIn
from ledger.casework import own_lists
from ledger.catalog import versions
from ledger.database import transaction
from settings import LOCAL, settings

router = pages()

_NEW = "/counter/cases/new"


class _Numbered(SchemaIn):
    """办件编号 of a form, as the API's address takes it."""

    case_number: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.\-]+$")]


_LABELS = {
    "case_number": "办件编号",
    "handling": "办件类型",
    "accepted_at": "受理时间",
    "promise_end": "承诺办结时间",
    "promised_days": "承诺天数",
    "channel": "申请渠道",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "name": "姓名或名称",
}


@router.get(_NEW, name="counter_case_form")
def case_form(request: Request, caller: PageCaller, q: Search = "", matter: Annotated[str, Query(max_length=64)] = "") -> Response:
    """First the matter, of the unit's own in the published list; then everything else on one page."""
    if not matter:
        words = words_of(q)
        with transaction() as session:
            found = own_lists.matters(session, caller.unit, words)
        return render(request, "case_matter.html", q=q, matters=found)
    with transaction() as session:
        entries = versions.entries_for(session, matter)
    if not entries:
        raise Problem("matter_unknown")
    accepted = settings().now().astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")
    choices: dict[str, Any] = {"handlings": list(HandlingType), "channels": list(Channel), "id_types": list(IdType)}
    return render(request, "case_form.html", matter=matter, entries=entries, accepted=accepted, **choices)


@router.post(_NEW, name="counter_case_register")
def register(caller: PageCaller, sent: SentForm) -> Response:
    """The case as the API takes it; the same once more changes nothing, another one under a number that is taken is refused."""
    number = model_of(_Numbered, {"case_number": sent.text("case_number")}, _LABELS).case_number
    register_case(caller, number, model_of(CaseIn, _case(sent), _LABELS), only_new=True)
    return goes_on(f"/counter/cases/{number}")


@router.post("/counter/cases/check-number", name="counter_number_check")
def check_number(request: Request, sent: SentForm) -> Response:
    """Whether the number can be one of its kind, before anything else is asked: by the rule that the registration goes by."""
    number = sent.text("id_number")
    try:
        party = model_of(PartyIn, {"id_type": sent.text("id_type"), "id_number": number, "name": "核对"}, _LABELS) if number else None
    except Problem:
        return render(request, "number_check.html", number=number, right=False)
    return render(request, "number_check.html", number=party.id_number if party else "", right=True)


def _case(sent: Sent) -> dict[str, object]:
    days, party = sent.text("promised_days"), {name: sent.text(name) for name in ("id_type", "id_number", "name")}
    return {
        "matter": sent.text("matter"),
        "handling": sent.text("handling"),
        "accepted_at": sent.instant("accepted_at"),
        "promise_end": sent.instant("promise_end") or None,
        "promised_days": int(days) if days.isascii() and days.isdigit() and len(days) < 6 else days or None,
        "channel": sent.text("channel"),
        "parties": [{"role": PartyRole.APPLICANT} | party],
    }
