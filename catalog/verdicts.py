"""审核意见: what was found about a row of a list, in words for whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.matching import Candidate


class Verdict(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    ASKED = "asked"  #: a person must say what is meant
    REFUSED = "refused"  #: its sender must mend it

    @property
    def chinese(self) -> str:
        return {"accepted": "采用", "asked": "待确认", "refused": "退回修改"}[self.value]


class Topic(StrEnum):
    """What a question is about; its answer is kept and settles the same question everywhere."""

    UNIT = "unit"  #: which unit a name means (索要单位)
    ISSUER = "issuer"  #: which unit issues (开具单位)
    MATTER = "matter"
    PROOF = "proof"
    CONFLICT = "conflict"  #: two sources contradict each other

    @property
    def chinese(self) -> str:
        return {"unit": "办事单位", "issuer": "出具单位", "matter": "事项", "proof": "证明", "conflict": "来源矛盾"}[self.value]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a row. Where it does not `block`, the row is used all the same."""

    code: str
    column: str
    text: str
    remedy: str
    blocks: bool = True


@dataclass(frozen=True)
class Question:
    """问题: what a person must decide. `text` is what is written; equal topic and subject are one question."""

    topic: Topic
    subject: str
    why: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class RowResult:
    """A row with what became of it. `fact`: what it says, in codes of the registry, where it is accepted; `matched`
    explains each name that was taken for something of the registry."""

    line: int  #: as a person counts, from 1
    cells: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)
    fact: Mapping[str, Any] | None = None

    @property
    def verdict(self) -> Verdict:
        if any(fault.blocks for fault in self.faults):
            return Verdict.REFUSED
        return Verdict.ASKED if self.questions else Verdict.ACCEPTED


class RowNotes:
    """Gathers what is found about one row while it is read."""

    def __init__(self, line: int, cells: tuple[str, ...], columns: Mapping[str, str]) -> None:
        self._line, self._cells, self._columns = line, cells, columns
        self._faults: list[Fault] = []
        self._questions: list[Question] = []
        self._matched: dict[str, str] = {}

    def fault(self, code: str, field_name: str, text: str, remedy: str, *, blocks: bool = True) -> None:
        self._faults.append(Fault(code, self._columns.get(field_name, ""), text, remedy, blocks))

    @property
    def faulty(self) -> bool:
        return bool(self._faults)

    def ask(self, topic: Topic, subject: str, why: str, candidates: tuple[Candidate, ...] = ()) -> None:
        self._questions.append(Question(topic, subject, why, candidates))

    def matched(self, field_name: str, why: str) -> None:
        self._matched[field_name] = why

    def result(self, fact: Mapping[str, Any] | None) -> RowResult:
        done = RowResult(self._line, self._cells, tuple(self._faults), tuple(self._questions), self._matched, fact)
        if done.verdict is not Verdict.ACCEPTED:
            return RowResult(self._line, self._cells, done.faults, done.questions, done.matched)
        return done
