"""门: how many strangers' files are read at a time, and what is said where one cannot be.

Each is read in a process of its own (`isolation`). The public's door is another than that of departments: who floods
the one does not stop the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from gateway.edge.problems import Problem
from isolation.process import ProcessDied

T = TypeVar("T")


class Door:
    """Files that come one way: so many are read at the same time, so many wait for it, the next one is sent away."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._reading = CapacityLimiter(at_once)
        self._waiting = waiting

    @property
    def reading(self) -> int:
        """How many are being read now."""
        return self._reading.statistics().borrowed_tokens

    async def read(self, function: Callable[..., T], *args: Any) -> T:
        """What `function`, which reads a file in a process of its own, gives. Raises Problem `file_unreadable` where
        that process died of it, `reading_busy` where too many wait."""
        now = self._reading.statistics()
        if now.borrowed_tokens >= now.total_tokens and now.tasks_waiting >= self._waiting:
            raise Problem("reading_busy", headers={"Retry-After": "5"})
        try:
            return await to_thread.run_sync(function, *args, limiter=self._reading)
        except ProcessDied:
            raise Problem("file_unreadable") from None


#: With both doors full there is one reader for each processor, and the gateway goes before them all.
_AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
PUBLIC = Door(at_once=_AT_ONCE, waiting=20)
KEYED = Door(at_once=_AT_ONCE, waiting=100)
