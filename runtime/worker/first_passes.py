"""首轮办理: what was just filed is worked on at once, and Prefect is told of it in one call when its first pass has ended.

Most verifications end in their first pass. As a run that Prefect's engine walks through, each costs Prefect's server five
times what everything else costs (decision 0036): so the run is made when there is something to tell, in the state that it
has then, delivered or waiting. From there on Prefect calls it as it calls every other. A pass that takes long is shown
as running meanwhile, so that operators see it and can cancel it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.exceptions import Abort

from flows.verification import verification
from ledger.database import transaction
from ledger.lifecycle import fresh, leases
from ledger.lifecycle.fresh import Fresh
from ledger.lifecycle.snapshots import StepContext
from ledger.methods import sharing
from runtime.worker.new_runs import NewRuns
from settings import settings
from tasks import states
from tasks.passes import actor, begin, owner
from tasks.steps import in_ledger_thread, place_of
from tasks.timeline import keep_timeline, story

log = logging.getLogger(__name__)

_LONG_SECONDS = 3.0  #: after which a pass is shown as running


@dataclass(frozen=True)
class New:
    """What was filed, under a lease; with `about` it is taken up, and shared data are to be asked."""

    fresh: Fresh
    about: StepContext | None


class FirstPasses:
    """Of one worker: `take` what was filed, `work` on each, `tell` of it."""

    def __init__(self, client: PrefectClient, new: NewRuns) -> None:
        self._client, self._runs = client, new

    async def take(self, room: int, *, short: bool | None = None) -> list[New]:
        """At most `room` of what was filed, the first in turn first; `short`: 即办件 alone, or all but them."""
        return await in_ledger_thread(_take, room, short)

    async def work(self, new: New) -> State | None:
        """One pass to its end; gives the state in which Prefect shall show it, None where somebody else goes on."""
        one, number = new.fresh, new.fresh.lease.number
        begin(one.lease, new.about)
        working: asyncio.Task[State] = asyncio.ensure_future(verification.fn(number))
        try:
            done, _ = await asyncio.wait({working}, timeout=_LONG_SECONDS)
            if not done and (run := await self.tell(one, states.running(number))) is not None:
                await in_ledger_thread(_bind, number, run, one.serial)  # so that a Cancel finds its verification
            return await working
        except Abort as signal:
            log.info("%s: %s", number, signal)
            return None

    async def tell(self, one: Fresh, state: State) -> UUID | None:
        """The run that tells of it; None where Prefect was not told: the search for stranded ones does it later."""
        number, tags = one.lease.number, [one.unit, *([one.method.label] if one.method else [])]
        try:
            page = await in_ledger_thread(story, number) if state.is_scheduled() else None
            run = await self._runs.make(number, one.serial, state, page[1] if page else tags)
            if page is not None:
                await keep_timeline(self._client, number, page[0], run)
        except Exception as error:  # Prefect is away: the case itself has gone on
            log.warning("%s: Prefect not told: %s", number, place_of(error))
            return None
        return run


def _take(room: int, short: bool | None = None) -> list[New]:
    """Their leases, and in the same transaction their first methods."""
    now = settings().now()
    try:
        with transaction() as session:
            found = fresh.take(session, owner(), room, short=short)
            abouts = sharing.take_up(session, [one.lease for one in found], actor(), now=now) if found else {}
            return [New(one, abouts.get(one.lease.number)) for one in found]
    except Exception as error:  # of one of them, whose pass shall say so: the others go on
        log.warning("taken up one by one: %s", place_of(error))
        with transaction(technical=True) as session:
            return [New(one, None) for one in fresh.take(session, owner(), room, short=short)]


def _bind(number: str, run: UUID, serial: int) -> None:
    with transaction(technical=True) as session:
        leases.bind_run(session, number, run, serial)
