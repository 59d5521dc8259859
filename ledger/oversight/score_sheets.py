"""考核评分签发 (obligation 19.2): scores are kept as a draft; another person signs them off, and only then do they leave."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.limits import aware
from domain.scoring import ScoreSheetUnknown, ScoresUnsigned, SigningRefused
from ledger import paging
from ledger.actor import person_of
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.registry import Person, Unit
from ledger.tables.reports import ScoreSheet


def keep(session: Session, first: date, last: date, formula: str, content: str, *, now: datetime, actor: str) -> tuple[ScoreSheet, bool]:
    """Keep the scores of the days `first` to `last` as the next version; gives the sheet, and whether it is new.

    Where the newest version says the very same, it is that one: nothing that was signed becomes a draft again.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("score sheets"))))
    digest, there = hashlib.sha256(content.encode()).hexdigest(), _newest(session, first, last)
    if there is not None and there.digest == digest:
        return there, False
    row = ScoreSheet(
        id=uuid4(),
        first=first,
        last=last,
        version=there.version + 1 if there else 1,
        formula=formula,
        content=content,
        digest=digest,
        made_at=aware(now),
        made_by=actor,
    )
    session.add(row)
    session.flush()
    return row, True


def sign(session: Session, sheet: UUID, digest: str, *, now: datetime, actor: str) -> ScoreSheet:
    """签发 of the newest version by another person than who made it; `digest` is of what she read. The same person twice is once.

    Raises `ScoreSheetUnknown`, `SigningRefused`.
    """
    row = session.get(ScoreSheet, sheet, with_for_update=True, populate_existing=True)
    if row is None:
        raise ScoreSheetUnknown
    if row.digest != digest:
        raise SigningRefused("digest 与这份评分表的内容不符,请重新查看后签发。")
    if row.signed_at is not None:
        if row.signed_by == actor:
            return row
        raise SigningRefused(f"这份评分表已由{row.signed_as}签发。")
    if person_of(actor) == person_of(row.made_by):
        raise SigningRefused("须由编制人以外的另一人签发。")
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("score sheets"))))
    newest = _newest(session, row.first, row.last)
    if newest is not None and newest.version != row.version:
        raise SigningRefused(f"这个时段已有第 {newest.version} 版评分,请签发最新的一版。")
    row.signed_at, row.signed_by, row.signed_as = aware(now), actor, _called(session, actor)
    session.flush()
    return row


def signed(session: Session, first: date, last: date) -> ScoreSheet:
    """What may leave: the newest version for these days, signed off. Raises `ScoresUnsigned`."""
    row = _newest(session, first, last)
    if row is None:
        raise ScoresUnsigned(f"{first} 至 {last} 还没有编制评分表。")
    if row.signed_at is None:
        raise ScoresUnsigned(f"{first} 至 {last} 的第 {row.version} 版评分是草案,还没有人签发。", facts={"sheet": str(row.id)})
    return row


def find(session: Session, sheet: UUID) -> ScoreSheet:
    """A sheet, signed or not. Raises `ScoreSheetUnknown`."""
    row = session.get(ScoreSheet, sheet)
    if row is None:
        raise ScoreSheetUnknown
    return row


def listed(session: Session, page: PageRequest = FIRST) -> Page[ScoreSheet]:
    """The newest period first, of each the newest version."""
    row = ScoreSheet
    return paging.scalars(session, select(row), (row.last.desc(), row.first.desc(), row.version.desc(), row.id), page)


def _newest(session: Session, first: date, last: date) -> ScoreSheet | None:
    query = select(ScoreSheet).where(ScoreSheet.first == first, ScoreSheet.last == last)
    return session.scalar(query.order_by(ScoreSheet.version.desc()).limit(1))


def _called(session: Session, actor: str) -> str:
    query = select(Person.name, Unit.name).join(Unit, Unit.code == Person.unit).where(Person.code == person_of(actor))
    name, unit = session.execute(query).tuples().one()
    return f"{name}({unit})"
