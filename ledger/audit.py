"""调阅记录 (obligation 15.4): who read whose data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.tables.effects import Access


def record_access(session: Session, number: str, what: str, *, actor: str, unit: str | None, now: datetime) -> None:
    """Put a reading of personal data on the record: `what` is a fixed word such as "proof" or "result"."""
    session.add(Access(at=now, actor=actor, unit=unit, verification=number, what=what))


def record_first_access(session: Session, numbers: Iterable[str], what: str, *, actor: str, unit: str, now: datetime) -> None:
    """For lists that some systems ask for each second: the record keeps who saw what, not how often."""
    wanted = set(numbers)
    known = session.scalars(select(Access.verification).where(Access.verification.in_(wanted), Access.actor == actor, Access.what == what))
    for number in sorted(wanted - set(known)):
        record_access(session, number, what, actor=actor, unit=unit, now=now)
