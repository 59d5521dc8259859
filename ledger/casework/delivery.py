"""送达: the result becomes the requesting unit's; its clocks end, and a check settles what it checked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from ledger.casework import mismatches
from ledger.deadlines import clocks
from ledger.lifecycle.moves import Lease, move
from ledger.lifecycle.snapshots import lock
from ledger.outbox.callbacks_sent import announce


def deliver(session: Session, lease: Lease, *, now: datetime, actor: str) -> bool:
    """The result is sent from this instant (reading 6): limits end, met or missed. Repeating changes nothing.

    True where a message is to be sent.
    """
    row = lock(session, lease.number)
    if row.state is not State.TO_BE_DELIVERED:
        return True  # by an earlier pass, which may have died before it sent the message
    clocks.end_limits(session, row.number, now=now, actor=actor, answered=True, lease=lease)
    detail = {"result": row.result.value if row.result else ""}
    event = move(
        session, row.number, Event.DELIVERED, State.TO_BE_DELIVERED, State.DELIVERED, at=now, actor=actor, lease=lease, detail=detail
    )
    sent = announce(session, {row.number: event}, State.DELIVERED, now=now)
    session.refresh(row)
    mismatches.settle(session, row, now=now, actor=actor)
    return bool(sent)
