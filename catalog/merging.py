"""合并: what several rows say of one entry together, and where two of them say different things of the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.blocking import Block
from domain.list_rows import Candidate, ProofFact, Question, Topic
from domain.listing import LABELS, Key

STATED = (
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


#: What is said in two ways, and by which rows.
Conflict = tuple[str, StatedRow, StatedRow]


def merged(rows: list[StatedRow]) -> tuple[ProofFact, list[Conflict]]:
    """What the rows say together, and where two of them say different things of the same."""
    if len(rows) == 1 and not (rows[0].commitment and rows[0].fact.no_commitment):
        return rows[0].fact, []
    said: dict[str, tuple[Any, StatedRow]] = {}
    conflicts = []
    cancelling, keeping = [row for row in rows if row.fact.cancelled], [row for row in rows if not row.fact.cancelled]
    if cancelling:
        return cancelling[0].fact, [("standing", cancelling[0], row) for row in keeping]
    for row in rows:
        for name in STATED:
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


def contradictions(found: list[Conflict]) -> tuple[Block, ...]:
    """What one list says of the same entry in two ways."""
    texts = dict.fromkeys(map(_contradiction, found))
    return tuple(Block("said_twice", "5.1", text, "同一事项的同一证明只能有一种写法;请核对后改成一致。") for text in texts)


def _contradiction(found: Conflict) -> str:
    name, one, other = found
    if one is other:
        return f"第 {one.line} 行列入告知承诺清单,又写明不能实行的原因。"
    return f"第 {one.line} 行与第 {other.line} 行的“{_label(name)}”不一致。"


def conflict(key: Key, found: list[Conflict]) -> Question:
    parts = [f"“{_label(name)}”在{one.where}与{other.where}中不一致" for name, one, other in found]
    sources = dict.fromkeys(row.source for _, one, other in found for row in (one, other))
    candidates = tuple(Candidate(source, source, 0.0) for source in sources)
    return Question(Topic.CONFLICT, f"{key[0]}|{key[1]}", ";".join(dict.fromkeys(parts)), candidates)


def _label(name: str) -> str:
    return "取消或保留" if name == "standing" else LABELS.get(name, name)
