"""调阅记录 (15.4): who read whose data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ledger.tables.effects import Access


def record_access(session: Session, number: str, what: str, *, actor: str, unit: str | None, now: datetime) -> None:
    """Put a reading of personal data on the record: `what` is a fixed word such as "proof" or "result"."""
    session.add(Access(at=now, actor=actor, unit=unit, verification=number, what=what))
