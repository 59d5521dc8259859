"""连接: how long a connection may say nothing, and how many one address may hold.

uvicorn ends a connection that rests after an answer; one that never asks, asks one letter at a time, or does not take what
it is told, it keeps for ever, and a thousand of those would be all there are. Whoever is being answered is never cut off:
what gives way is the connection that has rested longest, and after those the one whose question has been coming longest.
How fast one address may bring others is `gateway.edge.arrivals`' part.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import chain
from typing import Any, ClassVar

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.edge.addresses import is_proxy, network_of
from gateway.edge.problems import Problem, as_json
from settings import settings

HEAD_SECONDS = 10.0  #: in which a request's head must have come, since the connection was made or its first letter came
TAKING_SECONDS, TAKING_BYTES = 30.0, 48 * 1024  #: so much of a long answer must be taken in so many seconds, by whom it is for
MOST_REQUESTS = 1000  #: being answered at a time
MOST_CONNECTIONS = 1500  #: with those that rest
MOST_WATCHERS = 32  #: connections at the port for health, beside all others
#: Those who watch this process hear from it however many others wait; at its port for health they hear this and nothing else.
_ALWAYS = frozenset({"/healthz"})
_WATCHED = frozenset({"/healthz", "/health", "/metrics"})


class _Does(IntEnum):
    REST = 0
    ASK = 1  #: a request has begun, and its body is still coming
    BE_ANSWERED = 2


class Room:
    """Connections that share places, by what they do and since when: who gives way is known without asking all of them."""

    def __init__(self) -> None:
        self._lines: tuple[dict[Connection, None], ...] = tuple({} for _ in _Does)

    def __len__(self) -> int:
        return sum(map(len, self._lines))

    def __iter__(self) -> Iterator[Connection]:
        return chain(*self._lines)

    def put(self, one: Connection, does: _Does | None) -> None:
        """At the end of that line; None: out of the room."""
        for line in self._lines:
            line.pop(one, None)
        if does is not None:
            self._lines[does][one] = None

    def giving_way(self, newcomer: Connection) -> Connection:
        """The one of the others that rested longest; where none rests, the one whose body has been coming longest; where
        all are being answered, the newcomer. Who has not taken his answer yet does not rest."""
        first = chain(self._lines[_Does.REST], self._lines[_Does.ASK])
        return next((one for one in first if one is not newcomer and not one.transport.get_write_buffer_size()), newcomer)


class Connection(H11Protocol):
    """One connection of a client."""

    everybody: ClassVar[Room] = Room()
    watchers: ClassVar[Room] = Room()
    by_address: ClassVar[dict[str, Room]] = {}
    _rooms: tuple[Room, ...] = ()
    _does = _Does.REST
    _head: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _from = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        places: tuple[tuple[Room, int], ...] = ((self.watchers, MOST_WATCHERS),)
        if not is_for_health(self.server):
            self._from = network_of(self.client[0]) if self.client else ""
            most = settings().connections_per_address if self._from and not is_proxy(self._from) else MOST_CONNECTIONS
            places = ((self.by_address.setdefault(self._from, Room()), most), (self.everybody, MOST_CONNECTIONS))
        self._rooms = tuple(room for room, _ in places)
        self._rest()
        for room, most in places:
            if len(room) > most:
                room.giving_way(self)._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_asked()
        self._leave()
        self._has_taken()
        super().connection_lost(exc)

    def _leave(self) -> None:
        for room in self._rooms:
            room.put(self, None)
        self._rooms = ()
        if not self.by_address.get(self._from, True):
            del self.by_address[self._from]

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
        super().data_received(data)
        self._see_it_end()
        self._see_what_it_does()
        if self._is_answering():
            self._be_asked()
        elif self._head is None:
            self._rest()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._see_it_end()
        self._see_what_it_does()
        if not self._is_answering() and self.conn.trailing_data[0] and self._head is None:
            self._rest()  # a next request has begun to come while this one was answered

    def _is_answering(self) -> bool:
        return self.cycle is not None and (not self.cycle.response_complete or self.transport.get_write_buffer_size() > 0)

    def _see_what_it_does(self) -> None:
        open_ = self.cycle is not None and not self.cycle.response_complete
        does = _Does.REST if not open_ else _Does.ASK if self.cycle.more_body else _Does.BE_ANSWERED
        if does is not self._does:
            self._do(does)

    def _do(self, does: _Does) -> None:
        self._does = does
        for room in self._rooms:
            room.put(self, does)

    def _rest(self) -> None:
        self._do(_Does.REST)
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
        self._leave()  # it counts no longer, however soon its end is noticed
        self.transport.close()
        self._see_it_end()

    def _see_it_end(self) -> None:
        """Closing waits until what was written is taken, and who takes nothing would stay for ever."""
        if self.transport.is_closing() and self._taking is None:
            self._must_take()


class Crowd:
    """As many requests at a time as this process can answer; one more is told so, and in the form of every refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_for_health(scope.get("server")):
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


def is_for_health(server: Sequence[Any] | None) -> bool:
    return server is not None and bool(settings().gateway_health_port) and server[1] == settings().gateway_health_port
