"""表格的网格: a table as markup lays it out (HTML, Word, XML of 2003), cells that cover several rows and columns, as rows of texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from catalog.cell_facts import Fault
from catalog.cell_marks import TABLE_WITHIN
from catalog.file_kinds import FileRefused

MOST_COLUMNS = 300
MOST_UNDER = 50  #: lines under the last table that may speak of its rows
MOST_OVER = 14  #: lines over a table that may be its title, and what is explained under it; a header is looked for among 20
#: A row, and what its cells do not say themselves: column -> fault.
Row = tuple[tuple[str, ...], dict[int, Fault]]


@dataclass(slots=True)
class Cell:
    """A cell: its text, what it covers, and why it cannot be used."""

    text: str
    across: int = 1
    down: int = 1
    fault: Fault | None = None
    at: int = 0  #: the first column in which it may stand


@dataclass
class Table:
    """A table while it is read: what a merged cell says stands in all its parts. `over` and `under`: what stands over it, and under
    the last of a page, line by line; `margins`: what is printed over and under its pages; `inner`: it stands inside another or in a box."""

    name: str
    most: int  #: rows
    over: list[str] = field(default_factory=list)
    inner: bool = False
    under: list[str] = field(default_factory=list)
    margins: tuple[str, ...] = ()
    spans: dict[tuple[int, int], int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    _down: dict[int, tuple[int, Cell]] = field(default_factory=dict)  #: column -> rows to come, and the cell that covers them

    def begin(self) -> None:
        """What stands over it becomes its first lines."""
        self.rows += [((line,), {}) for line in self.over]

    def line(self, text: str) -> None:
        """A text that stands in the table outside of its cells, as a caption does."""
        self.rows.append(((text,), {}))

    def end_group(self) -> None:
        """A group of rows ends, and with it what covers them from above."""
        self._down.clear()

    @cached_property
    def width(self) -> int:
        """When it is read; what it takes of others is as wide."""
        return max((len(row) for row, _ in self.rows), default=0)

    def take(self, other: Table, first: int) -> None:
        """The rows of the other one from its `first` on are rows of this one, too. Raises FileRefused."""
        shift = len(self.rows) - first
        self.rows += other.rows[first:]
        self.under += other.under
        self.margins = tuple(dict.fromkeys(self.margins + other.margins))
        self.spans.update({(row + shift, column): width for (row, column), width in other.spans.items() if row >= first})
        self._refuse_longer(len(self.rows))

    def _refuse_longer(self, rows: int) -> None:
        if rows > self.most:
            raise FileRefused("too_large", f"表格超过 {self.most} 行。", "请拆成几个文件。")

    def above(self) -> list[str]:
        """The last lines of text alone: of a table that only lays out, what stands over the next one inside."""
        lines: list[str] = []
        for row, _ in reversed(self.rows[-MOST_OVER:]):
            texts = dict.fromkeys(filter(None, row))
            if len(texts) > 1:
                break
            lines[:0] = texts
        return lines

    def add(self, cells: list[Cell], at: int | None = None) -> None:
        """The next row; `at`: it is the row of this number, and those before it are empty. Raises FileRefused."""
        while at is not None and len(self.rows) < at:
            self.add([])
        self._refuse_longer(len(self.rows) + 1)
        texts: list[str] = []
        faults: dict[int, Fault] = {}
        waiting = iter(cells)
        cell = next(waiting, None)
        while cell is not None or any(column >= len(texts) for column in self._down):
            if (covered := self._down.pop(column := len(texts), None)) is not None:
                left, over = covered
                self._put(over, 1, left, texts, faults)
            elif cell is not None and cell.at <= column:
                if cell.across > 1:
                    self.spans[len(self.rows), column] = cell.across
                self._put(cell, cell.across, cell.down, texts, faults)
                cell = next(waiting, None)
            else:
                texts.append("")
            if len(texts) > MOST_COLUMNS:
                raise FileRefused("too_large", f"表格超过 {MOST_COLUMNS} 列。", "请拆成几个文件。")
        self.rows.append((tuple(texts), faults))

    def _put(self, cell: Cell, across: int, down: int, texts: list[str], faults: dict[int, Fault]) -> None:
        for _ in range(min(across, MOST_COLUMNS + 1)):
            if cell.fault is not None:
                faults[len(texts)] = cell.fault
            if down > 1:
                self._down[len(texts)] = down - 1, cell
            texts.append(cell.text or (cell.fault.text if cell.fault not in (None, TABLE_WITHIN) else ""))  # seen: no empty row
