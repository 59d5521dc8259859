"""限流: how fast and how many at once a source may be asked, as its operator granted it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary


class Saturated(Exception):
    """The turn did not come within the patience: our own queue is too long, the source is not to blame."""


class Limiter:
    """At most `per_second` calls, at most `concurrency` look-ups at a time, nobody waits longer than `patience`."""

    def __init__(self, per_second: float, concurrency: int, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval, self._concurrency, self._patience, self._clock = 1 / per_second, concurrency, patience, clock
        self._free_at = 0.0
        # A semaphore belongs to the loop that first waited on it; a second loop would get a RuntimeError.
        self._slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self, calls: int = 1) -> AsyncIterator[None]:
        """Wait for a slot and for the time of `calls` calls; the calls themselves then go out unhindered.

        Raises Saturated.
        """
        slots = self._slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._concurrency))
        try:
            async with asyncio.timeout(self._patience):
                await slots.acquire()
        except TimeoutError:
            raise Saturated from None
        try:
            now = self._clock()
            start = max(now, self._free_at)
            if start - now > self._patience:
                raise Saturated
            self._free_at = start + calls * self._interval
            await asyncio.sleep(start - now)
            yield
        finally:
            slots.release()
