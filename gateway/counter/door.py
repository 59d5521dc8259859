"""柜台的门: what happens before an endpoint of a page runs, in one place and in this order.

    origin -> session and acting person -> unit's quota -> the page's rule -> form -> its token -> endpoint

and afterwards, as for the API (`gateway.edge.authentication`): what was refused goes on the record, with codes only.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.counter import cookies, forms
from gateway.edge.addresses import address_of
from gateway.edge.authentication import SAFE, on_the_record
from gateway.edge.bodies import is_small
from gateway.edge.page_permissions import page_refusal
from gateway.edge.problems import Problem
from gateway.edge.services import services_of
from ledger.actor import ACTOR
from ledger.database import transaction
from ledger.registry import sessions
from ledger.registry.keys import Caller
from ledger.registry.sessions import SignedIn, SignedOut
from settings import settings

_TOKEN_HEADER = "x-form-token"
_BACKGROUND = "x-background"  #: what a page asks for by itself keeps nobody signed in


class PageRoute(APIRoute):
    """A page for who is signed in, or what it sends."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def admit(request: Request) -> Response:
            unsafe = request.method not in SAFE
            if unsafe:
                require_own_origin(request)
            try:
                known = await run_in_threadpool(_signed_in, request)
            except SignedOut:
                request.state.typed = forms.typed(await forms.read(request)) if unsafe and is_small(request) else []
                raise
            caller = known.caller
            request.state.signed_in, request.state.caller = known, caller
            ACTOR.set(caller.actor if unsafe else "")
            async with on_the_record(request, caller, self.name):
                services_of(request).quotas.count_unit(caller.unit)
                if refused_as := page_refusal(self.name, caller):
                    raise Problem(refused_as)
                request.state.form = await forms.read(request) if unsafe else FormData()
                if unsafe:
                    _require_token(request, known)
                return await handle(request)

        return admit


class OpenRoute(APIRoute):
    """A page for who is not signed in yet; what it sends comes from our own pages all the same."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def admit(request: Request) -> Response:
            if request.method not in SAFE:
                require_own_origin(request)
            return await handle(request)

        return admit


def pages() -> APIRouter:
    """A router of pages. The name of each endpoint stands in `gateway.edge.page_permissions`."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)


def open_pages() -> APIRouter:
    """A router of pages without a session; their names stand in `gateway.edge.public_permissions`."""
    return APIRouter(route_class=OpenRoute, include_in_schema=False, default_response_class=Response)


def require_own_origin(request: Request) -> None:
    """Browsers say of what is sent from which site's page it comes. Raises Problem `other_site`."""
    origin = urlsplit(request.headers.get("origin", ""))
    own = request.headers.get("host", "")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or not own or origin.netloc != own:
        raise Problem("other_site")


def is_background(request: Request) -> bool:
    """Whether the page asks by itself, and nobody clicked."""
    return _BACKGROUND in request.headers


def _signed_in(request: Request) -> SignedIn:
    now = settings().now()
    with transaction() as session:
        known = sessions.signed_in(session, cookies.token_of(request), now=now)
    if sessions.is_due(known, now) and not is_background(request):
        with transaction(technical=True) as session:
            sessions.note_use(session, known, now=now)
    services_of(request).origins.note(known.caller, address_of(request), now)
    return known


def _require_token(request: Request, known: SignedIn) -> None:
    """The token of this person's pages, in the form or beside it. Raises Problem `page_stale`."""
    sent = request.headers.get(_TOKEN_HEADER) or request.state.form.get(forms.TOKEN, "")
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), known.token.encode()):
        raise Problem("page_stale")


async def _current(request: Request) -> SignedIn:
    known: SignedIn = request.state.signed_in
    return known


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


#: Who is signed in, for endpoints of `pages()`: with name and unit, and as the caller whom endpoints of the API take.
CurrentPerson = Annotated[SignedIn, Depends(_current)]
PageCaller = Annotated[Caller, Depends(_caller)]
