"""受理: choose the method, or find out how far an earlier pass came."""

from __future__ import annotations

from domain.status import Status
from ledger.database import transaction
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import snapshot_now
from ledger.methods import sharing
from settings import settings
from tasks.passes import actor, lease_of
from tasks.steps import in_ledger_thread


async def take_up(number: str) -> Status:
    """Choose the first method of the catalog (7.1) and give where the verification stands.

    No Prefect task: it touches nothing outside, and as a task it would cost more than all that it does.
    """
    return await in_ledger_thread(_take_up, lease_of(number))


def _take_up(lease: Lease) -> Status:
    with transaction() as session:
        sharing.take_up(session, lease, actor(), now=settings().now())
        return snapshot_now(session, lease.number)
