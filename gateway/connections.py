"""连接: how long a connection may say nothing, and how many one address may hold.

uvicorn ends a connection that rests after an answer; one that never asks, asks one letter at a time, or does not take what
it is told, it keeps for ever, and a thousand of those would be all there are. Whoever is being answered is never cut off:
what gives way is the connection that has rested longest, and after those the one whose question has been coming longest.
One that gives way and never had an answer is closed only after a while, unread: closed at once, a crowd comes again at once,
thousands a second, and each newcomer costs more than one that stands outside.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.addresses import network_of
from gateway.problems import Problem, as_json
from settings import settings

HEAD_SECONDS = 10.0  #: in which a request's head must have come, since the connection was made or its first letter came
TAKING_SECONDS, TAKING_BYTES = 30.0, 48 * 1024  #: so much of a long answer must be taken in so many seconds, by whom it is for
MOST_REQUESTS = 1000  #: being answered at a time
MOST_CONNECTIONS = 1500  #: with those that rest
LEAVING_SECONDS = 10.0  #: until one that gave way and was never answered is closed
MOST_LEAVING = 1000  #: such ones; any more are closed at once
MOST_WATCHERS = 32  #: connections at the port for health, beside all others
#: Those who watch this process hear from it however many others wait; at its port for health they hear this and nothing else.
_ALWAYS = frozenset({"/healthz"})
_WATCHED = frozenset({"/healthz", "/health", "/metrics"})
_WATCHERS = "(watchers)"  #: no address


class Connection(H11Protocol):
    """One connection of a client."""

    _held: ClassVar[dict[str, set[Connection]]] = {}  #: by address
    _leaving: ClassVar[set[Connection]] = set()  #: gave way, and are closed later
    _was_answered = False
    _head: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _rests_since = 0.0
    _from = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._rest()
        watches = _is_for_health(self.server)
        self._from = _WATCHERS if watches else network_of(self.client[0]) if self.client else ""
        same = self._held.setdefault(self._from, set())
        same.add(self)
        if watches:
            if len(same) > MOST_WATCHERS:
                self._make_room(same)
            return
        if self._from and len(same) > settings().connections_per_address and not _is_proxy(self._from):
            self._make_room(same)
        others = cast(set[Connection], self.connections) - self._held.get(_WATCHERS, set()) - self._leaving
        if len(others) > MOST_CONNECTIONS:
            self._make_room(others)

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_asked()
        self._leave()
        self._leaving.discard(self)
        self._has_taken()
        super().connection_lost(exc)

    def _leave(self) -> None:
        same = self._held.get(self._from, set())
        same.discard(self)
        if not same:
            self._held.pop(self._from, None)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._must_take()

    def resume_writing(self) -> None:
        self._has_taken()
        super().resume_writing()

    def _must_take(self, left: float = math.inf) -> None:
        """`left` of the answer at the last look."""
        self._has_taken()
        now = self.transport.get_write_buffer_size()
        if now > left - TAKING_BYTES:
            self.transport.abort()
        elif now:
            self._taking = self.loop.call_later(TAKING_SECONDS, self._must_take, now)

    def _has_taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._see_it_end()

    def data_received(self, data: bytes) -> None:
        if self in self._leaving:
            return  # the answering side reads on once it has room again; what gave way is unread for good
        super().data_received(data)
        self._see_it_end()
        if self._is_answering():
            self._be_asked()
        elif self._head is None:
            self._rest()

    def on_response_complete(self) -> None:
        self._rests_since, self._was_answered = self.loop.time(), True
        super().on_response_complete()
        if self in self._leaving:
            return self._end()  # its answer was the last: it counts nowhere, and must not ask again
        self._see_it_end()
        if not self._is_answering() and self.conn.trailing_data[0] and self._head is None:
            self._rest()  # a next request has begun to come while this one was answered

    def _is_answering(self) -> bool:
        return self.cycle is not None and (not self.cycle.response_complete or self.transport.get_write_buffer_size() > 0)

    def _is_asking(self) -> bool:
        """A request has begun, and its body is still coming."""
        return self._is_answering() and not self.cycle.response_complete and self.cycle.more_body

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
            self._end()

    def _end(self) -> None:
        self.transport.close()
        self._see_it_end()

    def _see_it_end(self) -> None:
        """Closing waits until what was written is taken, and who takes nothing would stay for ever."""
        if self.transport.is_closing() and self._taking is None:
            self._must_take()

    def _make_room(self, many: Iterable[Connection]) -> None:
        """Close the one of the others that rested longest; where none rests, the one whose body has been coming longest;
        where all are being answered, this one."""
        others = [one for one in many if one is not self and not one.transport.is_closing()]
        giving_way = [one for one in others if not one._is_answering() or one._is_asking()]
        min(giving_way, key=lambda one: (one._is_asking(), one._rests_since), default=self)._give_way()

    def _give_way(self) -> None:
        self._leave()  # it counts no longer, however soon its end is noticed
        if self._was_answered or len(self._leaving) >= MOST_LEAVING:
            self._end()
        else:
            self._leaving.add(self)
            self.transport.pause_reading()
            self._be_asked()
            self._head = self.loop.call_later(LEAVING_SECONDS, self._end)


class Crowd:
    """As many requests at a time as this process can answer; one more is told so, and in the form of every refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_for_health(scope.get("server")):
            there = scope["path"] in _WATCHED
            await (self._app if there else as_json(Problem("not_found")))(scope, receive, send)
        elif scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
        elif self._answering >= MOST_REQUESTS:
            await as_json(Problem("crowded", headers={"Retry-After": "5", "Connection": "close"}))(scope, receive, send)
        else:
            self._answering += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._answering -= 1


def _is_for_health(server: Sequence[Any] | None) -> bool:
    return server is not None and bool(settings().gateway_health_port) and server[1] == settings().gateway_health_port


def _is_proxy(network: str) -> bool:
    """Whether everybody may come from there: a proxy that is trusted with saying who calls."""
    for trusted in filter(None, map(str.strip, settings().trusted_proxies.split(","))):
        try:
            if trusted == "*" or ip_address(network.partition("/")[0]) in ip_network(trusted, strict=False):
                return True
        except ValueError:
            continue  # no address: uvicorn knows it by its name, and has none here
    return False
