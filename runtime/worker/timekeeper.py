"""守时: a worker's own look at the clock, so that a limit is recorded within a second of its instant.

Prefect starts a pass for each verification that is due; five hundred at one opening would take it half a minute. This
records them all at once and opens 督办; the passes then find it done.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import UTC, datetime

from ledger import sweep
from ledger.database import transaction
from settings import settings
from tasks.notify import send_notices
from tasks.steps import in_ledger_thread, place_of
from tasks.sweep import catch_up

log = logging.getLogger(__name__)

LONGEST = 1.0  #: a limit set meanwhile may fall before the one that is waited for


async def keep_time(stop: threading.Event) -> None:
    """Sleep until the earliest limit is due, catch up, and again until `stop`."""
    while not stop.is_set():
        try:
            await asyncio.sleep(min(LONGEST, await in_ledger_thread(_seconds_left)))
            if await in_ledger_thread(_seconds_left) <= 0:
                # Nothing done: another worker holds those rows at this moment, and looking again at once would spin.
                if await catch_up():
                    await send_notices(None)
                else:
                    await asyncio.sleep(LONGEST)
        except Exception as error:
            log.warning("timekeeper: %s", place_of(error))
            await asyncio.sleep(LONGEST)


def _seconds_left() -> float:
    with transaction() as session:
        due = sweep.earliest_due(session)
    if due is None:
        return LONGEST
    return max(0.0, (settings().wall(due) - datetime.now(UTC)).total_seconds())
