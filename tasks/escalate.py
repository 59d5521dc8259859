"""超时与督办 (obligation 10.12): record what has passed, and give the next instant."""

from __future__ import annotations

from domain.status import Status
from ledger.database import transaction
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import snapshot_now
from ledger.supervision import escalation
from settings import settings
from tasks.notify import send_notices
from tasks.passes import actor, lease_of
from tasks.steps import in_ledger_thread, step


@step("检查时限 escalate if overdue")
async def escalate_if_overdue(number: str) -> Status:
    """Miss, supervise, remind: each at its due instant, once; the standing's next instant is never past."""
    now = await in_ledger_thread(_escalate, lease_of(number))
    await send_notices(number)
    return now


def _escalate(lease: Lease) -> Status:
    with transaction() as session:
        escalation.escalate(session, lease.number, now=settings().now(), actor=actor(), lease=lease)
        return snapshot_now(session, lease.number)
