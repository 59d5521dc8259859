"""先后: what is short goes first. Who may wait lets it pass before each question to a source and each page. Where short ones never
cease, the others go on all the same, one each moment; and one that takes long, because its source does, is let pass no longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

MOMENT, LONGEST = 0.2, 2.0  #: seconds
_PAGES = 2  #: of those who may wait, made at one time; what waits for its turn lets pass whoever came meanwhile


class Precedence:
    """Of one worker."""

    def __init__(self) -> None:
        self._first, self._nobody = set[object](), asyncio.Event()
        self._nobody.set()
        self._pages, self._waiting = asyncio.Semaphore(_PAGES), asyncio.Lock()

    @contextmanager
    def first(self) -> Iterator[None]:
        """Something short is at work."""
        mine = object()
        self._first.add(mine)
        self._nobody.clear()
        timer = asyncio.get_running_loop().call_later(LONGEST, self._leave, mine)
        try:
            yield
        finally:
            timer.cancel()
            self._leave(mine)

    def _leave(self, mine: object) -> None:
        self._first.discard(mine)
        if not self._first:
            self._nobody.set()

    async def behind(self, work: Awaitable[T]) -> T:
        """`work` may wait; to be called as a task of its own, whose context says so to all that is done in it."""
        _before.set(self)
        return await work

    async def let_pass(self) -> None:
        """Returns when nothing short is at work; after a moment at most to the first of those who wait."""
        if self._first:
            async with self._waiting:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._nobody.wait(), MOMENT)


_before: ContextVar[Precedence | None] = ContextVar("_before", default=None)


async def give_way() -> None:
    """Where this task's work may wait, it lets pass what is short."""
    if (others := _before.get()) is not None:
        await others.let_pass()


@asynccontextmanager
async def page_in_turn() -> AsyncIterator[None]:
    """A page is made here: of those that may wait a few at one time, and none before what is short."""
    if (others := _before.get()) is None:
        yield
        return
    async with others._pages:
        await others.let_pass()
        yield
