"""新受理的一列: what was filed is taken from the ledger and worked on, one by one, and in a rush many at a time. What is short
never waits for what is not: some places are kept for 即办件, and beside a rush nothing else is taken one by one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State

from ledger.lifecycle.moves import Lease
from runtime.worker.first_passes import FirstPasses, New
from runtime.worker.new_runs import NewRuns
from runtime.worker.places import Places
from runtime.worker.rush import Rush
from tasks.passes import at_work
from tasks.steps import place_of

log = logging.getLogger(__name__)

_TELLING_AT_ONCE = 200  #: of what is more, Prefect hears later
_LOOK_SECONDS = 0.2
_MOMENT = 0.5  #: seconds

GiveBack = Callable[[Lease, bool, UUID | None], Awaitable[None]]


class Line:
    """Of one worker; `poll` comes whenever something was filed or a place is free. `wake` asks for another poll."""

    def __init__(
        self, client: PrefectClient, runs: NewRuns, places: Places, give_back: GiveBack, wake: Callable[[], None], stop: threading.Event
    ) -> None:
        self._first = FirstPasses(client, runs)
        self._rush = Rush(self._first, runs)
        self._places, self._give_back, self._wake, self._stop = places, give_back, wake, stop
        self._rushing = False
        self._looked = 0.0  #: when it was asked last whether a rush has come
        self._short, self._none_short = 0, asyncio.Event()  #: 即办件 that are worked on beside a rush
        self._none_short.set()
        self.telling: set[asyncio.Task[None]] = set()  #: also those of which only Prefect is still to hear

    async def poll(self) -> None:
        room = self._places.free_for_all
        if short := self._rushing or room <= 0:
            room = self._places.free
        if room <= 0:
            return
        new = await self._first.take(room, short=short or None)
        if (len(new) == room or short) and not self._rushing and await self._is_rush():
            self._rushing = True
            self._places.begin(Rush, self._run_rush())
        for one in new:
            task = self._places.begin(one.fresh.lease.number, self._run(one, self._work_before_others if short else self._first.work))
            self.telling.add(task)
            task.add_done_callback(self.telling.discard)

    async def _is_rush(self) -> bool:
        """Not asked each time that a place is free: in a rush that would be a question more for each verification."""
        now = time.monotonic()
        if now < self._looked + _LOOK_SECONDS:
            asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._wake)
            return False
        self._looked = now
        return await self._rush.is_on()

    async def _run_rush(self) -> None:
        try:
            while not self._stop.is_set() and await self._rush.is_on():
                if await self._rush.work(self._give_way):
                    self._wake()
        except Exception as error:
            log.warning("rush: %s", place_of(error))
        finally:
            self._rushing = False
            self._places.leave(Rush)
            self._wake()

    async def _give_way(self) -> None:
        """What is many waits for what is short, each page of it for a moment: a source that keeps one waiting stops no rush."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._none_short.wait(), _MOMENT)

    async def _work_before_others(self, new: New) -> State | None:
        self._short += 1
        self._none_short.clear()
        try:
            return await self._first.work(new)
        finally:
            self._short -= 1
            if not self._short:
                self._none_short.set()

    async def _run(self, new: New, work: Callable[[New], Awaitable[State | None]]) -> None:
        with at_work(new.fresh.lease):
            await self._run_leased(new, work)

    async def _run_leased(self, new: New, work: Callable[[New], Awaitable[State | None]]) -> None:
        one, state, run = new.fresh, None, None
        try:
            state = await work(new)
        except Exception as error:
            log.warning("%s: %s", one.lease.number, place_of(error))
        self._places.leave(one.lease.number)  # while Prefect is told, the next one is worked on
        try:
            if state is not None and len(self.telling) <= _TELLING_AT_ONCE:
                run = await self._first.tell(one, state)
        finally:
            await self._give_back(one.lease, run is not None, run)
