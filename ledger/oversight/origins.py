"""来处: kept as a keyed hash over subject, time and address together.

Two origins of one account in one hour can be told apart, and nothing else: no address can be read back, and the same
address looks different for another account, another proof or another hour.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.limits import aware
from domain.origins import KEPT, OriginOf
from ledger.tables.oversight import Origin
from ledger.vault import vault


def note(session: Session, what: OriginOf, subject: str, address: str, *, now: datetime) -> None:
    """Once per origin, however often it comes. `subject`: a person's code, or a verification's number."""
    since = what.since(aware(now))
    digest = vault().lookup("origin", "\x1f".join((what, subject, since.isoformat(), address)))
    row = insert(Origin).values(what=what, subject=subject, since=since, digest=digest)
    session.execute(row.on_conflict_do_nothing())


def forget(session: Session, *, now: datetime) -> None:
    """Delete what no rule looks at any more."""
    session.execute(delete(Origin).where(Origin.since < now - KEPT))
