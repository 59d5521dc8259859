"""连接: how long a connection may say nothing, and how many one address may hold.

uvicorn ends a connection that rests after an answer; one that never asks, or asks one letter at a time, it keeps for
ever, and a thousand of those would be all there are. Whoever is being answered is never cut off: what gives way is the
connection that has rested longest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import ClassVar, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.addresses import network_of
from gateway.problems import Problem, as_json
from settings import settings

HEAD_SECONDS = 10.0  #: in which a request's head must have come, since the connection was made or its first letter came
MOST_REQUESTS = 1000  #: being answered at a time
MOST_CONNECTIONS = 1500  #: with those that rest
#: Those who watch this process hear from it however many others wait.
_ALWAYS = frozenset({"/healthz"})


class Connection(H11Protocol):
    """One connection of a client."""

    _held: ClassVar[dict[str, set[Connection]]] = {}  #: by address
    _head: asyncio.TimerHandle | None = None
    _rests_since = 0.0
    _from = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._rest()
        self._from = network_of(self.client[0]) if self.client else ""
        same = self._held.setdefault(self._from, set())
        same.add(self)
        if self._from and len(same) > settings().connections_per_address and not _is_proxy(self._from):
            self._make_room(same)
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room(cast(set[Connection], self.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_asked()
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        same = self._held.get(self._from, set())
        same.discard(self)
        if not same:
            self._held.pop(self._from, None)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering():
            self._be_asked()
        elif self._head is None:
            self._rest()

    def on_response_complete(self) -> None:
        self._rests_since = self.loop.time()
        super().on_response_complete()
        if not self._is_answering() and self.conn.trailing_data[0] and self._head is None:
            self._rest()  # a next request has begun to come while this one was answered

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _rest(self) -> None:
        self._rests_since = self.loop.time()
        self._head = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _be_asked(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _hang_up(self) -> None:
        self._head = None
        if not self._is_answering():
            self.transport.close()

    def _make_room(self, many: Iterable[Connection]) -> None:
        """Close the one of the others that rested longest. Where none rests, this one."""
        resting = [one for one in many if one is not self and not one._is_answering() and not one.transport.is_closing()]
        leaving = min(resting, key=lambda one: one._rests_since, default=self)
        leaving.transport.close()
        leaving._leave()  # it counts no longer, however soon its end is noticed


class Crowd:
    """As many requests at a time as this process can answer; one more is told so, and in the form of every refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
        elif self._answering >= MOST_REQUESTS:
            await as_json(Problem("crowded", headers={"Retry-After": "5", "Connection": "close"}))(scope, receive, send)
        else:
            self._answering += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._answering -= 1


def _is_proxy(network: str) -> bool:
    """Whether everybody may come from there: a proxy that is trusted with saying who calls."""
    for trusted in filter(None, map(str.strip, settings().trusted_proxies.split(","))):
        try:
            if trusted == "*" or ip_address(network.partition("/")[0]) in ip_network(trusted, strict=False):
                return True
        except ValueError:
            continue  # no address: uvicorn knows it by its name, and has none here
    return False
