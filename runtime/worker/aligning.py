"""The ledger's part of aligning a flow run: each a transaction of its own, for the threads of the ledger."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from domain.status import Status
from domain.story import EVENT_NAMES, TURNS, told
from ledger.casework import attention, views
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.lifecycle.snapshots import as_snapshot, load
from settings import settings
from tasks.passes import actor

log = logging.getLogger(__name__)


def look(number: str) -> tuple[leases.Binding, Status]:
    with transaction() as session:
        return leases.binding(session, number), as_snapshot(session, load(session, number))


def settle(number: str) -> None:
    with transaction() as session:
        leases.settle(session, number)


def forget_lapsed(number: str) -> None:
    with transaction() as session:
        leases.forget_lapsed(session, number)


def pause(number: str, run: UUID) -> None:
    with transaction() as session:
        if attention.pause(session, number, now=settings().now(), actor=actor(), run=run):
            log.warning("%s: cancelled in Prefect, paused until resumed", number)


def begin_next_run(number: str, ended: UUID) -> int | None:
    with transaction() as session:
        return leases.begin_next_run(session, number, ended)


def bind(number: str, run: UUID, serial: int) -> None:
    with transaction() as session:
        leases.bind_run(session, number, run, serial)


def turns_since(number: str, instant: datetime) -> list[tuple[str, str]]:
    """What turned the case since `instant` (recorded), oldest first: its name, and in words with what matters."""
    with transaction() as session:
        return [
            (EVENT_NAMES[one.event], told(one.event, one.detail))
            for one in views.events(session, number)
            if one.event in TURNS and one.recorded_at > instant
        ]
