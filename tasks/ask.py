"""部门核验 (obligation 10.1): put the request into the issuing unit's inbox; its clock starts there."""

from __future__ import annotations

from domain.status import Status
from ledger.database import transaction
from ledger.inbox import requests
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import snapshot_now
from settings import settings
from tasks.passes import actor, lease_of
from tasks.steps import in_ledger_thread, step


@step("发起部门核验 ask the issuing unit")
async def ask_issuing_unit(number: str) -> Status:
    """File the request with its limits (obligations 10.5, 10.6, 10.7, 10.8)."""
    return await in_ledger_thread(_ask, lease_of(number))


def _ask(lease: Lease) -> Status:
    with transaction() as session:
        requests.ask(session, lease, now=settings().now(), actor=actor())
        return snapshot_now(session, lease.number)
