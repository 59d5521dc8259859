"""轮流: of one unit a few calls are at work at a time, and its next ones wait for their turn without a thread. A unit's own rush of
filings waits behind itself; what others file meanwhile shares the processor with a few, and not with as many as there are threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

AT_ONCE = 3  #: of one unit: enough to keep two processors busy with filing


class Turns:
    """Of one gateway process."""

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  #: of units that have calls here

    @asynccontextmanager
    async def of(self, unit: str) -> AsyncIterator[None]:
        """In the order in which they came; who hangs up leaves the line."""
        line = self._lines.setdefault(unit, asyncio.Semaphore(AT_ONCE))
        async with line:
            yield
