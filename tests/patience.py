"""How long a test waits: not seconds, but what a machine of its own would have got done in them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

SHARE, MOST = 4, 0.5


def patiently(seconds: float, what: str, pause: float = 0.05) -> Iterator[None]:
    """A turn for each look at what is waited for; fails the test, naming `what`, once `seconds` are used up.

    Where more processes want the processors than there are, a second counts for the share of it that was to be had.
    Nor do the looks take it from whom they wait for: after one that asked a server, or started a program, the pause is
    SHARE times as long as that took, up to MOST seconds.
    """
    used, before = 0.0, time.monotonic()
    while True:
        began = time.monotonic()
        yield
        time.sleep(max(pause, min(SHARE * (time.monotonic() - began), MOST)))
        now, crowd = time.monotonic(), os.getloadavg()[0] / (os.cpu_count() or 1)
        used, before = used + (now - before) / max(1.0, crowd), now
        assert used < seconds, f"not within {seconds:.0f} s: {what}"


def wait_until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Returns as soon as `true()` is; fails the test as `patiently` does."""
    for _ in patiently(seconds, what):
        if true():
            return
