"""合成: from what all lists say to the list as it should be; contradictions are asked, what the rules forbid is blocked.

A list that is silent about something changes nothing of it. An entry disappears only where the list of its own unit is
complete and names it no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from domain.blocking import Block, Blocked, NegativeItem, Organ, Place, blocks
from domain.list_rows import Candidate, ProofFact, Question, Topic
from domain.listing import LABELS, Key
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


@dataclass(frozen=True)
class Assembled:
    """The list as it should be, with what keeps it from being more."""

    entries: Mapping[Key, CatalogEntry]
    blocked: tuple[Blocked, ...]
    questions: tuple[Question, ...]


def assemble(
    stated: Iterable[StatedRow], ground: Ground, *, complete: Mapping[str, Collection[Key]], preferred: Mapping[str, str] | None = None
) -> Assembled:
    """Lay all statements on the published list.

    1. what is said of the same entry, together; 2. contradictions become questions, and the entry stays as it is, until
    a person says which source counts (`preferred`: matter|proof -> source); 3. merged into the published entry, or a new
    one; 4. what the rules forbid is blocked; 5. what complete lists (`complete`: unit -> every key that they name,
    usable or not) name no more is gone.
    """
    said: dict[Key, list[StatedRow]] = {}
    rows_of_all = list(stated)
    # What is published, and what these very rows bring: else a row without a matter would speak of it only the next time.
    known = {key: entry.unit for key, entry in ground.published.items()}
    known |= {key: ground.matters[key[0]].unit for one in rows_of_all if one.fact.matter for key in _keys(one, ground, known)}
    for one in rows_of_all:
        for key in _keys(one, ground, known):
            said.setdefault(key, []).append(one)
    entries = dict(ground.published)
    questions, blocked = [], []
    for key, found_rows in sorted(said.items()):
        chosen = (preferred or {}).get("|".join(key))
        rows = [row for row in found_rows if row.source == chosen] or found_rows
        merged, conflict = _merged(rows)
        if conflict:
            questions.append(_conflict(key, conflict))
            continue
        entry = _entry(key, merged, ground)
        if commitment := next((one.commitment for one in rows if one.commitment), ""):
            entry = replace(entry, commitment_basis=commitment)
        if found := _blocks(entry, ground):
            blocked.append(_blocked(entry, rows, found, standing=key in ground.published))
            continue
        entries[key] = entry
    for key, entry in ground.published.items():
        if key not in said and entry.unit in complete and key not in complete[entry.unit]:
            del entries[key]
        elif key not in said and (found := _blocks(entry, ground)):
            blocked.append(_blocked(entry, [], found, standing=True))
    return Assembled(entries, tuple(blocked), tuple(questions))


def _keys(one: StatedRow, ground: Ground, known: Mapping[Key, str]) -> list[Key]:
    """A row without a matter speaks of every matter that needs the proof. Matters and proofs that were retired since it
    was read are spoken of by nobody: what stands of them stays until somebody files 减少."""
    proof, matter, unit = one.fact.proof, one.fact.matter, one.fact.unit
    if matter is not None:
        keys = [(matter, proof)]
    else:
        keys = [key for key, owner in known.items() if key[1] == proof and (unit is None or owner == unit)]
    return [key for key in keys if key[0] in ground.matters and key[1] in ground.proofs]


def _merged(rows: list[StatedRow]) -> tuple[ProofFact, list[tuple[str, StatedRow, StatedRow]]]:
    """What the rows say together, and where two of them say different things of the same."""
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


def _entry(key: Key, said: ProofFact, ground: Ground) -> CatalogEntry:
    matter, proof = ground.matters[key[0]], ground.proofs[key[1]]
    entry = ground.published.get(key) or CatalogEntry(
        matter=key[0],
        matter_name=matter.name,
        proof=key[1],
        proof_name=proof.name,
        methods=(),
        issuing_unit=None,
        issuing_unit_name=None,
        source=None,
        parameters={},
        fields=(),
        database_backed=False,
        sealed_when_negative=False,
        validity_days=proof.validity_days,
        basis=proof.basis,
        unit=matter.unit,
    )
    values: dict[str, Any] = {name: value for name in _STATED if (value := getattr(said, name)) is not None}
    if minutes := values.pop("limit_minutes", None):
        values["limit"] = timedelta(minutes=minutes)
    if said.issuing_unit is not None:
        values["issuing_unit_name"] = ground.unit_names.get(said.issuing_unit)
    return replace(entry, matter_name=matter.name, proof_name=proof.name, unit=matter.unit, reviewed_above=matter.reviewed_above, **values)


def _blocks(entry: CatalogEntry, ground: Ground) -> tuple[Block, ...]:
    organ = ground.organs.get(entry.issuing_unit or "", Organ.OTHER)
    return blocks(entry, organ=organ, negative=ground.negative.get(entry.proof, ()), sources=ground.sources)


def _blocked(entry: CatalogEntry, rows: list[StatedRow], found: tuple[Block, ...], *, standing: bool) -> Blocked:
    places = tuple(Place(row.source, row.sheet, row.line) for row in rows)
    return Blocked(entry.matter, entry.matter_name, entry.proof, entry.proof_name, entry.unit, standing, found, places)
