"""公布的清单 as the public reads it (obligation 5.3): page by page, at any version, and what changed between any two.

Rows of the list never change, so that a version read in pages, each in a transaction of its own, is one version.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, join

from domain.listing import Change, ChangeKind
from domain.scope import CatalogEntry
from ledger.catalog.entries import as_entry
from ledger.catalog.versions import UnknownVersion, at
from ledger.tables.catalog import CatalogVersion, Entry
from ledger.tables.registry import Unit

AT_ONCE = 5000  #: entries in one reading of a whole list
_HOME, _ISSUER = aliased(Unit), aliased(Unit)
_TEXT = func.concat_ws(" ", Entry.matter_name, Entry.proof_name, _HOME.name, _ISSUER.name, Entry.basis, Entry.matter, Entry.proof)
#: What makes a row another one than its predecessor: everything but its id and its versions.
_CONTENT = [name for name in Entry.__mapper__.column_attrs.keys() if name not in ("id", "since_version", "until_version")]  # noqa: SIM118


@dataclass(frozen=True)
class Listed:
    """An entry with the name that its unit bears now."""

    entry: CatalogEntry
    unit_name: str


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: all these words, whatever of the entry they stand in; the entries of one unit."""

    words: tuple[str, ...] = ()
    unit: str | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Figures:
    """What a version comprises; `paperless`: entries for which nothing is handed in (obligation 2.2; not obligations 2.3, 2.4, 2.5)."""

    units: int
    matters: int
    entries: int
    paperless: int


def version_of(session: Session, number: int | None = None) -> CatalogVersion:
    """A version, or the newest. Raises `UnknownVersion`, also where nothing was published yet."""
    query = select(CatalogVersion).order_by(CatalogVersion.number.desc()).limit(1)
    found = session.scalar(query) if number is None else session.get(CatalogVersion, number)
    if found is None:
        raise UnknownVersion("还没有公布过清单。" if number is None else f"没有第 {number} 版清单。")
    return found


def page(session: Session, version: int, wanted: Wanted = EVERYTHING, *, limit: int = AT_ONCE, offset: int = 0) -> list[Listed]:
    """Entries in the order of their codes: names of units may change while somebody reads, codes do not."""
    query = _listed(version, wanted, select(Entry, _ISSUER.name, _HOME.name))
    order = query.order_by(Entry.unit, Entry.matter, Entry.proof)
    rows = session.execute(order.limit(limit).offset(offset)).tuples()
    return [Listed(as_entry(row, issuer), home) for row, issuer, home in rows]


def units(session: Session, version: int, wanted: Wanted = EVERYTHING) -> list[tuple[str, str, int]]:
    """The units that have entries: code, name, how many."""
    query = _listed(version, wanted, select(Entry.unit, _HOME.name, func.count()))
    return list(session.execute(query.group_by(Entry.unit, _HOME.name).order_by(Entry.unit)).tuples())


def figures(session: Session, version: int) -> Figures:
    """How much there is of everything."""
    kept_out = Entry.exclusion.is_not(None) | (Entry.outside_region & ~Entry.checkable_online) | Entry.reviewed_above
    matters, entries = func.count(func.distinct(Entry.matter)), func.count()
    spared = ~kept_out & (func.cardinality(Entry.methods) > 0)  # as `domain.scope.spared` says it
    query = select(func.count(func.distinct(Entry.unit)), matters, entries, entries.filter(spared)).where(at(version))
    return Figures(*session.execute(query).one())


def uses(session: Session, proofs: Collection[str]) -> dict[str, int]:
    """In how many entries of the published list each of these proofs stands."""
    query = select(Entry.proof, func.count()).where(at(None), Entry.proof.in_(proofs)).group_by(Entry.proof)
    return dict(session.execute(query).tuples().all())


def _listed(version: int, wanted: Wanted, query: Select[Any]) -> Select[Any]:
    query = query.select_from(Entry).join(_HOME, _HOME.code == Entry.unit).outerjoin(_ISSUER, _ISSUER.code == Entry.issuing_unit)
    query = query.where(at(version), *(_TEXT.icontains(word, autoescape=True) for word in wanted.words))
    return query if wanted.unit is None else query.where(Entry.unit == wanted.unit)


def changes(session: Session, first: int, second: int, *, limit: int = AT_ONCE, offset: int = 0) -> list[Change]:
    """What changed from one version to another, by unit and key. Version 0: before the first."""
    pair = _Pair(first, second)
    before, after = aliased(Unit), aliased(Unit)
    query = pair.select(pair.old, before.name, pair.new, after.name)
    query = query.outerjoin(before, before.code == pair.old.issuing_unit).outerjoin(after, after.code == pair.new.issuing_unit)
    order = [func.coalesce(getattr(pair.new, name), getattr(pair.old, name)) for name in ("unit", "matter", "proof")]
    return [
        Change(as_entry(old, issuer) if old else None, as_entry(new, next_issuer) if new else None)
        for old, issuer, new, next_issuer in session.execute(query.order_by(*order).limit(limit).offset(offset))
    ]


def change_counts(session: Session, first: int, second: int) -> dict[ChangeKind, int]:
    """How many of each kind."""
    pair = _Pair(first, second)
    kind = case((pair.old.id.is_(None), "add"), (pair.new.id.is_(None), "remove"), else_="alter")
    counts = dict(session.execute(pair.select(kind, func.count()).group_by(kind)).tuples().all())
    return {kind: counts.get(kind.value, 0) for kind in ChangeKind}


def brought(session: Session, numbers: Collection[int]) -> dict[int, dict[ChangeKind, int]]:
    """The same for each of these versions against the one before it, however many: what begins with it, and what ends."""
    old = aliased(Entry)
    replaced = (old.until_version == Entry.since_version) & (old.matter == Entry.matter) & (old.proof == Entry.proof)
    begun = select(Entry.since_version, func.count(), func.count(old.id)).outerjoin(old, replaced)
    begins = {number: (count, altered) for number, count, altered in session.execute(_of(begun, Entry.since_version, numbers)).tuples()}
    ends = dict(session.execute(_of(select(Entry.until_version, func.count()), Entry.until_version, numbers)).tuples().all())
    found = {}
    for number in numbers:
        count, altered = begins.get(number, (0, 0))
        found[number] = {ChangeKind.ADD: count - altered, ChangeKind.ALTER: altered, ChangeKind.REMOVE: ends.get(number, 0) - altered}
    return found


def _of(query: Select[Any], version: Any, numbers: Collection[int]) -> Select[Any]:
    return query.where(version.in_(numbers)).group_by(version)


class _Pair:
    """The rows of one version that another lacks, side by side with those that it has in their place.

    What both versions have is the same row, and never looked at.
    """

    def __init__(self, first: int, second: int) -> None:
        self.old = aliased(Entry, select(Entry).where(at(first), not_(at(second))).subquery())
        self.new = aliased(Entry, select(Entry).where(at(second), not_(at(first))).subquery())

    def select(self, *columns: Any) -> Select[Any]:
        old, new = self.old, self.new
        same_key = (old.matter == new.matter) & (old.proof == new.proof)
        # An entry that was taken away and came back as it was is no change.
        differs = or_(*(getattr(old, name).is_distinct_from(getattr(new, name)) for name in _CONTENT))
        return select(*columns).select_from(join(old, new, same_key, full=True)).where(differs)
