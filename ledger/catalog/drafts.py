"""草案: what the lists together would change of the published version. The same lists give the same draft."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as put
from sqlalchemy.orm import Session

from domain.blocking import Blocked
from domain.list_rows import DraftLine, DraftSource
from domain.listing import Change
from ledger import paging
from ledger.paging import Page, PageRequest
from ledger.streaming import copy_rows
from ledger.tables.catalog import CatalogDraft, CatalogDraftLine
from ledger.tables.kept import BLOCKED, CHANGE

_AT_ONCE = 2000
_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_COLUMNS = ("draft", "unit", "matter", "proof", "kind", "said")
_ROW = CatalogDraftLine
_KEYS = _ROW.matter, _ROW.proof, _ROW.unit, _ROW.kind


def keep(session: Session, *, base: int, lines: Iterable[Change | Blocked], sources: Iterable[DraftSource], now: datetime) -> CatalogDraft:
    """Keep a draft under the digest of base and changes, these in the order of their keys; where it is there already, only the
    day on which it was found again changes, and what is blocked. `lines` may be a million: none is held."""
    made, writing = uuid4(), _Writing(base)
    rest = iter(lines)
    while some := list(islice(rest, _AT_ONCE)):
        copy_rows(session, _ROW.__tablename__, _COLUMNS, (writing.row(made, one) for one in some))
    digest = writing.digest()
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("catalog_drafts"))))  # of two at the same time one finds the other's
    known = session.scalar(select(CatalogDraft.id).where(CatalogDraft.digest == digest))
    again = {"checked_at": now, "sources": tuple(sources)}
    if known is not None:
        _take_over(session, made, known)
    statement = put(CatalogDraft).values(id=made, digest=digest, base=base, made_at=now, **again)
    session.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=again))
    return session.scalars(select(CatalogDraft).where(CatalogDraft.digest == digest).execution_options(populate_existing=True)).one()


class _Writing:
    """Lines as they are kept, and the digest of what they change."""

    def __init__(self, base: int) -> None:
        self._sum, self._any = hashlib.sha256(f"[{base}, [".encode()), False

    def row(self, draft: UUID, one: Change | Blocked) -> tuple[str, ...]:
        if isinstance(one, Blocked):
            return str(draft), one.unit, one.matter, one.proof, DraftLine.BLOCKED.value, BLOCKED.text(one)
        said = _SORTED(CHANGE.written(one))
        self._sum.update((", " if self._any else "").encode() + said.encode())
        self._any = True
        entry = one.entry
        return str(draft), entry.unit, entry.matter, entry.proof, one.kind.value, said

    def digest(self) -> str:
        self._sum.update(b"]]")
        return self._sum.hexdigest()


def _take_over(session: Session, made: UUID, known: UUID) -> None:
    """What was written again is the draft that is known; of what is blocked this time counts."""
    session.execute(delete(_ROW).where(_ROW.draft == known, _ROW.kind == DraftLine.BLOCKED))
    again = select(literal(known), _ROW.unit, _ROW.matter, _ROW.proof, _ROW.kind, _ROW.said)
    session.execute(insert(_ROW).from_select(_COLUMNS, again.where(_ROW.draft == made, _ROW.kind == DraftLine.BLOCKED)))
    session.execute(delete(_ROW).where(_ROW.draft == made))


def find(session: Session, draft: UUID) -> CatalogDraft | None:
    return session.get(CatalogDraft, draft)


def newest(session: Session) -> CatalogDraft | None:
    """The draft to which the last rebuild came."""
    return session.scalar(select(CatalogDraft).order_by(CatalogDraft.checked_at.desc(), CatalogDraft.made_at.desc()).limit(1))


def counts(session: Session, draft: UUID) -> Counter[DraftLine]:
    """How many lines of each kind."""
    query = select(_ROW.kind, func.count()).where(_ROW.draft == draft).group_by(_ROW.kind)
    return Counter(dict(session.execute(query).tuples().all()))


def counts_by_unit(session: Session, draft: UUID, units: Collection[str]) -> dict[str, Counter[DraftLine]]:
    """The same for each of these units of which it says something."""
    query = select(_ROW.unit, _ROW.kind, func.count()).where(_ROW.draft == draft, _ROW.unit.in_(units))
    found: dict[str, Counter[DraftLine]] = {}
    for unit, kind, count in session.execute(query.group_by(_ROW.unit, _ROW.kind).order_by(_ROW.unit)).tuples():
        found.setdefault(unit, Counter())[kind] = count
    return found


def changes(session: Session, draft: UUID, *, unit: str | None = None) -> Iterator[Change]:
    """What it would change, of one unit or of all, by matter and proof."""
    query = select(_ROW.said).where(_ROW.draft == draft, _ROW.kind != DraftLine.BLOCKED)
    return map(CHANGE.read, _saying(session, query if unit is None else query.where(_ROW.unit == unit)))


def blocked(session: Session, draft: UUID, *, source: str | None = None) -> Iterator[Blocked]:
    """What the rules keep out, by matter and proof; or of it what rows of one list speak of."""
    query = select(_ROW.said).where(_ROW.draft == draft, _ROW.kind == DraftLine.BLOCKED)
    speaking = _ROW.said.contains({"rows": [[source]]})
    return map(BLOCKED.read, _saying(session, query if source is None else query.where(speaking)))


def page(session: Session, draft: UUID, units: Collection[str], request: PageRequest) -> Page[Change | Blocked]:
    """A page of what it says of these units, by unit, matter and proof."""
    query = select(_ROW).where(_ROW.draft == draft, _ROW.unit.in_(units))
    order = _ROW.unit, _ROW.matter, _ROW.proof, _ROW.kind
    return paging.scalars(session, query, order, request).map(_read)


def age(session: Session) -> datetime | None:
    """When a rebuild last came to its end; None where none ever did."""
    return session.scalar(select(func.max(CatalogDraft.checked_at)))


def _read(row: CatalogDraftLine) -> Change | Blocked:
    found: Change | Blocked = (BLOCKED if row.kind is DraftLine.BLOCKED else CHANGE).read(row.said)
    return found


def _saying(session: Session, query: Select[tuple[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    yield from session.scalars(query.order_by(*_KEYS).execution_options(yield_per=_AT_ONCE))
