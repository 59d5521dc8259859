"""守时: a worker's own look at the clock, so that a limit is recorded within a second of its instant.

Prefect starts a pass for each verification that is due; five hundred at one opening would take it half a minute. This
records them all at once and opens 督办; the passes then find it done. An outage is that no worker kept time, whatever
else somebody switched off.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from datetime import UTC, datetime

from ledger.database import transaction
from ledger.deadlines import sweep
from settings import settings
from tasks.notify import send_notices
from tasks.steps import place_of
from tasks.sweep import catch_up, notice_outage, record_misses

log = logging.getLogger(__name__)

LONGEST = 1.0  #: a limit set meanwhile may fall before the one that is waited for
PULSE = 20.0  #: how often it says that time is kept; three minutes without are an outage (reading 21)
_AGAIN = 0.2  #: another worker holds the row, or a warning is under way: not at once, or it would spin


class Timekeeper:
    """Records misses in a thread of its own: neither a busy event loop nor a full pool of threads makes it late.

    What follows a miss takes longer and has a thread beside it; what is sent of it waits for neither.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop, self._passed = stop, threading.Event()
        self._told, self._loop = asyncio.Event(), asyncio.get_running_loop()
        self._threads = [threading.Thread(target=work, name=work.__name__, daemon=True) for work in (self._keep, self._follow)]

    async def urge(self) -> None:
        """Send what units are told of whenever something passed, until `stop`; also the threads' beginning and end."""
        for thread in self._threads:
            thread.start()
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._told.wait(), LONGEST)
            except TimeoutError:
                continue
            self._told.clear()
            try:
                await send_notices(None)
            except Exception as error:
                log.warning("timekeeper: %s", place_of(error))
        for thread in self._threads:
            await asyncio.to_thread(thread.join, 5)

    def _follow(self) -> None:
        """Open 督办 and warn."""
        while not self._stop.is_set():
            if not self._passed.wait(LONGEST):
                continue
            self._passed.clear()
            try:
                if catch_up():
                    self._loop.call_soon_threadsafe(self._told.set)
            except Exception as error:
                log.warning("timekeeper: %s", place_of(error))

    def _keep(self) -> None:
        told = time.monotonic() - PULSE
        while not self._stop.is_set():
            try:
                # Before any miss: what passed while nothing ran may have been moved by that very outage.
                if time.monotonic() - told >= PULSE:
                    notice_outage()
                    told = time.monotonic()
                if (left := _seconds_left()) > 0:
                    time.sleep(min(LONGEST, left))
                    continue
                found = record_misses()
                self._passed.set()
                if not found:
                    time.sleep(_AGAIN)
            except Exception as error:
                log.warning("timekeeper: %s", place_of(error))
                time.sleep(LONGEST)


def _seconds_left() -> float:
    with transaction() as session:
        due = sweep.earliest_due(session)
    if due is None:
        return LONGEST
    return max(0.0, (settings().wall(due) - datetime.now(UTC)).total_seconds())
