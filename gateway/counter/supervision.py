"""督办的页面 (obligations 10.2, 10.12): who of the unit holds what, what is late or about to be, given to somebody; feedback on a 督办."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response

from domain.inbox import SupervisionOutcome
from gateway.counter.door import CurrentPerson, PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.counter.freshness import KNOWN, address_of, mark_of
from gateway.deadlines import endpoints as deadlines
from gateway.deadlines.schemas import FeedbackIn
from gateway.edge.counter_pages import HEADERS, goes_on, render
from gateway.edge.paging import PageAsked, Paging
from gateway.edge.problems import Problem
from gateway.inbox import assignments as api
from gateway.inbox.assignments import AssignmentsDone, AssignmentsIn
from ledger.casework import inbox_version
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.registry.sessions import SignedIn
from settings import settings

router = pages()

_PAGE = "/counter/supervision"
_ON_A_PAGE, _SUPERVISED = 80, 30  #: lines, and forms of feedback: together about 120 KB
_LABELS = {"requests": "申请", "person": "交给谁", "outcome": "督办结果", "text": "反馈内容"}

Holder = Annotated[str | None, Query(max_length=64, pattern=r"^[\w.\-]*$")]


@router.get(_PAGE, name="counter_supervision")
def supervision(
    request: Request,
    known: CurrentPerson,
    page: Paging,
    every: bool = False,
    holder: Holder = None,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """What is late or about to be, by person; `every`: all that waits; `holder`: of this person, of nobody where it is empty.
    Nothing at all where the page asks by itself and nothing happened since."""
    mark = _mark(known, request)
    if request.headers.get(KNOWN) == mark:
        return Response(status_code=204, headers=dict(HEADERS))
    return _page(request, known.caller, page, every=every, holder=holder, done=done, mark=mark)


@router.post(f"{_PAGE}/assign", name="counter_assign")
def assign(request: Request, caller: PageCaller, page: Paging, sent: SentForm, every: bool = False, holder: Holder = None) -> Response:
    """交办, or 接手: what did not move is told with its reason, above the list as it stands now."""
    to = sent.text("mine") or sent.text("person")
    if not to or not sent.all("requests"):
        raise Problem("invalid", detail="还没有选好。", remedy="请选中要交出的申请,再选交给谁。")
    done = api.assign_requests(model_of(AssignmentsIn, {"requests": sent.all("requests"), "person": to}, _LABELS), caller)
    return _page(request, caller, page, every=every, holder=holder, moved=done)


@router.post(f"{_PAGE}/{{wanted}}/feedback", name="counter_feed_back")
def feed_back(wanted: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """督办反馈."""
    body = model_of(FeedbackIn, {"outcome": sent.text("outcome"), "text": " ".join(sent.text("text").split())}, _LABELS)
    deadlines.feed_back(wanted, body, caller)
    return goes_on(f"{_PAGE}?done=fed_back")


def _mark(known: SignedIn, request: Request) -> str:
    """Of the unit's inbox, and what else stands on this page; taken before it is read."""
    now = settings().now()
    inbox = mark_of(known, request, now)
    with transaction() as session:
        beside = inbox_version.version_of_supervision(session, known.caller.unit, now=now)
    return hashlib.sha256(f"{inbox} {beside}".encode()).hexdigest()[:24]


def _page(
    request: Request,
    caller: Caller,
    page: PageAsked,
    *,
    every: bool,
    holder: str | None,
    done: str = "",
    moved: AssignmentsDone | None = None,
    mark: str = "",
) -> Response:
    found = api.get_assignments(caller, replace(page, limit=_ON_A_PAGE), not every, holder)
    supervised = deadlines.get_supervisions(caller, replace(page, limit=_SUPERVISED, after=None))
    conditions = ({"every": "true"} if every else {}) | ({"holder": holder} if holder is not None else {})
    return render(
        request,
        "supervision.html",
        found=found,
        people={one.person or "": one for one in found.people},
        supervised=supervised.items,
        more_supervised=supervised.next_cursor is not None,
        outcomes=list(SupervisionOutcome),
        every=every,
        holder=holder,
        conditions=urlencode(conditions),
        done=done,
        moved=moved,
        mark=mark,
        address=address_of(request) if moved is None else f"{_PAGE}?{urlencode(conditions)}",
        now=settings().now(),
    )
