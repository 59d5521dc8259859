"""清单的各行 (obligation 5.1): what a row of a list says, in codes of the registry, and what was found in it.

Plain data, the same from the reader to the record and the answers. Rows are kept as JSON (`ledger.tables.kept`) and outlive
the program that wrote them: a field that is added has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from domain.limits import HandlingType
from domain.methods import Method
from domain.scope import Exclusion


class Verdict(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    ASKED = "asked"  #: a person must say what is meant
    REFUSED = "refused"  #: its sender must mend it

    @property
    def label(self) -> str:
        return {"accepted": "采用", "asked": "待确认", "refused": "退回修改"}[self.value]


class Topic(StrEnum):
    """What a question is about; its answer is kept and settles the same question everywhere."""

    UNIT = "unit"  #: which unit a name means (索要单位)
    ISSUER = "issuer"  #: which unit issues (开具单位)
    MATTER = "matter"
    PROOF = "proof"
    CONFLICT = "conflict"  #: two sources contradict each other
    SUCCESSION = "succession"  #: whether a new code is that of a matter which bore another one until now
    COLUMN = "column"  #: which field a column of a list is
    TEXT = "text"  #: whether a text outside of the rows speaks of them

    @property
    def label(self) -> str:
        return {
            "unit": "办事单位",
            "issuer": "出具单位",
            "matter": "事项",
            "proof": "证明",
            "conflict": "来源矛盾",
            "succession": "事项换码",
            "column": "列",
            "text": "表外文字",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal for a person to choose from."""

    code: str
    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a row. Where it does not `block`, the row is used all the same."""

    code: str
    column: str
    text: str
    remedy: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """问题: what a person must decide. `subject` is what is written; equal topic and subject are one question."""

    topic: Topic
    subject: str
    why: str
    candidates: tuple[Candidate, ...] = ()


class DraftLine(StrEnum):
    """What a draft says of an entry: how it would change (`domain.listing.ChangeKind`), or that the rules keep it out."""

    ADD = "add"
    ALTER = "alter"
    REMOVE = "remove"
    BLOCKED = "blocked"


class Silent(StrEnum):
    """Where a list may say that there is none, saying nothing is something else."""

    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class MatterFact:
    """What a row says of a matter, and nothing of what it has no column for. `promised_days` None: it promises none; `formerly`: what it
    says that the matter was called, or its code was, until now: each may be none."""

    code: str
    name: str
    unit: str
    handling: HandlingType | None = None
    promised_days: int | Silent | None = Silent.SILENT
    reviewed_above: bool | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofFact:
    """What a row says of one proof for one matter; what is None it does not say, and it changes nothing of that.

    `matter` None: for every matter that needs the proof; of this `unit`, where it names one.
    """

    proof: str
    unit: str | None
    matter: str | None
    basis: str | None = None
    issuer_text: str | None = None
    issuing_unit: str | None = None
    methods: tuple[Method, ...] | None = None
    source: str | None = None
    parameters: Mapping[str, str] | None = None
    fields: tuple[str, ...] | None = None
    validity_days: int | None = None
    limit_minutes: int | None = None
    exclusion: Exclusion | None = None
    exclusion_decided_by: str | None = None
    exclusion_evidence: str | None = None
    no_commitment: str | None = None
    immediate: bool | None = None
    database_backed: bool | None = None
    sealed_when_negative: bool | None = None
    outside_region: bool | None = None
    checkable_online: bool | None = None
    cancelled: bool = False  #: it is given up, and nothing else of this counts
    also: tuple[str, ...] = ()  #: further proofs in the same cell, of which the row says the same

    def each(self) -> tuple[ProofFact, ...]:
        """What the row says of each proof that it names."""
        return tuple(replace(self, proof=proof, also=()) for proof in (self.proof, *self.also))


@dataclass(frozen=True, slots=True)
class NegativeFact:
    """What a row of a negative list forbids."""

    name: str
    instead: str = ""


Fact = MatterFact | ProofFact | NegativeFact


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row with what became of it. `fact`: what it says, where it is accepted; `matched` explains each name that was taken
    for something of the registry."""

    line: int  #: as a person counts, from 1
    cells: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)
    fact: Fact | None = None

    @property
    def verdict(self) -> Verdict:
        if self.faults and any(fault.blocks for fault in self.faults):  # most have none, and a list may have a million
            return Verdict.REFUSED
        return Verdict.ASKED if self.questions else Verdict.ACCEPTED


#: Why a row that was accepted is not after all: what its sender must mend, or what a person must decide first.
NotTaken = Fault | tuple[Question, ...]


def sent_back(row: RowResult, why: NotTaken) -> RowResult:
    """The row with that, of which nothing is taken any more."""
    if isinstance(why, Fault):
        return replace(row, faults=(*row.faults, why), fact=None)
    return replace(row, questions=(*row.questions, *why), fact=None)


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why a file could not be read at all."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SheetFound:
    """One sheet of a list: its header as written, the columns that nobody knew, those that it lacks, or why it was not read;
    with `questions` it waits until a person says which its columns are. `due`: the day (2027-01-01) from which on it says more than when it
    was read; empty: there is none. `unheard`: what stands outside of its rows and was taken for nothing that is said of them
    (`catalog.unheard`)."""

    name: str
    header: tuple[str, ...]
    unused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    refused: str = ""
    questions: tuple[Question, ...] = ()
    due: str = ""
    unheard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows of a list were accepted, asked, refused."""

    accepted: int = 0
    asked: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFound(Counts):
    """What was found in a list. `files` 0: none came yet; `unreadable` 1: the file as a whole is refused."""

    files: int = 1
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSource(ListFound):
    """One of the lists of which a draft was made, by what it was called then."""

    key: str
    name: str
    kind: str
    unit: str | None  #: whose list; None: of higher up, for all
