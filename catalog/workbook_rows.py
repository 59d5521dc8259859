"""工作表的行 (XLSX, XLS): values, merged cells and what is known beside them, as rows of texts and faults. Only
`catalog.reading` calls it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from python_calamine import CalamineSheet

from catalog.cell_facts import Drawn, Fact, Facts, Fault, InFont, Noted
from catalog.cell_marks import PICTURE, seen
from catalog.cell_notes import of_comment
from catalog.cell_text import text_of
from catalog.laid_out import Row


class Merged:
    """Merged cells of a sheet, while its rows are read from the top: the text and the fault of the first stand in all parts."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self.spans: dict[tuple[int, int], int] = {}
        self._beginning: dict[int, list[tuple[int, int, int, int]]] = {}
        self._open: list[tuple[int, int, int, int, str, Fault | None]] = []
        for number, ((top, left), (bottom, right)) in enumerate(sheet.merged_cell_ranges or ()):
            self.spans[top, left] = right - left + 1
            self._beginning.setdefault(top, []).append((number, left, bottom, right))

    def spread(self, at: int, row: list[str], faults: dict[int, Fault]) -> None:
        """Write what the merged cells say into their parts in this row, those that the workbook names first, first."""
        beginning = self._beginning.pop(at, ())
        if not beginning and not self._open:
            return
        for number, left, bottom, right in beginning:
            self._open.append((number, left, bottom, right, "", None))
        self._open.sort(key=lambda one: one[0])
        begins = {number for number, *_ in beginning}
        for index, (number, left, bottom, right, text, fault) in enumerate(self._open):
            if number in begins:
                text, fault = row[left] if left < len(row) else "", faults.get(left)
                self._open[index] = number, left, bottom, right, text, fault
            for column in range(left, min(right + 1, len(row))):
                row[column] = text
                if fault is not None:
                    faults[column] = fault
        self._open = [one for one in self._open if one[2] > at]


def rows_of(sheet: CalamineSheet, merged: Merged, known: Facts, most: int) -> Iterator[Row]:
    """The rows of a sheet from its first, one more than `most` at most, with `known`, which is used up."""
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    of_rows: dict[int, dict[int, Fact]] = {}
    for (at, column), fact in known.items():
        if at <= most:
            of_rows.setdefault(at, {})[column] = fact
    known.clear()
    at = -1
    for at, cells in enumerate(islice(sheet.iter_rows(), most + 1)):
        yield _row(at, indent + [text_of(cell) for cell in cells], of_rows.pop(at, {}), merged)
    for beyond in range(at + 1, max(of_rows, default=-1) + 1):  # a formula without a value: nothing that calamine would see
        yield _row(beyond, [], of_rows.pop(beyond, {}), merged)


def _row(at: int, row: list[str], known: dict[int, Fact], merged: Merged) -> Row:
    faults: dict[int, Fault] = {}
    beside: list[tuple[int, Drawn | Noted]] = []
    for column, fact in known.items():
        row += [""] * (column + 1 - len(row))
        match fact:
            case str():
                row[column] = fact
            case Drawn() | Noted():
                beside.append((column, fact))
                continue
            case InFont():
                row[column], found = seen(row[column], fact.name)
                if found is None:
                    continue
                fact = found
        if isinstance(fact, Fault):  # still seen: a row of which it is all there is, is no empty row
            faults[column] = fact
            row[column] = row[column] or fact.text
    if beside:
        _beside(row, beside, faults)
    merged.spread(at, row, faults)
    return tuple(row), faults


def _beside(row: list[str], beside: list[tuple[int, Drawn | Noted]], faults: dict[int, Fault]) -> None:
    """What lies over a row that says something is part of it; over an empty one it is a seal below the table, or a title in a box."""
    if any(row):
        for column, fact in beside:
            fault = faults.setdefault(column, PICTURE if isinstance(fact, Drawn) else of_comment(fact.text))
            row[column] = row[column] or fault.text
    else:
        for column, fact in beside:
            row[column] = fact.text if isinstance(fact, Drawn) else ""
