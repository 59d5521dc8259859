"""谁也在看: who has the same request open at this moment, kept in memory alone; a page that is open says so every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

_SECONDS = 25.0  #: pages say it every ten
_MOST = 5000  #: requests


class Lookers:
    """Of this process: who asks another one is not seen here. Any thread may call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[UUID, dict[str, float]] = {}

    def note(self, request: UUID, person: str) -> list[str]:
        """That this person looks at it now; gives the others who do."""
        now = self._clock()
        if request not in self._seen and len(self._seen) >= _MOST:
            self._seen = {one: seen for one, seen in list(self._seen.items()) if now - max(seen.values()) < _SECONDS}
        seen = {one: at for one, at in self._seen.get(request, {}).items() if now - at < _SECONDS}
        self._seen[request] = seen | {person: now}
        return sorted(seen.keys() - {person})
