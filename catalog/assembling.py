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

from domain.blocking import Block, Blocked, NegativeItem, Organ, Place, blocks
from domain.list_rows import Candidate, ProofFact, Question, Topic
from domain.listing import LABELS, Change, Key, content, key_of
from domain.scope import CatalogEntry

_STATED = (
    "basis",
    "issuing_unit",
    "methods",
    "source",
    "parameters",
    "fields",
    "validity_days",
    "limit_minutes",
    "exclusion",
    "exclusion_decided_by",
    "exclusion_evidence",
    "immediate",
    "database_backed",
    "sealed_when_negative",
    "outside_region",
    "checkable_online",
)


@dataclass(frozen=True, slots=True)
class StatedRow:
    """One accepted row of a proof list: where it stands, and what it says. `commitment`: the list that makes 告知承诺 due."""

    source: str
    sheet: int
    line: int
    fact: ProofFact
    commitment: str = ""

    @property
    def key(self) -> Key:
        """Of which entry it speaks, where it names a matter."""
        return self.fact.matter or "", self.fact.proof

    @property
    def where(self) -> str:
        return f"{self.source} 第 {self.line} 行"


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
        rows = _said(key, before, named, for_all, ground) if key[0] in ground.matters and key[1] in ground.proofs else []
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
    merged, conflict = _merged(rows)
    if conflict:
        return Laid(key, before, before, question=_conflict(key, conflict))
    entry = _entry(key, before, merged, ground)
    if commitment := next((one.commitment for one in rows if one.commitment), ""):
        entry = replace(entry, commitment_basis=commitment)
    if blocked := _blocks(entry, ground):
        return Laid(key, before, before, _blocked(entry, rows, blocked, standing=before is not None))
    return Laid(key, before, entry)


def _merged(rows: list[StatedRow]) -> tuple[ProofFact, list[tuple[str, StatedRow, StatedRow]]]:
    """What the rows say together, and where two of them say different things of the same."""
    if len(rows) == 1 and not (rows[0].commitment and rows[0].fact.no_commitment):
        return rows[0].fact, []
    said: dict[str, tuple[Any, StatedRow]] = {}
    conflicts = []
    for row in rows:
        for name in _STATED:
            if (value := getattr(row.fact, name)) is None:
                continue
            if name in said and said[name][0] != value and name != "basis":
                conflicts.append((name, said[name][1], row))
            said.setdefault(name, (value, row))
    refusing = next((row for row in rows if row.fact.no_commitment), None)
    demanding = next((row for row in rows if row.commitment), None)
    if refusing and demanding:
        conflicts.append(("commitment_basis", demanding, refusing))
    return replace(rows[0].fact, **{name: value for name, (value, _) in said.items()}), conflicts


def _conflict(key: Key, conflicts: list[tuple[str, StatedRow, StatedRow]]) -> Question:
    parts = [f"“{LABELS.get(name, name)}”在{one.where}与{other.where}中不一致" for name, one, other in conflicts]
    sources = dict.fromkeys(row.source for _, one, other in conflicts for row in (one, other))
    candidates = tuple(Candidate(source, source, 0.0) for source in sources)
    return Question(Topic.CONFLICT, f"{key[0]}|{key[1]}", ";".join(dict.fromkeys(parts)), candidates)


def _entry(key: Key, before: CatalogEntry | None, said: ProofFact, ground: Ground) -> CatalogEntry:
    matter, proof = ground.matters[key[0]], ground.proofs[key[1]]
    values: dict[str, Any] = {name: value for name in _STATED if (value := getattr(said, name)) is not None}
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
    return blocks(entry, organ=organ, negative=ground.negative.get(entry.proof, ()), sources=ground.sources)


def _blocked(entry: CatalogEntry, rows: list[StatedRow], found: tuple[Block, ...], *, standing: bool) -> Blocked:
    places = tuple(Place(row.source, row.sheet, row.line) for row in rows)
    return Blocked(entry.matter, entry.matter_name, entry.proof, entry.proof_name, entry.unit, standing, found, places)
