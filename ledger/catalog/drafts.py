"""草案: what the lists together would change of the published version. The same lists give the same draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.blocking import Blocked
from domain.list_rows import DraftSource
from domain.listing import Change
from ledger.tables.catalog import CatalogDraft
from ledger.tables.kept import CHANGES


def keep(
    session: Session, *, base: int, changes: Iterable[Change], blocked: Iterable[Blocked], sources: Iterable[DraftSource], now: datetime
) -> CatalogDraft:
    """Keep a draft under the digest of base and changes; where it is there already, only the day on which it was found again
    changes."""
    changed = tuple(changes)
    material = json.dumps([base, CHANGES.written(changed)], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(material.encode()).hexdigest()
    again = {"checked_at": now, "blocked": tuple(blocked), "sources": tuple(sources)}
    statement = insert(CatalogDraft).values(id=uuid4(), digest=digest, base=base, made_at=now, changes=changed, **again)
    session.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=again))
    return session.scalars(select(CatalogDraft).where(CatalogDraft.digest == digest).execution_options(populate_existing=True)).one()


def find(session: Session, draft: UUID) -> CatalogDraft | None:
    return session.get(CatalogDraft, draft)


def newest(session: Session) -> CatalogDraft | None:
    """The draft to which the last rebuild came."""
    return session.scalar(select(CatalogDraft).order_by(CatalogDraft.checked_at.desc(), CatalogDraft.made_at.desc()).limit(1))


def age(session: Session) -> datetime | None:
    """When a rebuild last came to its end; None where none ever did."""
    return session.scalar(select(func.max(CatalogDraft.checked_at)))
