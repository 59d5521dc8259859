"""限流: how many calls one unit, or one public address, may make in a minute.

Counted in the memory of each gateway process: with N gateways a unit can reach N times its limit, which is a brake
against runaway scripts and no accounting.
"""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gateway.problems import Problem
from settings import Settings

COMPARISONS_PER_HOUR = 20  #: with one proof: an officer types what is printed once or twice


class Quotas:
    """The limits of one process. Each method raises Problem `too_many_requests` with Retry-After."""

    def __init__(self, settings: Settings) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._unit = RateLimitItemPerMinute(settings.requests_per_minute)
        self._public = RateLimitItemPerMinute(settings.public_checks_per_minute)
        self._comparison = RateLimitItemPerHour(COMPARISONS_PER_HOUR)

    def count_unit(self, unit: str) -> None:
        """One call of a unit, whichever of its people and systems makes it."""
        self._count(self._unit, "unit", unit)

    def count_public(self, address: str, what: str) -> None:
        """One public call from an address (`gateway.addresses`), for one of the quotas of `gateway.permissions`."""
        self._count(self._public, what, address)

    def count_comparison(self, number: str) -> None:
        """One comparison with a proof, whoever makes it: what is hidden must not be guessed field by field."""
        self._count(self._comparison, "comparison", number)

    def _count(self, limit: RateLimitItem, *who: str) -> None:
        if self._windows.hit(limit, *who):
            return
        reset = self._windows.get_window_stats(limit, *who).reset_time
        wait = max(1, math.ceil(reset - time.time()))
        much = f"{wait} 秒" if wait < 60 else f"{math.ceil(wait / 60)} 分钟"
        raise Problem("too_many_requests", remedy=f"请等候 {much}后再试。", headers={"Retry-After": str(wait)})
