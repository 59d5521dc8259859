"""清单版本: what is published, as it was at any version, and the one way to publish the next (obligations 5.2, 5.3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from domain.listing import Change, Key, apply, content, key_of
from domain.refusal import Refusal
from domain.scope import CatalogEntry
from ledger.catalog.entries import ENTRY, as_entry
from ledger.succession import matter_codes
from ledger.tables.catalog import CatalogVersion, Entry

_AT_ONCE = 1000
_LOCK = 370402  #: one publication at a time


class UnknownVersion(Refusal, code="version_unknown"):
    """没有这个清单版本."""


def current(session: Session) -> int:
    """The number of the published version; 0 before the first."""
    return session.scalar(select(func.max(CatalogVersion.number))) or 0


def entries_of(session: Session, version: int | None = None, *, matters: Collection[str] | None = None) -> dict[Key, CatalogEntry]:
    """The list as published, or as it was at `version`; of these matters, or whole. Raises `UnknownVersion`."""
    if version is not None and version != 0 and session.get(CatalogVersion, version) is None:
        raise UnknownVersion(f"没有第 {version} 版清单")
    query = ENTRY.where(at(version))
    if matters is not None:
        query = query.where(Entry.matter.in_(matters))
    return {key_of(entry): entry for entry in (as_entry(row, issuer) for row, issuer in session.execute(query))}


def entries_for(session: Session, matter: str, version: int | None = None) -> list[CatalogEntry]:
    """What is published for a matter, or was at `version`, by proof: under this code, or else under another one that it bears or bore."""
    codes = [matter, *(code for code in matter_codes(session, matter) if code != matter)]
    found: dict[str, CatalogEntry] = {}
    for entry in sorted(entries_of(session, version, matters=codes).values(), key=lambda one: codes.index(one.matter)):
        found.setdefault(entry.proof, entry)
    return list(found.values())


def number_at(session: Session, instant: datetime) -> int:
    """The number of the version that stood at an instant; before the first that is known here, that one; 0 where there is none."""
    stood = session.scalar(select(func.max(CatalogVersion.number)).where(CatalogVersion.published_at <= instant))
    return stood or min(current(session), 1)


def in_order(session: Session) -> Iterator[CatalogEntry]:
    """The list as published, by matter and proof, entry by entry."""
    query = ENTRY.where(at(None)).order_by(Entry.matter, Entry.proof)
    for row, issuer in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield as_entry(row, issuer)


def versions(session: Session) -> list[CatalogVersion]:
    """All versions, the newest first."""
    return list(session.scalars(select(CatalogVersion).order_by(CatalogVersion.number.desc())))


def publish(session: Session, changes: Iterable[Change], *, document: str, now: datetime, actor: str) -> CatalogVersion:
    """Publish the next version: the current one with these changes. Effective from this transaction's end on.

    What runs keeps its own rows: nothing of an older version is touched but where it ends. Raises
    `domain.listing.ChangeConflict` where the list is not what a change says it was; then nothing was written.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    changed = list(changes)
    before = entries_of(session)
    after = apply(before, changed)
    number = current(session) + 1
    version = CatalogVersion(number=number, published_at=now, published_by=actor, document=document, digest=digest_of(after))
    session.add(version)
    session.flush()
    for change in changed:
        if change.before is not None:
            matter, proof = change.key
            session.execute(
                update(Entry)
                .where(Entry.matter == matter, Entry.proof == proof, Entry.until_version.is_(None))
                .values(until_version=number)
            )
    session.add_all(_row(change.after, number) for change in changed if change.after is not None)
    session.flush()
    return version


def digest_of(entries: dict[Key, CatalogEntry]) -> str:
    """SHA-256 over the list's content, whatever the order it was read in."""
    material = [content(entries[key]) for key in sorted(entries)]
    return hashlib.sha256(json.dumps(material, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def at(version: int | None) -> ColumnElement[bool]:
    """Which rows make up a version; None: the published one."""
    if version is None:
        return Entry.until_version.is_(None)
    return (Entry.since_version <= version) & or_(Entry.until_version.is_(None), Entry.until_version > version)


def _row(entry: CatalogEntry, number: int) -> Entry:
    values: dict[str, Any] = content(entry)
    values["limit_minutes"] = values.pop("limit")
    return Entry(since_version=number, **values)
