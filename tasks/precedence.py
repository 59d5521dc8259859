"""先后: what is short goes first. Who may wait lets it pass before each question to a source and each page, a moment at most: a
source that keeps one waiting holds up no other for long.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

MOMENT = 0.5  #: seconds
_PAGES = 2  #: of those who may wait, made at one time; what waits for its turn lets pass whoever came meanwhile


class Precedence:
    """Of one worker."""

    def __init__(self) -> None:
        self._first, self._nobody = 0, asyncio.Event()
        self._nobody.set()
        self._pages = asyncio.Semaphore(_PAGES)

    @contextmanager
    def first(self) -> Iterator[None]:
        """Something short is at work."""
        self._first += 1
        self._nobody.clear()
        try:
            yield
        finally:
            self._first -= 1
            if not self._first:
                self._nobody.set()

    async def behind(self, work: Awaitable[T]) -> T:
        """`work` may wait; to be called as a task of its own, whose context says so to all that is done in it."""
        _before.set(self)
        return await work

    async def let_pass(self) -> None:
        """Returns when nothing short is at work, or after a moment."""
        if self._first:
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
