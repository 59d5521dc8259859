"""审核意见: what is found about a row of a list while it is read, in words for whoever sent it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from catalog.headings import AROUND_NOTHING, Around
from domain.list_rows import Candidate, Fact, Fault, Question, RowResult, Topic

Known = TypeVar("Known")
T = TypeVar("T")

ONLY_OWN = "请只报本单位和由本单位编制的;代其他单位报送的,请由专班办公室登记为不限单位的清单。"


_MOST, _LONGEST = 20_000, 240


_Found = tuple[Any, list[Fault], list[Question], dict[str, str]]


class Before(dict[tuple[Hashable, ...], _Found]):
    """What was found, and noted, of cells of one table that stand in many of its rows. Long ones are looked at anew: what is
    remembered must stay small, whatever a list holds."""

    def keep(self, said: tuple[Hashable, ...], found: _Found) -> None:
        if sum(len(text) for text in said if isinstance(text, str)) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[said] = found


class RowNotes:
    """Gathers what is found about one row while it is read. `around`: what title, sheet, column and headings say of it; `before`: what
    was found in other rows of its table."""

    def __init__(
        self, line: int, cells: tuple[str, ...], columns: Mapping[str, str], around: Around = AROUND_NOTHING, before: Before | None = None
    ) -> None:
        self._line, self._cells, self._columns = line, cells, columns
        self._before = Before() if before is None else before
        self.around = around
        self._faults: list[Fault] = []
        self._questions: list[Question] = []
        self._matched: dict[str, str] = {}

    def fault(self, code: str, field_name: str, text: str, remedy: str, *, blocks: bool = True) -> None:
        self._faults.append(Fault(code, self._columns.get(field_name, ""), text, remedy, blocks))

    def add(self, fault: Fault) -> None:
        """A fault that is known as it stands."""
        self._faults.append(fault)

    def column(self, field_name: str) -> str:
        """What the column of this field is called in the list."""
        return self._columns.get(field_name, "")

    @property
    def faulty(self) -> bool:
        return bool(self._faults)

    def ask(self, topic: Topic, subject: str, why: str, candidates: tuple[Candidate, ...] = ()) -> None:
        self._questions.append(Question(topic, subject, why, candidates))

    def matched(self, field_name: str, why: str) -> None:
        self._matched[field_name] = why

    def as_before(
        self,
        look: Callable[[Mapping[str, str], RowNotes, Known], T],
        cells: Mapping[str, str],
        names: Iterable[str],
        known: Known,
        *beside: Hashable,
    ) -> T:
        """What `look` finds in the cells of these names, and notes of them: it sees no others, and where they say the same in another
        row of the table it is not asked again. `beside`: what else it goes by, of what stands around the row."""
        said = look, *map(cells.get, names), *beside
        if (found := self._before.get(said)) is None:
            apart = RowNotes(self._line, self._cells, self._columns, self.around, self._before)
            value = look({name: cells[name] for name in names if name in cells}, apart, known)
            found = value, apart._faults, apart._questions, apart._matched
            self._before.keep(said, found)
        value, faults, questions, matched = found
        self._faults += faults
        self._questions += questions
        self._matched |= matched
        return value

    def result(self, fact: Fact | None) -> RowResult:
        is_taken = not self._questions and not (self._faults and any(fault.blocks for fault in self._faults))
        faults, questions = tuple(self._faults), tuple(self._questions)
        return RowResult(self._line, self._cells, faults, questions, self._matched, fact if is_taken else None)
