"""没有人认识的列: a column of which nobody knows that it says what becomes of the rows, until some of them say 取消 in
it: what the others leave empty there is no 保留 (obligation 2.1). A remark is one of these only where others say 保留 in it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator

from catalog.cleaning import without_brackets
from catalog.headers import Header
from catalog.row_standing import ALONE
from catalog.standing import Standing, in_cell
from domain.list_rows import Fault

_MOST = 8  #: columns that are looked at
_WORD = 12  #: characters of what says nothing else
#: What is done with a proof that is neither kept as it is nor given up.
_OTHERWISE = re.compile("核验|核查|协查|共享|承诺|替代|代替|合并|调整|变更|部分|暂|待")


#: How a proof is checked, or what is done with it: each row says which.
_DOES = re.compile("(处理|处置)(方式|办法)")


def decides_how(name: str) -> bool:
    """True for a column of ways to check a proof in which 取消 and 保留 may stand as well: 处理方式."""
    return _DOES.fullmatch(without_brackets(name)) is not None


class OpenColumns:
    """Such columns of one table, and what its rows say in them."""

    def __init__(self, header: Header) -> None:
        fields = header.columns
        ways = {column for column, name in enumerate(header.names) if fields.get(column) == "methods" and decides_how(name)}
        found = [
            column for column, name in enumerate(header.names) if name and (fields.get(column, "remark") == "remark" or column in ways)
        ]
        self.columns = tuple(column for column in found if column not in header.marks)[:_MOST]
        self._remarks = sum(1 << bit for bit, column in enumerate(self.columns) if column in header.columns and column not in ways)
        self._ways = sum(1 << bit for bit, column in enumerate(self.columns) if column in ways)
        self._names = [header.names[column] for column in self.columns]
        self._gives_up = self._keeps = 0
        self._rows, self._silent = array("L"), array("B")

    def silent(self, row: tuple[str, ...]) -> int:
        """In which of them a row says nothing or is only ticked, as bits; what it says is heard."""
        found = 0
        for bit, column in enumerate(self.columns):
            text = row[column] if column < len(row) else ""
            if len(text) < 2 and text not in ALONE:
                found |= 1 << bit
            elif len(text) <= _WORD and (said := Standing.CANCELLED if text in ALONE else in_cell(text)) is not None:
                if said is Standing.CANCELLED:
                    self._gives_up |= 1 << bit
                else:
                    self._keeps |= 1 << bit
            elif len(text) <= _WORD and _OTHERWISE.search(text) and not (self._remarks | self._ways) >> bit & 1:
                found |= 1 << bit  # 核验 beside 取消 and 保留 says of neither that it is so
        return found

    def left(self, at: int, silent: int) -> None:
        """The row that is taken as this one says nothing in these."""
        self._rows.append(at)
        self._silent.append(silent)

    def asked(self) -> Iterator[tuple[Fault, list[int]]]:
        """For each that says what becomes of rows, those that say nothing in it."""
        saying = self._gives_up & (self._keeps | ~self._remarks)
        for bit, name in enumerate(self._names):
            if saying >> bit & 1:
                text = f"“{name}”列有的行写明取消,本行没有写是取消还是保留。"
                fault = Fault("standing_unclear", name, text, "请在每一行写明“保留”或“取消”,并把列名改为“取消或保留”。")
                yield fault, [at for at, silent in zip(self._rows, self._silent, strict=True) if silent >> bit & 1]
