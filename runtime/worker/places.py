"""在办: what one worker is at work on, `worker_limit` at most, of which some places are kept for 即办件."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from settings import settings

_KEPT = 4  #: one place in so many


class Places:
    """By what works there: a verification's number, a run's id. `freed` is called where a place that somebody may be waiting for
    becomes free."""

    def __init__(self, freed: Callable[[], None]) -> None:
        self.taken: dict[Any, asyncio.Task[None]] = {}
        self._freed = freed

    @property
    def free(self) -> int:
        return settings().worker_limit - len(self.taken)

    @property
    def free_for_all(self) -> int:
        """Without those that are kept."""
        return self.free - settings().worker_limit // _KEPT

    def begin(self, which: Any, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """The work leaves its place by itself, by `leave`."""
        task = self.taken[which] = asyncio.create_task(work)
        return task

    def leave(self, which: Any) -> None:
        crowded = self.free_for_all <= 0
        self.taken.pop(which, None)
        if crowded:
            self._freed()
