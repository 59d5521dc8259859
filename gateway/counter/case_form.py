"""登记办件: the matter by search, the parties, each number with its check digit said at once, the promise (obligation 15.4).

The applicant's fields bear their own names, those of each further party the mark that a line `party` names.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field

from domain.identity import person_key
from domain.limits import HandlingType
from domain.roles import Channel, IdType, PartyRole
from gateway.cases.registering import register_case
from gateway.cases.schemas import CaseIn
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of, wrong
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
_MOST = 50  #: parties, as the API takes them
_MARK = re.compile(r"[0-9a-f]{8}")


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
    "parties": "当事人",
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


@router.get(f"{_NEW}/party", name="counter_case_party")
def one_more(request: Request, party: Annotated[list[str] | None, Query(max_length=200)] = None) -> Response:
    """One more party for the form. `party`: the marks of those that stand there already, the applicant not among them."""
    if len(_marks(party or ())) >= _MOST - 1:
        raise Problem("invalid", detail=f"一个办件最多登记 {_MOST} 位当事人。", remedy="请核对,有不需要的先去掉。")
    return render(request, "case_party.html", n=secrets.token_hex(4), roles=list(PartyRole), id_types=list(IdType))


@router.post(_NEW, name="counter_case_register")
def register(caller: PageCaller, sent: SentForm) -> Response:
    """The case as the API takes it; the same once more changes nothing, another one under a number that is taken is refused."""
    number = model_of(_Numbered, {"case_number": sent.text("case_number")}, _LABELS).case_number
    register_case(caller, number, _case_of(sent), only_new=True)
    return goes_on(f"/counter/cases/{number}")


@router.post("/counter/cases/check-number", name="counter_number_check")
def check_number(request: Request, sent: SentForm, party: Annotated[str, Query(pattern=r"^([0-9a-f]{8})?$")] = "") -> Response:
    """Whether the number can be one of its kind, before anything else is asked: by the rule that the registration goes by."""
    typed = _party(sent, party)
    number = typed["id_number"]
    try:
        right = model_of(PartyIn, {"id_type": typed["id_type"], "id_number": number, "name": "核对"}, _LABELS) if number else None
    except Problem:
        return render(request, "number_check.html", number=number, right=False)
    return render(request, "number_check.html", number=right.id_number if right else "", right=True)


def _case_of(sent: Sent) -> CaseIn:
    """Raises Problem that says of several parties with which of them something is wrong, each by its field's name in the form; nobody
    stands there twice."""
    marks = ["", *_marks(sent.all("party"))]
    try:
        body = model_of(CaseIn, _case(sent), _LABELS)
    except Problem as problem:
        problem.errors = tuple(_said_of(marks, field, text) for field, text in problem.errors)
        raise
    places = dict[tuple[str, str], int]()
    for place, one in enumerate(body.parties):
        if (first := places.setdefault(person_key(one.id_type, one.id_number), place)) != place:
            text = f"与{_called(first)}的证件号码相同,同一位当事人只登记一次。"
            raise wrong(_said_of(marks, f"parties.{place}.id_number", text))
    return body


def _said_of(marks: list[str], field: str, text: str) -> tuple[str, str]:
    found = re.fullmatch(r"parties\.(\d+)(?:\.(\w+))?", field)
    if found is None:
        return field, text
    place, name = int(found[1]), found[2] or "id_number"
    if len(marks) > 1:
        text = f"{_called(place)}:{'请选择身份。' if name == 'role' else text}"
    return _named(marks[place], name), text


def _called(place: int) -> str:
    return f"第 {place + 1} 位当事人" if place else "申请人"


def _marks(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for one in lines if _MARK.fullmatch(one)))


def _party(sent: Sent, mark: str) -> dict[str, str]:
    return {name: sent.text(_named(mark, name)) for name in ("id_type", "id_number", "name")}


def _named(mark: str, name: str) -> str:
    return f"{mark}-{name}" if mark else name


def _case(sent: Sent) -> dict[str, object]:
    others = [{"role": sent.text(_named(mark, "role"))} | _party(sent, mark) for mark in _marks(sent.all("party"))]
    return {
        "matter": sent.text("matter"),
        "handling": sent.text("handling"),
        "accepted_at": sent.instant("accepted_at"),
        "promise_end": sent.instant("promise_end") or None,
        "promised_days": sent.number("promised_days"),
        "channel": sent.text("channel"),
        "parties": [{"role": PartyRole.APPLICANT} | _party(sent, ""), *others],
    }
