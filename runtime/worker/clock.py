"""对时 of a worker: while its clock is off it takes no pass."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import wraps

from ledger import timekeeping
from ledger.database import transaction
from settings import settings
from tasks.steps import in_ledger_thread

log = logging.getLogger(__name__)


def clock_is_right() -> bool:
    """False while this worker's clock differs from the database's; then an alarm stands."""
    with transaction(technical=True) as session:
        right = timekeeping.watch(session, f"工作进程 {settings().worker_name}")
    if not right:
        log.error("this worker's clock is off: it takes no pass")
    return right


def by_a_right_clock(chore: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """The chore, left out while the clock is off."""

    @wraps(chore)
    async def kept() -> None:
        if await in_ledger_thread(clock_is_right):
            await chore()

    return kept
