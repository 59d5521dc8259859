"""讲述: what the ledger records about a waiting case reaches its run in Prefect within seconds.

A pass tells its own part. This tells the rest: a miss that time brought, 督办, feedback, a return, a claim. One worker
does it, the first of those that live; telling twice changes nothing.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from ledger.database import transaction
from ledger.lifecycle import afloat, leases
from runtime.worker.runs import Runs
from settings import settings
from tasks.steps import in_ledger_thread, place_of
from tasks.timeline import keep_timeline, story

log = logging.getLogger(__name__)

_LOOK_BACK = 200  #: events whose number is lower may be committed later


class Teller:
    """One for each worker; `look` comes each second."""

    def __init__(self, client: PrefectClient, runs: Runs) -> None:
        self._client, self._runs = client, runs
        self._known: OrderedDict[int, None] = OrderedDict()

    async def look(self) -> None:
        """Tell what is new since the last look; on the first one, what the last minute brought."""
        for number in await in_ledger_thread(self._news):
            try:
                await self._runs.tell(number)
                await self._show(number)
            except Exception as error:  # of one verification: the others go on, and the ledger has it all
                log.warning("%s: not told: %s", number, place_of(error))

    async def _show(self, number: str) -> None:
        told, run = await in_ledger_thread(story, number), await in_ledger_thread(_run_of, number)
        if told is not None and run is not None:
            await keep_timeline(self._client, number, told[0], run)

    def _news(self) -> list[str]:
        """Numbers of waiting cases that have new events."""
        with transaction() as session:
            if leases.living_workers(session)[:1] != [settings().worker_name]:
                self._known.clear()
                return []
            fresh = {
                one: number
                for one, number in afloat.recent_events(session, max(self._known, default=0) - _LOOK_BACK)
                if one not in self._known
            }
        self._known.update(dict.fromkeys(fresh))
        while len(self._known) > 10 * _LOOK_BACK:
            self._known.popitem(last=False)
        return list(dict.fromkeys(fresh.values()))


def _run_of(number: str) -> UUID | None:
    with transaction() as session:
        return leases.binding(session, number).flow_run
