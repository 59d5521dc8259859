"""多件的租约: of many verifications at once, for the pass that takes them on together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, Update, any_, func, or_, select, text, update
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN
from ledger.lifecycle.moves import Lease
from ledger.listen_notify import WAKE_CHANNEL
from ledger.tables.verifications import Verification
from settings import settings

_NOW = func.clock_timestamp()
_RELEASE = text(
    """
    UPDATE verifications v SET
        lease_owner = NULL, lease_until = NULL, wake_claimed_until = NULL,
        flow_run = CASE WHEN v.number = ANY(:told) THEN coalesce(v.flow_run, CAST(:run AS uuid)) ELSE v.flow_run END,
        wake_requested_at = CASE WHEN v.number = ANY(:told) THEN v.wake_requested_at ELSE clock_timestamp() END
    FROM unnest(CAST(:numbers AS text[]), CAST(:tokens AS bigint[])) AS held (number, token)
    WHERE v.number = held.number AND v.lease_token = held.token AND v.lease_owner = :owner
    RETURNING v.wake_requested_at IS NOT NULL AS goes_on, CASE WHEN v.number <> ALL(:told) THEN pg_notify(:channel, v.number) END
    """
)


def hold(chosen: Select[tuple[str]], owner: str) -> Update:
    """The statement that takes the leases of the chosen: what had asked for a pass is answered by this one."""
    return (
        update(Verification)
        .where(Verification.number == any_(func.array(chosen.scalar_subquery())))  # chosen once, whatever the plan
        .values(
            lease_owner=owner,
            lease_token=Verification.lease_token + 1,
            lease_until=_NOW + timedelta(seconds=settings().lease_seconds),
            wake_requested_at=None,
            wake_claimed_until=None,
        )
        .execution_options(synchronize_session=False)
    )


def acquire(session: Session, numbers: Sequence[str], owner: str) -> list[Lease]:
    """The leases of those of `numbers` that are open, not paused, due, and that nobody works on."""
    chosen = (
        select(Verification.number)
        .where(
            Verification.number.in_(numbers),
            Verification.state.in_(OPEN),
            Verification.paused_at.is_(None),
            or_(Verification.lease_until.is_(None), Verification.lease_until < _NOW),
            or_(Verification.wake_requested_at.is_not(None), Verification.next_instant <= settings().now()),
        )
        .order_by(Verification.number)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(hold(chosen, owner).returning(Verification.number, Verification.lease_token))
    return [Lease(number, owner, token) for number, token in rows]


def release(session: Session, leases: Collection[Lease], *, told: Collection[str] = (), flow_run: UUID | None = None) -> bool:
    """Give them back; True where something is to go on. Of those that are `told`, `flow_run` tells: they have ended. The
    others go on in a run of their own, which a worker makes."""
    if not leases:
        return False
    given = {"numbers": [one.number for one in leases], "tokens": [one.token for one in leases], "owner": next(iter(leases)).owner}
    rows = session.execute(_RELEASE, {**given, "told": list(told), "run": flow_run and str(flow_run), "channel": WAKE_CHANNEL})
    return any(row.goes_on for row in rows)
