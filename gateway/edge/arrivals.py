"""接入: who is let in at a listening port, and when.

asyncio takes all that wait in one turn of its loop, and whoever is being answered waits until that turn has ended. Here
a turn takes few; one address brings some at once and then one every few milliseconds. Those that come faster wait as what
costs least, a socket that nobody reads: no protocol is made for them, and nobody waits because of them.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

from gateway.edge.addresses import is_proxy, network_of

TAKEN_A_TURN = 8
AT_ONCE, EACH = 20, 0.01  #: connections that one address brings at once, and seconds to each further one
MOST_WAITING = 1000  #: any more are closed
_REMEMBERED = 10_000  #: addresses
_AGAIN = 1.0  #: seconds until more are taken, where the system has no room for another open file
_ERRORS = logging.getLogger("gateway.errors")


class Arrivals:
    """One listening port. `paced`: addresses have a pace there."""

    def __init__(self, listening: socket.socket, connection: Callable[[], asyncio.BaseProtocol], *, paced: bool) -> None:
        self._listening, self._connection, self._paced = listening, connection, paced
        self._loop = asyncio.get_running_loop()
        self._due: dict[str, float] = {}  #: by address, when all that it brought would have come at its pace
        self._waiting: dict[socket.socket, asyncio.TimerHandle] = {}
        self._coming: set[asyncio.Task[None]] = set()
        self._again: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        self._listen()

    def _listen(self) -> None:
        self._loop.add_reader(self._listening, self._take)

    def close(self) -> None:
        self._loop.remove_reader(self._listening)
        if self._again is not None:
            self._again.cancel()
        for one, timer in self._waiting.items():
            timer.cancel()
            one.close()
        self._waiting.clear()

    def _take(self) -> None:
        for _ in range(TAKEN_A_TURN):
            try:
                one, where = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # they wait in the system's own line meanwhile
                _ERRORS.error("no connection can be taken: %s", error.strerror)
                self._loop.remove_reader(self._listening)
                self._again = self._loop.call_later(_AGAIN, self._listen)
                return
            one.setblocking(False)
            self._arrive(one, network_of(where[0]))

    def _arrive(self, one: socket.socket, network: str) -> None:
        now = self._loop.time()
        due = max(now, self._due.get(network, now))
        wait = due - (AT_ONCE - 1) * EACH - now
        if wait > 0 and (not self._paced or is_proxy(network)):
            wait = 0
        if wait > 0 and len(self._waiting) >= MOST_WAITING:
            return one.close()
        self._due[network] = due + EACH
        if len(self._due) > _REMEMBERED:
            self._due = {known: until for known, until in self._due.items() if until > now}
        if wait > 0:
            self._waiting[one] = self._loop.call_later(wait, self._let_in, one)
        else:
            self._let_in(one)

    def _let_in(self, one: socket.socket) -> None:
        if self._waiting.pop(one, None) and _is_gone(one):
            return one.close()
        task = self._loop.create_task(self._connect(one))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _connect(self, one: socket.socket) -> None:
        try:
            # As asyncio does for sockets of its own. Without it an answer's body waits until the client acknowledges the head,
            # which a client puts off by 40 ms.
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._connection, one)
        except OSError:  # it is gone already
            one.close()


def _is_gone(one: socket.socket) -> bool:
    try:
        return not one.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False  # it has said nothing yet
    except OSError:
        return True
