"""批量限额: rows that a unit may send in a day, where the 专班 office set another number than everybody's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ledger import paging
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.batches import BatchQuota
from ledger.tables.registry import Unit


def put(session: Session, unit: str, rows_a_day: int, *, now: datetime, actor: str) -> bool:
    """Set it; False where there is no such unit."""
    if session.get(Unit, unit) is None:
        return False
    values = {"rows_a_day": rows_a_day, "set_by": actor, "set_at": now}
    session.execute(insert(BatchQuota).values(unit=unit, **values).on_conflict_do_update(index_elements=["unit"], set_=values))
    return True


def listed(session: Session, page: PageRequest = FIRST) -> Page[tuple[BatchQuota, str]]:
    """Those that were set, with the unit's name."""
    query = select(BatchQuota, Unit.name).join(Unit, Unit.code == BatchQuota.unit)
    return paging.tuples(session, query, (Unit.code,), page)
