"""收件箱的页面 (obligation 10.4): what is due first on top, and one page for one request."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from domain.batches import PATTERN
from domain.inbox import ExcuseReason
from domain.methods import Answer
from gateway.counter.beside import whose
from gateway.counter.door import CurrentPerson, pages
from gateway.counter.freshness import KNOWN, address_of, mark_of
from gateway.counter.inputs import input_of
from gateway.deadlines.endpoints import get_deadline
from gateway.edge.counter_pages import HEADERS, render
from gateway.edge.paging import PagingOfPersons
from gateway.inbox.endpoints import get_inbox, get_request
from gateway.own_unit.endpoints import get_inbox_counts
from settings import settings

router = pages()

_ON_A_PAGE = 50  #: lines: about 50 KB

View = Annotated[Literal["open", "mine", "unclaimed", "answered"], Query()]


@router.get("/counter/inbox", name="counter_inbox")
def inbox(
    request: Request,
    known: CurrentPerson,
    page: PagingOfPersons,
    view: View = "open",
    q: Annotated[str, Query(max_length=64)] = "",
    batch: Annotated[str, Query(pattern=f"^$|{PATTERN}")] = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The list; as a part of the page where it asks by itself, and nothing at all where nothing happened since."""
    caller, page, now = known.caller, replace(page, limit=_ON_A_PAGE), settings().now()
    mark = "" if view == "answered" else mark_of(known, request, now)  # what was answered is looked at, and asked for seldom
    if mark and request.headers.get(KNOWN) == mark:
        return Response(status_code=204, headers=dict(HEADERS))
    claimed: dict[str, Literal["me", "nobody"]] = {"mine": "me", "unclaimed": "nobody"}
    found = get_inbox(caller, page, "answered" if view == "answered" else "open", batch or None, claimed.get(view), q)
    content: dict[str, Any] = {
        "lines": found.items,
        "batches": found.batches,
        "counts": get_inbox_counts(caller),
        "view": view,
        "q": q.strip(),
        "batch": batch,
    }
    content |= {"following": found.next_cursor, "first": page.after is None, "done": done, "address": address_of(request)}
    if not mark:
        mark = hashlib.sha256(repr(content).encode()).hexdigest()[:24]
        if request.headers.get(KNOWN) == mark:
            return Response(status_code=204, headers=dict(HEADERS))
    part = "hx-request" in request.headers
    return render(request, "inbox_list.html" if part else "inbox.html", mark=mark, now=now, **content)


@router.get("/counter/inbox/{wanted}", name="counter_request")
def one_request(request: Request, wanted: UUID, known: CurrentPerson) -> Response:
    """Everything about one request, and the form that answers it."""
    found = get_request(wanted, known.caller)
    timing = get_deadline(found.request.verification_number, known.caller)
    clock = next((one for one in timing.requests if one.request == wanted), None)
    return render(
        request,
        "request.html",
        found=found,
        line=found.request,
        clock=clock,
        missed=bool(clock and any(limit.status == "missed" and limit.excuse is None for limit in clock.limits)),
        inputs=[input_of(name, found.request.party.name) for name in found.request.proof.fields],
        answers=list(Answer),
        reasons=list(ExcuseReason),
        wanted=wanted,
        meanwhile=False,
        **whose(request, wanted, known),
        now=settings().now(),
    )
