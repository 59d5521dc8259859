"""后续更新 (obligations 13.1, 13.2): after a publication each matter's process and guide are to follow; who has done it says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.listing import Change
from ledger import paging
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.catalog import ChangeTask

PROCESS, GUIDE = "process", "guide"
KINDS = {PROCESS: "调整办理流程", GUIDE: "更新网上办事要素和办事指南"}


def set_tasks(session: Session, version: int, changes: Iterable[Change], *, now: datetime) -> None:
    """Two tasks for each matter that changes, of the unit that goes on with it. Setting them again changes nothing."""
    # A matter may have gone from one unit's list to another's: what one gives up comes first, and what another keeps stands.
    units = {one.entry.matter: one.entry.unit for one in sorted(changes, key=lambda one: (one.after is not None, one.key))}
    for matter, unit in sorted(units.items()):
        for what in KINDS:
            session.execute(
                insert(ChangeTask)
                .values(id=uuid4(), version=version, matter=matter, unit=unit, what=what, made_at=now)
                .on_conflict_do_nothing()
            )


def tasks(session: Session, page: PageRequest = FIRST, *, unit: str | None = None, still_open: bool = False) -> Page[ChangeTask]:
    """Tasks of a unit, or of all: the oldest first."""
    query = select(ChangeTask)
    if unit is not None:
        query = query.where(ChangeTask.unit.in_(estate(session, unit)))
    if still_open:
        query = query.where(ChangeTask.done_at.is_(None))
    order = ChangeTask.made_at, ChangeTask.matter, ChangeTask.what, ChangeTask.id
    return paging.scalars(session, query, order, page)


def acknowledge(session: Session, task: UUID, unit: str, note: str, *, now: datetime, actor: str) -> ChangeTask | None:
    """It is done; None where the unit has no such task. Saying so again changes nothing."""
    row = session.get(ChangeTask, task, with_for_update=True, populate_existing=True)
    if row is None or row.unit not in estate(session, unit):
        return None
    if row.done_at is None:
        row.done_at, row.done_by, row.note = now, actor, note
        session.flush()
    return row
