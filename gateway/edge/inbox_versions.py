"""收件箱的版本, kept for a moment: of a unit's many open pages one asks the ledger for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable

_SECONDS = 5.0  #: beside the fifteen after which each page asks again


class InboxVersions:
    """The newest version of each unit's inbox that this process has read. Any thread may call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read: dict[str, tuple[float, str]] = {}

    def fresh(self, unit: str) -> str | None:
        """What was read a moment ago; None: it is to be read."""
        at, version = self._read.get(unit, (0.0, ""))
        return version if version and self._clock() - at < _SECONDS else None

    def keep(self, unit: str, version: str) -> None:
        self._read[unit] = self._clock(), version
