"""草案: what the lists together would change of the published version. The same lists give the same draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ledger.tables.catalog import CatalogDraft


def keep(
    session: Session,
    digest: str,
    *,
    base: int,
    changes: Sequence[Mapping[str, Any]],
    blocked: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
    now: datetime,
) -> CatalogDraft:
    """Keep a draft under its digest; where it is there already, only the day on which it was found again changes."""
    again = {"checked_at": now, "blocked": list(blocked), "sources": list(sources)}
    statement = insert(CatalogDraft).values(id=uuid4(), digest=digest, base=base, made_at=now, changes=list(changes), **again)
    session.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=again))
    return session.scalars(
        select(CatalogDraft).where(CatalogDraft.digest == digest).execution_options(populate_existing=True)
    ).one()


def find(session: Session, draft: UUID) -> CatalogDraft | None:
    return session.get(CatalogDraft, draft)


def newest(session: Session) -> CatalogDraft | None:
    """The draft to which the last rebuild came."""
    return session.scalar(select(CatalogDraft).order_by(CatalogDraft.checked_at.desc(), CatalogDraft.made_at.desc()).limit(1))


def age(session: Session) -> datetime | None:
    """When a rebuild last came to its end; None where none ever did."""
    return session.scalar(select(func.max(CatalogDraft.checked_at)))
