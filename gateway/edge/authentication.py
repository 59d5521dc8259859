"""入口: what happens before an endpoint of the API runs, in one place and in this order.

    key and acting person -> unit's quota -> the key's scope -> role -> body -> endpoint

and afterwards: what was refused goes on the record, with codes only (obligations 2.3, 2.4, 2.5, 15.4).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.edge.addresses import address_of
from gateway.edge.bodies import StrictRequest
from gateway.edge.problems import Problem
from gateway.edge.refusals import TURNED_DOWN, problem_of
from gateway.edge.scopes import refusal
from gateway.edge.services import services_of
from ledger.actor import ACTOR
from ledger.database import transaction
from ledger.lifecycle import filing
from ledger.registry import keys
from ledger.registry.keys import Caller
from settings import settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PERSON = re.compile(r"[\x21-\x7e]{1,64}")
_bearer = HTTPBearer(auto_error=False, bearerFormat="plk_…", description="人员或业务系统的接口密钥。")


class ApiRoute(APIRoute):
    """A route of the API: admits a caller, reads the body strictly, records refusals."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_json = self.body_field is not None

        async def admit(request: Request) -> Response:
            caller = await _identified(request)
            request.state.caller = caller
            ACTOR.set("" if request.method in SAFE else caller.actor)
            async with on_the_record(request, caller, self.name):
                services_of(request).quotas.count_unit(caller.unit)
                if refused_as := refusal(self.name, caller):
                    raise Problem(refused_as)
                if takes_json and not _is_json(request):
                    raise Problem("not_json_type")
                return await handle(StrictRequest(request.scope, request.receive))

        return admit


@asynccontextmanager
async def on_the_record(request: Request, caller: Caller, endpoint: str) -> AsyncIterator[None]:
    """Whatever is refused within it is recorded: what may not be done, and what was to change something."""
    try:
        yield
    except TURNED_DOWN as refused:
        problem = problem_of(refused)
        if problem.status_code != 429 and (problem.status_code == 403 or request.method not in SAFE):
            await run_in_threadpool(_record, caller, endpoint, problem)
        raise


async def _identified(request: Request) -> Caller:
    """A key that was never right from there is looked up a few at a time: guessing takes nothing from who is known."""
    services = services_of(request)
    if services.quotas.admit_key(address_of(request), _named(request)[1]):
        return await run_in_threadpool(_identify, request)
    services.guesses.admit()
    async with services.guesses:
        return await run_in_threadpool(_identify, request)


def _named(request: Request) -> tuple[str, str]:
    """The scheme and the key."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), key.strip()


def _identify(request: Request) -> Caller:
    scheme, key = _named(request)
    address, quotas = address_of(request), services_of(request).quotas
    acting = request.headers.get("proofless-acting-person")
    if scheme != "bearer" or not key or (acting is not None and not _PERSON.fullmatch(acting)):
        quotas.note_key(address, key, right=False)
        raise Problem("key_invalid" if acting is None or _PERSON.fullmatch(acting) else "person_needed")
    now = settings().now()
    try:
        with transaction() as session:
            caller = keys.caller(session, key, acting, now=now)
    except keys.KeyInvalid:
        quotas.note_key(address, key, right=False)
        raise
    quotas.note_key(address, key, right=True)
    services_of(request).origins.note(caller, address, now)
    services_of(request).calls.note(caller, now)
    return caller


def _record(caller: Caller, endpoint: str, problem: Problem) -> None:
    with transaction() as session:
        filing.refuse(
            session,
            now=settings().now(),
            unit=caller.unit,
            actor=caller.actor,
            code=problem.code,
            obligation=problem.obligation,
            endpoint=endpoint,
            **problem.facts,
        )


def _is_json(request: Request) -> bool:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media == "application/json"


async def _current(
    request: Request,
    _key: Annotated[object, Security(_bearer)],
    _acting: Annotated[
        str | None,
        Header(
            alias="Proofless-Acting-Person",
            description="经办人的人员编码。业务系统的密钥必填;人员自己的密钥不需要。",
            examples=["demo-permit-1"],
        ),
    ] = None,
) -> Caller:
    caller: Caller = request.state.caller
    return caller


#: Who calls, for endpoints of `ApiRoute`.
CurrentCaller = Annotated[Caller, Depends(_current)]
