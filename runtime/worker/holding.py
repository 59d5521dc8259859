"""The ledger's part of the worker: each a transaction of its own, for the threads of the ledger."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from prefect.client.schemas.objects import FlowRun

from ledger.database import transaction
from ledger.lifecycle import afloat, leases
from ledger.lifecycle.moves import Lease
from ledger.supervision import escalation
from settings import settings
from tasks.passes import actor, owner


def enlist() -> None:
    with transaction(technical=True) as session:
        leases.enlist(session, settings().worker_name, owner())


def dismiss() -> None:
    with transaction(technical=True) as session:
        leases.dismiss(session, settings().worker_name, owner())


def renew(numbers: Collection[str]) -> None:
    with transaction(technical=True) as session:
        leases.renew(session, settings().worker_name, owner(), numbers)


def acquire(number: str, run: UUID) -> Lease | None:
    with transaction() as session:
        return leases.acquire(session, number, owner(), run)


def release(lease: Lease, finished: bool, run: UUID | None) -> bool:
    with transaction(technical=True) as session:
        return leases.release(session, lease, finished=finished, flow_run=run)


def look() -> tuple[list[str], bool]:
    """What asked for a pass, claimed; and whether a run may be due in Prefect."""
    with transaction(technical=True) as session:
        return leases.claim_wakes(session), afloat.is_any_due(session)


def suspects() -> list[leases.Suspect]:
    with transaction() as session:
        return leases.suspects(session)


def paused_and_due() -> list[str]:
    with transaction() as session:
        return leases.paused_and_due(session)


def escalate_paused(number: str) -> None:
    with transaction() as session:
        escalation.escalate(session, number, now=settings().now(), actor=actor())


def is_current(number: str, run: FlowRun) -> bool:
    with transaction() as session:
        return leases.is_current(session, number, run.id)
