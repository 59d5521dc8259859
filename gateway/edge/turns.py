"""轮流: of one unit a few calls are at work at a time, and its next ones wait for their turn without a thread. A unit's own rush of
filings waits behind itself; what others file meanwhile shares the processor with a few, and not with as many as there are threads.
While such another's call is here, from its arrival to its answer, the rush goes on one at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

AT_ONCE = 3  #: of one unit: enough to keep two processors busy with filing
LONGEST = 2.0  #: seconds for which a call that waits for its result slows down others' rushes


class Turns:
    """Of one gateway process."""

    def __init__(self) -> None:
        self._lines = dict[str, _Line]()  #: of units that have calls here

    @contextmanager
    def here(self, unit: str) -> Iterator[_Line]:
        """A call of this unit, until it is answered; gives the line in which it takes its turn."""
        line = self._lines.setdefault(unit, _Line(self))
        line.calls.add(mine := object())
        line.present.add(mine)
        timer = asyncio.get_running_loop().call_later(LONGEST, self._leave, line, mine)
        try:
            yield line
        finally:
            timer.cancel()
            line.calls.discard(mine)
            if not line.calls:
                del self._lines[unit]
            self._leave(line, mine)

    def _leave(self, line: _Line, mine: object) -> None:
        line.present.discard(mine)
        if not line.present:
            for other in list(self._lines.values()):
                other.move_up()

    def room(self, line: _Line) -> int:
        """How many of a line's calls may be at work."""
        if line.is_rush and any(other.present and not other.is_rush for other in self._lines.values()):
            return 1
        return AT_ONCE


class _Line:
    """Of one unit."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.calls = set[object]()  #: not answered yet
        self.present = set[object]()  #: those of them that came within the last moments
        self._at_work, self._waiting = set[asyncio.Future[None]](), deque[asyncio.Future[None]]()

    @property
    def is_rush(self) -> bool:
        return len(self._at_work) + len(self._waiting) > AT_ONCE

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """In the order in which they came; who hangs up leaves the line."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        self.move_up()
        try:
            await mine
            yield
        finally:
            self._at_work.discard(mine)
            with suppress(ValueError):
                self._waiting.remove(mine)
            self.move_up()

    def move_up(self) -> None:
        while self._waiting and len(self._at_work) < self._turns.room(self):
            if not (first := self._waiting.popleft()).done():  # done: he hangs up just now
                self._at_work.add(first)
                first.set_result(None)
