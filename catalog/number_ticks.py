"""序号栏的勾叉: a cross in place of a row's number or beside it says that the row may not stand; ticks at some rows and not at others say
something that nobody can know (obligation 2.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.headers import Header
from catalog.remembering import remembered
from domain.list_rows import Fault

_CROSS = re.compile("[×✗✘✕✖╳☒❌〤]|^\\d{0,6}[.、]?\\s*[xX]$")
_TICK = re.compile("[√✓✔☑✅]|^[vV]$")


@remembered
def _mark(text: str) -> str:
    """× or √, where one of them stands in a number."""
    return "×" if _CROSS.search(text) else "√" if _TICK.search(text) else ""


class NumberTicks:
    """What stands in the column of numbers of one table beside numbers; `first`: as which row its first one will be taken."""

    def __init__(self, header: Header, first: int) -> None:
        self._column = next((column for column, field in header.columns.items() if field == "sequence"), None)
        self._name = "" if self._column is None else header.names[self._column]
        self._first = first
        self._is_ticked = False  #: the row that is read
        self._taken = self._ticked = 0  #: rows that are taken, and those of them that are ticked

    def crossed(self, row: tuple[str, ...]) -> str:
        """The name of the column where this row is crossed out in it; else empty."""
        self._is_ticked = False
        if self._column is None or self._column >= len(row) or (text := row[self._column]).isdecimal() or not text:
            return ""
        mark = _mark(text)
        self._is_ticked = mark == "√"
        return self._name if mark == "×" else ""

    def taken(self) -> None:
        """The row that was read is taken."""
        self._taken += 1
        self._ticked += self._is_ticked

    def asked(self, end: int) -> Iterator[tuple[Fault, range]]:
        """All rows that are taken, up to `end`, where some are ticked and others are not."""
        if 0 < self._ticked < self._taken:
            text = f"“{self._name}”列有的行打了勾,有的没有,没有写明打勾的是保留还是取消。"
            yield Fault("standing_unclear", self._name, text, "请另加一列“取消或保留”,在每一行写明。"), range(self._first, end)
