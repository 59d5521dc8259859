"""熔断: stop asking a source that keeps failing, so that its outage costs each case nothing but a moment.

    closed ──(N transient faults in a row)──> open ──(rest over)──> half-open, one probe
      ^                                        ^                        │
      └────────────── any answer ──────────────┼────────────────────────┤
                                               └──── the probe fails ───┘

The time is passed in as a clock, so that the rules can be tested without waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """What `health` shows of a source."""

    CLOSED = "closed"  #: calls pass
    OPEN = "open"  #: calls are refused at once
    HALF_OPEN = "half_open"  #: the rest is over; the next call is let through to try


class Breaker:
    """One source's breaker: opens after `failures` transient faults in a row, tries again after `rest` seconds."""

    def __init__(self, failures: int, rest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._rest, self._clock = failures, rest, clock
        self._failures = 0
        self._retry_at: float | None = None  # None while closed

    @property
    def state(self) -> BreakerState:
        if self._retry_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._clock() < self._retry_at else BreakerState.HALF_OPEN

    def admit(self) -> bool:
        """Whether a call may go out now. In half-open exactly one caller hears yes for each rest."""
        state = self.state
        if state is BreakerState.HALF_OPEN:
            # The probe pushes the next one a rest away: should it be cancelled and never report, the breaker
            # frees itself instead of refusing for ever.
            self._retry_at = self._clock() + self._rest
        return state is not BreakerState.OPEN

    def succeeded(self) -> None:
        """The source answered, whatever it said."""
        self._failures, self._retry_at = 0, None

    def failed(self) -> None:
        """The source failed in a way that may pass."""
        self._failures += 1
        if self._failures >= self._limit:  # so does a failed probe: only an answer starts the count anew
            self._retry_at = self._clock() + self._rest
