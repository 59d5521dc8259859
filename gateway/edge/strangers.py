"""公众: those who need no key. Counted before anything is done for them, and answered a few at a time.

A department's call passes through the loop some ten times, and each time waits for what others have begun there: with ten
strangers at work it would wait for all ten. And a page that many ask for is made once, for all who asked before it was begun.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from typing import TypeVar

import anyio
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.edge.addresses import address_of, is_monitor
from gateway.edge.permissions import RULES, Rule
from gateway.edge.problems import Problem
from gateway.edge.public_permissions import WATCHING
from gateway.edge.quotas import Quotas
from gateway.edge.told import told

T = TypeVar("T")
AT_ONCE = 2  #: of each quota
MOST_WAITING = 200  #: of each quota; one more is told so
#: All that a shared page depends on, beside its address.
_ASKED_WITH = frozenset({b"accept", b"accept-encoding", b"if-none-match"})
#: Files have a door of their own (gateway.edge.doors), where they wait for long.
_OTHER_DOOR = "verify_upload"


class Gate:
    """So many at work at a time, and a line of those who wait."""

    def __init__(self) -> None:
        self._places = anyio.Semaphore(AT_ONCE, fast_acquire=True)

    def admit(self) -> None:
        """Raises Problem `crowded` where too many wait."""
        if self._places.statistics().tasks_waiting >= MOST_WAITING:
            raise Problem("crowded", headers={"Retry-After": "5"})

    async def __aenter__(self) -> None:
        await self._places.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._places.release()

    async def outside(self, waited_for: Awaitable[T]) -> T:
        """For who is at work and has to wait for somebody else: his place is another's meanwhile."""
        self._places.release()
        try:
            return await waited_for
        finally:
            await self._places.acquire()


class Strangers:
    """The layer around the endpoints."""

    def __init__(self, app: ASGIApp, quotas: Quotas, routes: Sequence[BaseRoute]) -> None:
        self._app, self._quotas = app, quotas
        self._public = [one for one in routes if isinstance(one, APIRoute) and one.name in RULES and RULES[one.name].public]
        self._gates: defaultdict[str | None, Gate] = defaultdict(Gate)
        self._next: dict[tuple[object, ...], asyncio.Task[list[Message]]] = {}  #: pages that are asked for and not yet begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def sent(message: Message) -> None:
            if message.get("status") == 429:
                await self._quotas.tell_later()
            await send(message)

        route = self._route(scope)
        if route is None:
            return await self._app(scope, receive, sent)
        rule, request, scope["route"] = RULES[route.name], Request(scope), route
        gate = self._gates[rule.quota]
        try:
            self._count(request, rule)
            gate.admit()
        except Problem as problem:
            return await told(request, problem)(scope, receive, sent)
        if rule.quota == WATCHING or route.name == _OTHER_DOOR:
            await self._app(scope, receive, sent)
        elif rule.shared:
            for message in await self._shared(gate, scope):
                await send({**message})
        else:
            await self._in_turn(gate, scope, receive, sent)

    def _route(self, scope: Scope) -> APIRoute | None:
        """The public endpoint that is asked for."""
        if scope["path"].startswith("/v1/"):
            return None
        return next((one for one in self._public if one.matches(scope)[0] is Match.FULL), None)

    def _count(self, request: Request, rule: Rule) -> None:
        if rule.quota is not None and not (rule.quota == WATCHING and is_monitor(request)):
            self._quotas.count_public(address_of(request), rule.quota)

    async def _in_turn(self, gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
        """Bodies that come and answers that are taken slowly hold up nobody. Where there is no body, what is received is
        that somebody left, and may be waited for while he is answered."""

        async def received() -> Message:
            return await receive() if scope["method"] == "GET" else await gate.outside(receive())

        async with gate:
            await self._app(scope, received, lambda message: gate.outside(send(message)))

    async def _shared(self, gate: Gate, scope: Scope) -> list[Message]:
        key = (scope["path"], scope["query_string"], *(one for one in scope["headers"] if one[0] in _ASKED_WITH))
        if key not in self._next:
            self._next[key] = asyncio.create_task(self._make(key, gate, scope))
        return await asyncio.shield(self._next[key])

    async def _make(self, key: tuple[object, ...], gate: Gate, scope: Scope) -> list[Message]:
        made: list[Message] = []

        async def no_body() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def keep(message: Message) -> None:
            made.append(message)

        async with gate:
            del self._next[key]  # who asks from now on is told what holds from now on
            await self._app({**scope}, no_body, keep)
        return made
