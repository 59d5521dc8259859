"""Two hundred people whose inboxes are open while ten thousand requests wait: what their pages cost, and how soon one opens.

The pages ask as a browser's do: each every fifteen seconds whether anything happened, over a connection that it keeps.
The client is this process, whose own time is not the system's.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.waiting import busy, in_inboxes
from domain.sign_in import Method
from gateway.counter.cookies import SESSION
from ledger.database import transaction
from ledger.registry import registry, sessions
from runtime.services.context import Context
from settings import settings

PEOPLE, _EVERY = 200, 15.0
_PAGE = "/counter/inbox"


@dataclass(frozen=True)
class Inboxes:
    """`idle`, `open`: shares of one core that the whole system takes without and with the pages. Seconds to the first byte of a whole
    page, 95th percentile; `size`: bytes of the largest."""

    waiting: int
    units: int
    idle: float
    open: float
    first_byte: float
    size: int


def measure(context: Context, url: str, key: str, count: int, seconds: int, note: Callable[[str], None]) -> Inboxes:
    """Seed, look at the processors, open the inboxes and look again for `seconds`, then load whole pages one after another."""
    with in_inboxes(context, url, key, count, note) as (_, _, units):
        tokens = _signed_in(units)
        note("空闲时的处理器占用")
        time.sleep(20)
        idle = busy(context, 30)
        note(f"{PEOPLE} 个打开的收件箱")
        taken, first, size = asyncio.run(_open(context, url, tokens, seconds))
    return Inboxes(count, len(units), idle, taken, statistics.quantiles(first, n=20)[18], size)


def _signed_in(units: list[str]) -> list[str]:
    """The tokens of so many people, spread over the units."""
    people = [
        {"code": f"bench-inbox-{at}", "unit": units[at % len(units)], "name": f"演示{at}", "roles": ["agent"]} for at in range(PEOPLE)
    ]
    now = settings().now()
    with transaction() as session:
        registry.put_people(session, people)
        return [sessions.begin(session, one["code"], method=Method.LINK, browser="bench", before="", now=now) for one in people]


async def _open(context: Context, url: str, tokens: list[str], seconds: int) -> tuple[float, list[float], int]:
    pages = [_Page(url, token) for token in tokens]
    first: list[float] = []
    for page in pages:  # one after another, as people come
        first.append(await page.load())
    asking = [asyncio.create_task(page.ask()) for page in pages]
    await asyncio.sleep(_EVERY)
    taken = await asyncio.to_thread(busy, context, seconds)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    for page in pages:
        page.close()
    return taken, first, max(page.size for page in pages)


class _Page:
    """One person's inbox in one browser."""

    def __init__(self, url: str, token: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._at, self._headers = (host, int(port)), f"Host: {host}:{port}\r\nCookie: {SESSION}={token}\r\n"
        self._known, self.size = "", 0
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def load(self) -> float:
        """The whole page; gives the seconds to its first byte."""
        self._reader, self._writer = await asyncio.open_connection(*self._at)
        began = time.monotonic()
        body, first = await self._get("")
        self.size = len(body)
        if (found := re.search(rb'"X-Known":"(\w+)"', body)) is None:
            raise RuntimeError("the page has no list")
        self._known = found[1].decode()
        return first - began

    async def ask(self) -> None:
        """For ever, as the page does by itself."""
        await asyncio.sleep(random.random() * _EVERY)  # they were opened at any time
        while True:
            body, _ = await self._get(f"HX-Request: true\r\nX-Background: 1\r\nX-Known: {self._known}\r\n")
            if body:
                raise RuntimeError("nothing happened, and the list was sent")
            await asyncio.sleep(_EVERY)

    def close(self) -> None:
        self._writer.close()

    async def _get(self, headers: str) -> tuple[bytes, float]:
        self._writer.write(f"GET {_PAGE} HTTP/1.1\r\n{self._headers}{headers}\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        first = time.monotonic()
        if head.split(maxsplit=2)[1] not in (b"200", b"204"):
            raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
        length = re.search(rb"(?i)content-length: (\d+)", head)
        return (await self._reader.readexactly(int(length[1])) if length else b""), first
