"""新受理的一列: what was filed is taken from the ledger and worked on, one by one, and in a rush many at a time. What is short
never waits for what is not: some places are kept for 即办件, and beside a rush nothing else is taken one by one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State

from ledger.lifecycle.moves import Lease
from runtime.worker.first_passes import FirstPasses, New
from runtime.worker.new_runs import NewRuns
from runtime.worker.places import Places
from runtime.worker.rush import Rush
from tasks.passes import at_work
from tasks.precedence import Precedence
from tasks.steps import place_of

log = logging.getLogger(__name__)

_TELLING_AT_ONCE = 200  #: of what is more, Prefect hears later
_LOOK_SECONDS = 0.2

GiveBack = Callable[[Lease, bool, UUID | None], Awaitable[None]]


class Line:
    """Of one worker; `poll` comes whenever something was filed or a place is free. `wake` asks for another poll."""

    def __init__(
        self, client: PrefectClient, runs: NewRuns, places: Places, give_back: GiveBack, wake: Callable[[], None], stop: threading.Event
    ) -> None:
        self._first = FirstPasses(client, runs)
        self._rush = Rush(self._first, runs)
        self._places, self._give_back, self._wake, self._stop = places, give_back, wake, stop
        self.precedence = Precedence()
        self.rushing = False
        self._looked = 0.0  #: when it was asked last whether a rush has come
        self._coming = ExitStack()  #: 即办件 that were heard of and not looked for yet: they go first already
        self.telling: set[asyncio.Task[None]] = set()  #: also those of which only Prefect is still to hear

    def short_filed(self) -> None:
        """Before it is taken it goes first: what others have begun has ended by the time it asks its source."""
        self._coming.enter_context(self.precedence.first())

    async def poll(self) -> None:
        with self._coming:
            self._coming = ExitStack()
            await self._look()

    async def _look(self) -> None:
        room = self._places.free_for_all
        if short := self.rushing or room <= 0:
            room = self._places.free
        if room <= 0:
            return
        new = await self._first.take(room, short=short or None)
        if (len(new) == room or short) and not self.rushing and await self._is_rush():
            self.rushing = True
            self._places.begin(Rush, self.precedence.behind(self._run_rush()))
        for one in new:
            work = self._run(one)
            task = self._places.begin(one.fresh.lease.number, work if one.fresh.short else self.precedence.behind(work))
            self.telling.add(task)
            task.add_done_callback(self.telling.discard)
        await asyncio.sleep(0)  # what was begun goes first by itself from here on

    async def _is_rush(self) -> bool:
        """Not asked each time that a place is free: in a rush that would be a question more for each verification."""
        now = time.monotonic()
        if now < self._looked + _LOOK_SECONDS:
            asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._wake)
            return False
        self._looked = now
        return await self._rush.begins()

    async def _run_rush(self) -> None:
        try:
            while not self._stop.is_set():
                if await self._rush.work():
                    self._wake()
                if not await self._rush.goes_on():
                    break
        except Exception as error:
            log.warning("rush: %s", place_of(error))
        finally:
            self.rushing = False
            self._places.leave(Rush)
            self._wake()

    async def _work(self, new: New) -> State | None:
        if not new.fresh.short:
            return await self._first.work(new)
        with self.precedence.first():
            return await self._first.work(new)

    async def _run(self, new: New) -> None:
        with at_work(new.fresh.lease):
            await self._run_leased(new)

    async def _run_leased(self, new: New) -> None:
        one, state, run = new.fresh, None, None
        try:
            state = await self._work(new)
        except Exception as error:
            log.warning("%s: %s", one.lease.number, place_of(error))
        self._places.leave(one.lease.number)  # while Prefect is told, the next one is worked on
        try:
            if state is not None and len(self.telling) <= _TELLING_AT_ONCE:
                run = await self._first.tell(one, state)
        finally:
            await self._give_back(one.lease, run is not None, run)
