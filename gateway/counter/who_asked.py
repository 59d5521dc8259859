"""谁查过我: the person's own pages, on his telephone, with the code of a window and without an account (decision 49).

In the look of the public pages. A form of them names its origin, so that no other site can send one; what is wrong with a code is not
said, and wrong ones count as wrong sign-ins do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response

from domain.numbers import is_number
from domain.records import RIGHT_OF_APPEAL
from domain.refusal import Refusal
from domain.subject_access import LOOK_LASTS, WRONG_CODES, typed
from gateway.counter import cookies
from gateway.counter.cookies import LOOK
from gateway.counter.door import open_pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.addresses import address_of
from gateway.edge.counter_pages import goes_on
from gateway.edge.pages import page
from gateway.edge.problems import Problem
from gateway.edge.refusals import problem_of
from gateway.edge.services import services_of
from gateway.mismatches.schemas import MismatchIn
from ledger.casework import mismatches
from ledger.database import transaction
from ledger.lifecycle.snapshots import UnknownNumber
from ledger.subject_access import asked, looks, objections
from settings import settings

router = open_pages()

_START, _LIST = "/who-asked", "/who-asked/list"
#: With no-referrer a browser names no origin either when it sends a form, and origins are what is asked for.
_HEADERS = {"Referrer-Policy": "same-origin"}
_LABELS: Mapping[str, str] = MappingProxyType({"fields": "哪一项不对", "stated": "您的说法"})


@router.get(_START, name="who_asked")
def start(number: Annotated[str, Query(max_length=40)] = "", ended: bool = False) -> Response:
    """Number and code; `number` as the QR code brings it."""
    return _form(number, ended=ended)


@router.post(_START, name="who_asked_open")
def open_list(request: Request, sent: SentForm) -> Response:
    """Right, and the list opens, once; wrong, and the same words whatever was wrong."""
    number, code = typed(sent.text("number"))[:40], typed(sent.text("code"))[:40]
    address, quotas, now = address_of(request), services_of(request).quotas, settings().now()
    try:
        quotas.admit_sign_in(address, f"look {number}")
    except Problem as problem:
        return _form(number, problem=problem)
    with transaction() as session:
        token = looks.open_with(session, number, code, now=now)
    if token is None:
        quotas.note_wrong_sign_in(address, f"look {number}")
        return _form(number, problem=Problem("look_code_wrong"))
    answer = goes_on(_LIST)
    cookies.give(request, answer, token, LOOK)
    return answer


@router.get(_LIST, name="who_asked_list")
def who_asked(request: Request, after: Annotated[str, Query(max_length=40)] = "", elsewhere_after: UUID | None = None) -> Response:
    """Who asked about him; that he looked goes on the record. `after`, `elsewhere_after`: the line of his that the page follows."""
    return _list(request, after=after, elsewhere_after=elsewhere_after)


@router.post(f"{_START}/{{number}}/objection", name="who_asked_object")
def object_to(request: Request, number: Annotated[str, Path(max_length=40)], sent: SentForm) -> Response:
    """What he says is wrong, to be checked by the unit that answers for it; refused, the list again with what he typed."""
    fields, stated, after, now = sent.all("field"), sent.text("stated"), sent.text("after")[:40], settings().now()
    try:
        body = model_of(MismatchIn, {"fields": fields, "stated": stated}, _LABELS)
        if not is_number(number):
            raise UnknownNumber
        with transaction() as session:
            look = looks.find(session, cookies.token_of(request, LOOK), now=now)
            objections.raise_one(session, look, number, body.fields, body.stated, now=now)
    except mismatches.NoIssuer:
        problem = Problem("no_issuer_to_check", remedy="请到窗口提出,由工作人员转交有关单位核实。")
    except (Problem, Refusal) as refused:
        problem = problem_of(refused)
    else:
        return goes_on(_page_after(after))
    return _list(request, problem, {"number": number, "fields": fields, "stated": stated}, after=after)


@router.post(f"{_START}/end", name="who_asked_end")
def end(request: Request) -> Response:
    """Seen: nobody opens it on this telephone any more."""
    try:
        with transaction() as session:
            looks.end(session, cookies.token_of(request, LOOK), now=settings().now())
    except looks.LookOver:
        pass  # it is over
    answer = goes_on(f"{_START}?ended=1")
    cookies.take_away(request, answer, LOOK)
    return answer


def _list(
    request: Request,
    problem: Problem | None = None,
    typed: Mapping[str, object] = MappingProxyType({"number": ""}),
    *,
    after: str = "",
    elsewhere_after: UUID | None = None,
) -> Response:
    """`problem`: why what he `typed` was not taken."""
    now, after = settings().now(), after if is_number(after) else ""
    try:
        with transaction() as session:
            look = looks.find(session, cookies.token_of(request, LOOK), now=now)
            found = asked.show(session, look, now=now, after=after or None, elsewhere_after=elsewhere_after)
            return _page(
                "who_asked_list.html",
                problem.status_code if problem else 200,
                found=found,
                looks=looks.of(session, look),
                newest=looks.NEWEST,
                after=after,
                first=not after and elsewhere_after is None,
                until=(look.opened_at or now) + LOOK_LASTS,
                may_be_doubted=objections.may_be_doubted,
                right=RIGHT_OF_APPEAL,
                problem=problem,
                typed=typed,
            )
    except looks.LookOver as over:
        return _form("", problem=problem_of(over))


def _page_after(after: str) -> str:
    return f"{_LIST}?after={after}" if is_number(after) else _LIST


def _form(number: str, *, ended: bool = False, problem: Problem | None = None) -> Response:
    status = problem.status_code if problem else 200
    return _page("who_asked.html", status, number=number, ended=ended, problem=problem, wrong=WRONG_CODES)


def _page(template: str, status: int = 200, **content: Any) -> Response:
    return page(template, status, _HEADERS, **content)
