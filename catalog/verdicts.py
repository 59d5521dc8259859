"""审核意见: what is found about a row of a list while it is read, in words for whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.headings import AROUND_NOTHING, Around
from domain.list_rows import Candidate, Fact, Fault, Question, RowResult, Topic, Verdict

ONLY_OWN = "请只报本单位和由本单位编制的;代其他单位报送的,请由专班办公室登记为不限单位的清单。"


class RowNotes:
    """Gathers what is found about one row while it is read. `around`: what title, sheet, column and headings say of it."""

    def __init__(self, line: int, cells: tuple[str, ...], columns: Mapping[str, str], around: Around = AROUND_NOTHING) -> None:
        self._line, self._cells, self._columns = line, cells, columns
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

    def result(self, fact: Fact | None) -> RowResult:
        done = RowResult(self._line, self._cells, tuple(self._faults), tuple(self._questions), self._matched, fact)
        if done.verdict is not Verdict.ACCEPTED:
            return RowResult(self._line, self._cells, done.faults, done.questions, done.matched)
        return done
