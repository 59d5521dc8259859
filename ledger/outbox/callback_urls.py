"""回调地址: where a unit's system wants to be told; written for an administrator alone."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.outbox import undelivered
from ledger.outbox.undelivered import Which
from ledger.tables.registry import CallbackAddress
from ledger.vault import Place, vault


def register(session: Session, unit: str, url: str, secret: bytes, *, now: datetime, actor: str) -> bool:
    """Set the unit's address and secret; True where it had none.

    What was not taken is sent there: the failure is answered by whoever registers the address anew, so what was
    given up begins again, under its ids.
    """
    known = session.scalar(select(CallbackAddress).where(CallbackAddress.unit == unit).with_for_update())
    row = known or CallbackAddress(id=uuid4(), unit=unit)
    new = known is None or not row.active
    row.url, row.registered_at, row.registered_by, row.active = url, now, actor, True
    row.secret = vault().encrypt(Place("callback_addresses", "secret", row.id), secret)
    session.add(row)
    undelivered.send_again(session, Which(unit=unit), now=now, actor=actor)
    return new


def remove(session: Session, unit: str) -> bool:
    """Send nothing more to the unit's address; True where there was one. Results stay there for polling."""
    row = session.scalar(select(CallbackAddress).where(CallbackAddress.unit == unit, CallbackAddress.active.is_(True)).with_for_update())
    if row is not None:
        row.active = False
    return row is not None
