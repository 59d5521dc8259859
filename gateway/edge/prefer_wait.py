"""`Prefer: wait`: calls that wait for a verification to end, all served by one listening connection.

A notification may be lost, so that the ledger is asked every two seconds about all waiting numbers at once.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from ledger.casework import watch
from ledger.database import transaction
from ledger.listen_notify import ENDED_CHANNEL, Listener

LONGEST_WAIT = 30  #: seconds
_POLL = 2.0
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,6})(?=$|[,;\s])", re.IGNORECASE)


def wait_seconds(prefer: str | None) -> int:
    """The seconds that a Prefer header (RFC 7240) asks for, at most `LONGEST_WAIT`; 0 where it asks for none."""
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), LONGEST_WAIT) if found else 0


class Endings:
    """Wakes calls when a verification ended or needs somebody to act."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._look = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._listener: Listener | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False

    def start(self) -> None:
        """Begin to listen, in the running loop. Raises RuntimeError where it listens already: that connection nobody would end."""
        if self._listener is not None:
            raise RuntimeError("it listens already")
        self._loop = loop = asyncio.get_running_loop()

        def on_notice(_channel: str, number: str) -> None:
            with suppress(RuntimeError):  # the loop is gone: the process is about to end
                loop.call_soon_threadsafe(self._wake, number)

        self._listener = Listener((ENDED_CHANNEL,), on_notice)
        self._listener.start()
        self._tasks.append(asyncio.create_task(self._poll()))

    async def stop(self) -> None:
        """End the listening connection; calls that still wait are answered with what is known."""
        for task in self._tasks:
            task.cancel()
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
        self._wake_all()

    def release(self) -> None:
        """Let every waiting call go, now and from now on: the process is about to end. Safe in a signal handler."""
        self._closing = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake_all)

    async def wait(self, number: str, seconds: float) -> None:
        """Return when `number` has settled, or after `seconds`, whichever comes first."""
        if self._closing:
            return
        event = asyncio.Event()
        # First registered, then looked at: what ends between the two wakes us.
        self._waiting.setdefault(number, set()).add(event)
        try:
            if not await run_in_threadpool(_settled, [number]):
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), seconds)
        finally:
            others = self._waiting[number]
            others.discard(event)
            if not others:
                del self._waiting[number]

    def _wake_all(self) -> None:
        for number in list(self._waiting):
            self._wake(number)

    def _wake(self, number: str) -> None:
        if not number:  # the listener reconnected: anything may have been missed
            self._look.set()
        for event in self._waiting.get(number, ()):
            event.set()

    async def _poll(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), _POLL)
            self._look.clear()
            if self._waiting:
                # A database that is away must not end the polling: the next round asks again.
                with suppress(Exception):
                    for number in await run_in_threadpool(_settled, list(self._waiting)):
                        self._wake(number)


def _settled(numbers: list[str]) -> list[str]:
    with transaction() as session:
        return watch.settled(session, numbers)
