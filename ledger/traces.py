"""留痕, read: who changed what, and how it was before. The database writes them by itself (migration 0015)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import paging
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.traces import Trace


def listed(
    session: Session,
    since: datetime,
    until: datetime,
    page: PageRequest = FIRST,
    *,
    place: str | None = None,
    subject: str | None = None,
    by: str | None = None,
) -> Page[Trace]:
    """Of [since, until], the newest first; of one table, one row, one who acted."""
    query = select(Trace).where(Trace.at >= since, Trace.at <= until)
    for column, wanted in ((Trace.place, place), (Trace.subject, subject), (Trace.by, by)):
        if wanted is not None:
            query = query.where(column == wanted)
    return paging.scalars(session, query, (Trace.id.desc(),), page)
