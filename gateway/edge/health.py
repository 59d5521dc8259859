"""健康: whether this gateway, its database, Prefect and the workers are there, as `/health` shows it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from domain.prefect_alarms import ILL
from gateway.edge.runs import FlowRuns
from ledger.casework import watch
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.outbox.alarms import standing_alarms

_FRESH = 2.0  #: seconds for which an answer is given again: many watchers cost as much as one


@dataclass(frozen=True)
class Health:
    """What operators see first. Alarms by kind only: their texts name cases, those of `causes` none."""

    ok: bool
    database: bool
    prefect: bool
    workers: list[str]
    stuck: int
    oldest_due: datetime | None
    alarms: dict[str, int]
    causes: list[str]  #: why work stands, or may stand


class Vitals:
    """Takes the pulse, at most every two seconds."""

    def __init__(self, runs: FlowRuns) -> None:
        self._runs = runs
        self._last: tuple[float, Health] | None = None

    async def take(self) -> Health:
        if self._last is not None and time.monotonic() - self._last[0] < _FRESH:
            return self._last[1]
        prefect = await self._runs.healthy()
        try:
            health = await run_in_threadpool(_read, prefect)
        except SQLAlchemyError:
            health = Health(False, False, prefect, [], 0, None, {}, [])
        self._last = (time.monotonic(), health)
        return health


def _read(prefect: bool) -> Health:
    with transaction() as session:
        workers = leases.living_workers(session)
        causes = [alarm.message for alarm in standing_alarms(session) if alarm.kind in ILL]
        return Health(
            ok=prefect and bool(workers) and not causes,
            database=True,
            prefect=prefect,
            workers=workers,
            stuck=len(watch.stuck(session)),
            oldest_due=watch.oldest_due(session),
            alarms=watch.alarm_counts(session),
            causes=causes,
        )
