"""集中办理: when more comes than single passes can do, several that wait are taken on together, as one run of Prefect that
says so. What then waits or fails goes on in a run of its own.
"""

from __future__ import annotations

import logging
from uuid import UUID

from ledger.database import transaction
from ledger.lifecycle import fresh
from runtime.worker.first_passes import FirstPasses
from runtime.worker.new_runs import NewRuns
from tasks import states
from tasks.passes import at_work
from tasks.precedence import give_way
from tasks.steps import in_ledger_thread, place_of
from tasks.together import Taken, give_back, pass_over

log = logging.getLogger(__name__)

BACKLOG = 24  #: waiting, beyond what the single passes have in hand: two seconds of work for them
REST = 8  #: as many as the single passes take on at once: a rush that has begun goes on while more wait, since one by one costs more
_PART = 60  #: taken on at once, so that what comes meanwhile and is short does not wait long


class Rush:
    """Of one worker."""

    def __init__(self, first: FirstPasses, runs: NewRuns) -> None:
        self._first, self._runs = first, runs

    async def begins(self) -> bool:
        return max(await in_ledger_thread(_waiting)) > BACKLOG

    async def goes_on(self) -> bool:
        short, others = await in_ledger_thread(_waiting)
        return short > BACKLOG or others > REST

    async def work(self) -> bool:
        """One part of the line; True where some of it goes on."""
        short, _ = await in_ledger_thread(_waiting)
        await give_way()
        # A few 即办件 are taken one by one beside it: in a part they would wait for all of its pages.
        new = await self._first.take(_PART, short=None if short > BACKLOG else False)
        taken = [Taken(one.fresh.lease, one.about) for one in new]
        if not taken:
            return False
        with at_work(*(one.lease for one in taken)):
            ended = await pass_over(taken)
            run = await self._told(sorted(one.lease.number for one in taken), ended) if ended else None
            return await in_ledger_thread(give_back, taken, ended, run)

    async def _told(self, numbers: list[str], ended: frozenset[str]) -> UUID | None:
        try:
            return await self._runs.make_together(numbers, states.together(len(numbers), len(ended)))
        except Exception as error:  # Prefect is away: each is told later by a run of its own
            log.warning("rush of %d: Prefect not told: %s", len(numbers), place_of(error))
            return None


def _waiting() -> tuple[int, int]:
    with transaction(technical=True) as session:
        return fresh.waiting(session)
