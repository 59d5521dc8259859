"""受理: choose the method, or find out how far an earlier pass came."""

from __future__ import annotations

from domain.lifecycle import State
from domain.status import Status
from ledger.database import transaction
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import StepContext, snapshot_now
from ledger.methods import sharing
from settings import settings
from tasks.passes import actor, hand, lease_of
from tasks.steps import in_ledger_thread


async def take_up(number: str) -> Status:
    """Choose the first method of the catalog (obligation 7.1) and give where the verification stands.

    No Prefect task: it touches nothing outside, and as a task it would cost more than all that it does.
    """
    lease = lease_of(number)
    if (about := hand().about) is not None:  # in the transaction that took its lease
        return Status(number, State.LOOKING_UP, about.method, settings().now())
    status, hand().about = await in_ledger_thread(_take_up, lease)
    return status


def _take_up(lease: Lease) -> tuple[Status, StepContext | None]:
    now = settings().now()
    with transaction() as session:
        about = sharing.take_up(session, [lease], actor(), now=now).get(lease.number)
        if about is not None:
            return Status(lease.number, State.LOOKING_UP, about.method, now), about
        return snapshot_now(session, lease.number), None
