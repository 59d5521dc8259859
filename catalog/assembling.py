"""合成: from what all lists say to the list as it should be; contradictions are asked, what the rules forbid is blocked.

A list that is silent about something changes nothing of it. An entry disappears only where the list of its own unit is
complete and names it no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from catalog.merging import STATED, StatedRow, conflict, contradictions, merged
from domain.blocking import Block, Blocked, NegativeItem, Organ, Place, blocks
from domain.list_rows import ProofFact, Question
from domain.listing import Change, Key, content, key_of
from domain.scope import CatalogEntry


@dataclass(frozen=True)
class MatterFacts:
    """What the registry knows of a matter and its proofs, for a new entry."""

    name: str
    unit: str
    reviewed_above: bool


@dataclass(frozen=True)
class ProofFacts:
    name: str
    basis: str
    validity_days: int


@dataclass(frozen=True)
class Ground:
    """What the lists are laid on: the published entries and the registry."""

    published: Mapping[Key, CatalogEntry]
    matters: Mapping[str, MatterFacts]
    proofs: Mapping[str, ProofFacts]
    unit_names: Mapping[str, str]
    organs: Mapping[str, Organ]
    negative: Mapping[str, tuple[NegativeItem, ...]]  #: proof -> what forbids it
    sources: Collection[str]
    texts: Collection[str]  #: the proofs that have a 承诺书文本


@dataclass(frozen=True, slots=True)
class Laid:
    """What becomes of one entry: as it was and will be, what keeps it out, what contradicts itself."""

    key: Key
    before: CatalogEntry | None
    after: CatalogEntry | None
    blocked: Blocked | None = None
    question: Question | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        return () if self.question is None else (self.question,)

    @property
    def lines(self) -> tuple[Change | Blocked, ...]:
        """What a draft says of it."""
        if self.blocked is not None:
            return (self.blocked,)
        old, new = self.before, self.after
        same = old is new or (old is not None and new is not None and content(old) == content(new))
        return () if same else (Change(old, new),)


@dataclass(frozen=True)
class Assembled:
    """The list as it should be, with what keeps it from being more."""

    entries: Mapping[Key, CatalogEntry]
    blocked: tuple[Blocked, ...]
    questions: tuple[Question, ...]


def assemble(
    stated: Iterable[StatedRow], ground: Ground, *, complete: Mapping[str, Collection[Key]], preferred: Mapping[str, str] | None = None
) -> Assembled:
    """`lay` for lists that stand in memory. `complete`: unit -> every key that its lists name, usable or not."""
    placed = list(enumerate(stated))
    entries = dict(ground.published)
    laid = list(
        lay(
            sorted(((row.key, number, row) for number, row in placed if row.fact.matter is not None), key=lambda one: one[:2]),
            (entries[key] for key in sorted(entries)),
            ((number, row) for number, row in placed if row.fact.matter is None),
            ground,
            is_gone=lambda entry, _: entry.unit in complete and key_of(entry) not in complete[entry.unit],
            preferred=preferred or {},
        )
    )
    for one in laid:
        if one.after is not None:
            entries[one.key] = one.after
        elif one.before is not None:
            del entries[one.key]
    blocked = sorted((one.blocked for one in laid if one.blocked is not None), key=lambda one: not one.rows)
    return Assembled(entries, tuple(blocked), tuple(found for one in laid for found in one.questions))


def lay(
    stated: Iterable[tuple[Key, Any, StatedRow]],
    published: Iterable[CatalogEntry],
    of_every_matter: Iterable[tuple[Any, StatedRow]],
    ground: Ground,
    *,
    is_gone: Callable[[CatalogEntry, list[StatedRow]], bool],
    preferred: Mapping[str, str],
) -> Iterator[Laid]:
    """Lay all statements on the published list, both in the order of their keys: what they hold besides is `of_every_matter`,
    the statements that name no matter. A statement's place decides which of several comes first.

    1. what is said of the same entry, together; 2. contradictions become questions, and the entry stays as it is, until
    a person says which source counts (`preferred`: matter|proof -> source); 3. merged into the published entry, or a new
    one; 4. what the rules forbid is blocked; 5. what complete lists name no more is gone.
    """
    for_all: dict[str, list[tuple[Any, StatedRow]]] = {}
    for place, row in of_every_matter:
        for_all.setdefault(row.fact.proof, []).append((place, row))
    for key, before, named in _side_by_side(stated, published):
        # Matters and proofs that were retired since are spoken of by nobody: what stands stays until somebody files 减少.
        known = key[0] in ground.matters and key[1] in ground.proofs
        rows = [row for row in (_said(key, before, named, for_all, ground) if known else ()) if not _gives_up_commitment(row)]
        if rows:
            yield _laid(key, before, rows, ground, preferred)
        elif before is not None and is_gone(before, [row for _, row in named]):
            yield Laid(key, before, None)
        elif before is not None and (found := _blocks(before, ground)):
            yield Laid(key, before, before, _blocked(before, [], found, standing=True))


def _side_by_side(
    stated: Iterable[tuple[Key, Any, StatedRow]], published: Iterable[CatalogEntry]
) -> Iterator[tuple[Key, CatalogEntry | None, list[tuple[Any, StatedRow]]]]:
    """Key by key what stands and what is said of it."""
    left = iter(published)
    standing = next(left, None)
    for key, group in groupby(stated, key=lambda one: one[0]):
        while standing is not None and key_of(standing) < key:
            yield key_of(standing), standing, []
            standing = next(left, None)
        before = standing if standing is not None and key_of(standing) == key else None
        yield key, before, [(place, row) for _, place, row in group]
        standing = next(left, None) if before is not None else standing
    while standing is not None:
        yield key_of(standing), standing, []
        standing = next(left, None)


def _gives_up_commitment(row: StatedRow) -> bool:
    """Struck off the list of commitments, a proof is as it would be without that list."""
    return bool(row.commitment) and row.fact.cancelled


def _said(
    key: Key,
    before: CatalogEntry | None,
    named: list[tuple[Any, StatedRow]],
    for_all: Mapping[str, list[tuple[Any, StatedRow]]],
    ground: Ground,
) -> list[StatedRow]:
    """A row without a matter speaks of every matter that needs the proof: of what is published, and what other rows bring."""
    rows = named
    if others := for_all.get(key[1]):
        owner = ground.matters[key[0]].unit if named or before is None else before.unit
        rows = sorted([*named, *(one for one in others if one[1].fact.unit in (None, owner))], key=lambda one: one[0])
    return [row for _, row in rows]


def _laid(key: Key, before: CatalogEntry | None, found: list[StatedRow], ground: Ground, preferred: Mapping[str, str]) -> Laid:
    chosen = preferred.get("|".join(key)) if preferred else None
    rows = ([row for row in found if row.source == chosen] if chosen is not None else []) or found
    said, conflicts = merged(rows)
    alone = [one for one in conflicts if one[1].source == one[2].source]
    if alone:  # nobody but its sender knows which of its rows is right
        entry = before or _entry(key, None, said, ground)
        return Laid(key, before, before, _blocked(entry, [row for _, *its in alone for row in its], contradictions(alone), standing=False))
    if conflicts:
        return Laid(key, before, before, question=conflict(key, conflicts))
    if said.cancelled:
        return Laid(key, before, None)
    entry = _entry(key, before, said, ground)
    if commitment := next((one.commitment for one in rows if one.commitment), ""):
        entry = replace(entry, commitment_basis=commitment)
    if blocked := _blocks(entry, ground):
        return Laid(key, before, before, _blocked(entry, rows, blocked, standing=before is not None))
    return Laid(key, before, entry)


def _entry(key: Key, before: CatalogEntry | None, said: ProofFact, ground: Ground) -> CatalogEntry:
    matter, proof = ground.matters[key[0]], ground.proofs[key[1]]
    values: dict[str, Any] = {name: value for name in STATED if (value := getattr(said, name)) is not None}
    if minutes := values.pop("limit_minutes", None):
        values["limit"] = timedelta(minutes=minutes)
    if said.issuing_unit is not None:
        values["issuing_unit_name"] = ground.unit_names.get(said.issuing_unit)
    values |= {"matter_name": matter.name, "proof_name": proof.name, "unit": matter.unit, "reviewed_above": matter.reviewed_above}
    if before is not None:
        return replace(before, **values)
    return CatalogEntry(**_NEW | {"validity_days": proof.validity_days, "basis": proof.basis} | values, matter=key[0], proof=key[1])


_NEW: dict[str, Any] = {
    "methods": (),
    "issuing_unit": None,
    "issuing_unit_name": None,
    "source": None,
    "parameters": {},
    "fields": (),
    "database_backed": False,
    "sealed_when_negative": False,
}


def _blocks(entry: CatalogEntry, ground: Ground) -> tuple[Block, ...]:
    organ = ground.organs.get(entry.issuing_unit or "", Organ.OTHER)
    return blocks(entry, organ=organ, negative=ground.negative.get(entry.proof, ()), sources=ground.sources, texts=ground.texts)


def _blocked(entry: CatalogEntry, rows: list[StatedRow], found: tuple[Block, ...], *, standing: bool) -> Blocked:
    places = tuple(Place(row.source, row.sheet, row.line) for row in rows)
    return Blocked(entry.matter, entry.matter_name, entry.proof, entry.proof_name, entry.unit, standing, found, places)
