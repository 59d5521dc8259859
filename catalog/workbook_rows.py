"""工作表的行 (XLSX, XLS): values, merged cells and what is known beside them, as rows of texts and faults. Only
`catalog.reading` calls it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from python_calamine import CalamineSheet

from catalog.cell_facts import Beside, Drawn, Fact, Facts, Fault, InFont, Noted
from catalog.cell_marks import seen
from catalog.cell_notes import of_comment, of_drawing, tells_of_row
from catalog.cell_text import text_of
from catalog.laid_out import MOST_UNDER, Row

_LETTERS = 14  #: characters of what is drawn across a sheet, and no explanation of it


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


def across(sheet: CalamineSheet, beside: Beside) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is drawn across several rows that say something, which no row tells: letters that speak of all of them (作废), and the lines of
    boxes that explain something."""
    boxes = [(at, fact) for (at, _), fact in beside.items() if isinstance(fact, Drawn) and fact.text and fact.rows > 1]
    end = max((at + fact.rows for at, fact in boxes), default=0)
    full = {at for at, cells in enumerate(islice(sheet.iter_rows(), end)) if any(map(text_of, cells))} if boxes else set()
    said = [fact.text.split("\n") for at, fact in boxes if not full.isdisjoint(range(at, at + fact.rows))]
    letters = [lines[0].strip() for lines in said if len(lines) == 1 and len(lines[0].strip()) <= _LETTERS]
    others = [line.strip() for lines in said if len(lines) > 1 or len(lines[0].strip()) > _LETTERS for line in lines if line.strip()]
    return tuple(dict.fromkeys(letters)), tuple(dict.fromkeys(others))[:MOST_UNDER]


def rows_of(sheet: CalamineSheet, merged: Merged, known: Facts, beside: Beside, most: int) -> Iterator[Row]:
    """The rows of a sheet from its first, one more than `most` at most, with `known` and `beside`, which are used up."""
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    of_rows: dict[int, list[tuple[int, Fact | Drawn | Noted]]] = {}
    for facts in (known, beside):
        for (at, column), fact in facts.items():
            if at <= most:
                of_rows.setdefault(at, []).append((column, fact))
        facts.clear()
    at = -1
    for at, cells in enumerate(islice(sheet.iter_rows(), most + 1)):
        yield _row(at, indent + [text_of(cell) for cell in cells], of_rows.pop(at, ()), merged)
    for beyond in range(at + 1, max(of_rows, default=-1) + 1):  # a formula without a value: nothing that calamine would see
        yield _row(beyond, [], of_rows.pop(beyond, ()), merged)


def _row(at: int, row: list[str], known: Sequence[tuple[int, Fact | Drawn | Noted]], merged: Merged) -> Row:
    faults: dict[int, Fault] = {}
    beside: list[tuple[int, Drawn | Noted]] = []
    for column, fact in known:
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
            fault = of_drawing(fact.text if fact.rows == 1 else "") if isinstance(fact, Drawn) else of_comment(fact.text)
            if tells_of_row(fault) or column not in faults:
                faults[column] = fault
            row[column] = row[column] or faults[column].text
    else:
        for column, fact in beside:
            tells = isinstance(fact, Drawn) or tells_of_row(of_comment(fact.text))
            row[column] = "".join(fact.text.splitlines()) if tells else ""
