"""状态列: the columns of a table that say of each row whether it is in use (`catalog.states`), and what they say of all rows together: what
a column says of none is asked where it says it of others (obligation 2.1).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from catalog.headers import Header
from catalog.states import State, state_reader
from domain.list_rows import Fault


class StateColumns:
    """Such columns of one table, and what its rows say in them."""

    def __init__(self, header: Header) -> None:
        self.columns = tuple(
            (column, name, read)
            for column, name in enumerate(header.names)
            if name and column not in header.columns and column not in header.marks and (read := state_reader(name)) is not None
        )
        self._codes: list[set[str]] = [set() for _ in self.columns]
        self._coded, self._silent = [array("L") for _ in self.columns], [array("L") for _ in self.columns]
        self._stands, self._has_silent, self._tells_more = ([False for _ in self.columns] for _ in range(3))
        self._this: list[State] = []

    def read(self, row: tuple[str, ...]) -> str:
        """The name of the column in which the row is no longer in use; else empty."""
        self._this = []
        gone = ""
        for at, (column, name, read) in enumerate(self.columns):
            said = read(text := row[column] if column < len(row) else "")
            if said is State.CODE:
                self._codes[at].add(text.strip().casefold())
            self._stands[at] |= said is State.STANDS
            self._has_silent[at] |= said is State.NOTHING
            self._tells_more[at] |= said is State.OTHER
            self._this.append(said)
            if said is State.GONE:
                gone = gone or name
        return gone

    def taken(self, at: int) -> None:
        """The row that was read is taken as this one, and says nowhere else what becomes of it."""
        for said, coded, silent in zip(self._this, self._coded, self._silent, strict=True):
            if said is State.CODE:
                coded.append(at)
            elif said is State.NOTHING:
                silent.append(at)

    def asked(self) -> Iterator[tuple[Fault, list[int]]]:
        """The rows of which this says nothing where it says of others that they are in use, and those in codes that tell them apart."""
        for at, (_, name, _) in enumerate(self.columns):
            codes, coded, silent, stands = self._codes[at], self._coded[at], self._silent[at], self._stands[at]
            # Beside 已审核 or 每年 a tick is of something else.
            if not self._tells_more[at] and (len(codes) > 1 or (codes and (self._has_silent[at] or stands))):
                which = "、".join(sorted(codes)[:4]) + ("或空白" if self._has_silent[at] else "")
                text = f"“{name}”列用“{which}”区分各行,没有写明哪一种是仍在使用的。"
                remedy = "请在列名后写明,如“状态(1有效,0停用)”,或改写为“有效”“停用”。"
                yield Fault("state_unclear", name, text, remedy), sorted((*coded, *silent))
            elif stands and silent:
                text = f"“{name}”列别的行写了仍在使用,本行没有写。"
                yield Fault("state_unclear", name, text, "仍在使用的,请同样写明;不再使用的,请写“停用”。"), list(silent)
