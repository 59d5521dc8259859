"""办事指南交付 (obligation 13.2): up to which version of the list a unit's guides on the provincial site were brought. Append-only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.limits import aware
from domain.refusal import Refusal
from ledger import paging
from ledger.catalog import change_tasks, published
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.catalog import ChangeTask, GuideHandover


class HandoverRefused(Refusal, code="guide_handover_refused"):
    """This version cannot be handed over any more; the text is Chinese. Nothing was written."""


def last(session: Session, unit: str) -> int:
    """The version that was handed over last; 0 before the first."""
    return session.scalar(select(func.max(GuideHandover.version)).where(GuideHandover.unit == unit)) or 0


def reached(session: Session, unit: str) -> dict[str, int]:
    """Of the unit and of those that were merged into it the version that was handed over last; 0 before the first."""
    return {code: last(session, code) for code in sorted(estate(session, unit))}


def record(session: Session, unit: str, version: int, *, now: datetime, actor: str) -> tuple[GuideHandover, int]:
    """The guides of a unit, and of those that were merged into it, say what this version says; gives the record, and how many of
    their tasks are done by it. The same again is once. Raises `UnknownVersion`, `HandoverRefused` for an older one than the last."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("guides"), func.hashtext(unit))))
    published.version_of(session, version)
    if (newest := last(session, unit)) > version:
        raise HandoverRefused(f"已登记交付第 {newest} 版,不能再登记较早的第 {version} 版。")
    for code, before in reached(session, unit).items():
        if before < version:
            session.add(GuideHandover(unit=code, version=version, at=aware(now), by=actor))
    session.flush()
    row = session.scalars(select(GuideHandover).where(GuideHandover.unit == unit, GuideHandover.version == version)).one()
    waiting = select(ChangeTask.id).where(
        ChangeTask.unit.in_(estate(session, unit)),
        ChangeTask.what == change_tasks.GUIDE,
        ChangeTask.version <= version,
        ChangeTask.done_at.is_(None),
    )
    note = f"交付第 {version} 版"
    done = [change_tasks.acknowledge(session, task, unit, note, now=now, actor=actor) for task in session.scalars(waiting)]
    return row, len(done)


def listed(session: Session, units: Collection[str] | None, page: PageRequest = FIRST) -> Page[GuideHandover]:
    """The newest first; of these units, None: of all."""
    query = select(GuideHandover)
    if units is not None:
        query = query.where(GuideHandover.unit.in_(units))
    return paging.scalars(session, query, (GuideHandover.serial.desc(),), page)
