"""办理一项申请: claim, answer, ask, return, preview and attach from its page, each by the API's own function."""

from __future__ import annotations

import base64
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel

from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of
from gateway.deadlines.endpoints import give_excuse
from gateway.deadlines.schemas import ExcuseIn
from gateway.edge.counter_pages import HEADERS, goes_on, render
from gateway.edge.paging import Paging
from gateway.inbox import endpoints as inbox
from gateway.inbox.attachments import add_sent, get_attachment
from gateway.inbox.preview import preview_picture
from gateway.inbox.schemas import ReplyIn, ReturnIn, SupplementRequestIn
from gateway.own_unit.endpoints import get_units_to_ask

router = pages()

_LIST, _ONE = "/counter/inbox", "/counter/inbox/{wanted}"
_FIELD = "fields."
Body = TypeVar("Body", bound=BaseModel)


@router.post(f"{_ONE}/claim", name="counter_claim")
def claim(wanted: UUID, caller: PageCaller) -> Response:
    """From the list or from its page, which takes its new state and keeps what is typed beside it."""
    inbox.claim_request(wanted, caller)
    return goes_on(f"{_LIST}/{wanted}")


@router.post(f"{_ONE}/release", name="counter_release")
def release(request: Request, wanted: UUID, caller: PageCaller) -> Response:
    inbox.release_request(wanted, caller)
    return _goes_on(request, f"{_LIST}?done=released")


@router.post(f"{_ONE}/reply", name="counter_reply")
def reply(request: Request, wanted: UUID, form: SentForm, caller: PageCaller) -> Response:
    """The answer, in one action."""
    inbox.reply_to_request(wanted, _reply(form), caller)
    return _goes_on(request, f"{_LIST}?done=answered")


@router.post(f"{_ONE}/preview", name="counter_preview")
def preview(request: Request, wanted: UUID, form: SentForm, caller: PageCaller) -> Response:
    """The page that would be sealed, as a picture beside the form."""
    picture = preview_picture(wanted, _reply(form), caller)
    return render(request, "request_preview.html", picture=base64.b64encode(picture).decode())


@router.post(f"{_ONE}/ask", name="counter_ask")
def ask(request: Request, wanted: UUID, form: SentForm, caller: PageCaller) -> Response:
    """补正."""
    inbox.ask_for_supplement(wanted, model_of(SupplementRequestIn, {"what": form.text("what")}), caller)
    return _goes_on(request, f"{_LIST}?done=asked")


@router.post(f"{_ONE}/return", name="counter_return")
def give_back(request: Request, wanted: UUID, form: SentForm, caller: PageCaller) -> Response:
    """退回."""
    sent = {name: form.text(name) or None for name in ("suggested_unit", "unsure_why")}
    done = inbox.return_request(wanted, model_of(ReturnIn, sent | {"reason": form.text("reason")}), caller)
    return _goes_on(request, f"{_LIST}?done={'to_office' if done.to_office else 'forwarded' if done.forwarded else 'returned'}")


@router.get("/counter/units", name="counter_units")
def units(request: Request, caller: PageCaller, page: Paging, look_for: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Units with these words in their name or code, to choose from."""
    found = get_units_to_ask(caller, page, look_for) if look_for.strip() else None
    return render(request, "units.html", units=found.items[:12] if found else [], sought=look_for.strip())


@router.post(f"{_ONE}/attachments", name="counter_attach")
async def attach(wanted: UUID, form: SentForm, caller: PageCaller) -> Response:
    """A file with the answer."""
    await add_sent(wanted, form.file("file"), caller)
    return goes_on(f"{_LIST}/{wanted}")


@router.get("/counter/attachments/{wanted}", name="counter_attachment")
def attachment(wanted: Annotated[UUID, Path()], caller: PageCaller) -> Response:
    """A file, to be kept by the browser's own hand; the reading is on the record."""
    return get_attachment(wanted, caller)


@router.post(f"{_ONE}/excuse", name="counter_excuse")
def excuse(wanted: UUID, form: SentForm, caller: PageCaller) -> Response:
    """Why a limit that holds in principle was missed."""
    give_excuse(wanted, model_of(ExcuseIn, {"reason": form.text("excuse")}), caller)
    return goes_on(f"{_LIST}/{wanted}")


def _reply(form: Sent) -> ReplyIn:
    fields = {name.removeprefix(_FIELD): form.text(name) for name in form.form if name.startswith(_FIELD) and form.text(name)}
    return model_of(ReplyIn, {"answer": form.text("answer"), "fields": fields, "note": form.text("note")})


def _goes_on(request: Request, path: str) -> Response:
    """Also for what a script sent: it opens the page rather than putting it into this one."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers=dict(HEADERS) | {"HX-Redirect": path})
    return goes_on(path)
