"""The gateway for others while strangers keep it busy: each guard at work, pages asked without end, connections at rest.

A department's call is begun ten times a second whatever became of those before; its time counts from when it was to
begin. All files are harmless.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from openpyxl import Workbook

from benchmarks import load
from ledger import keys
from ledger.database import transaction
from settings import settings

_EACH = 0.1  #: seconds from one call of the department to the next
_OFFICE = "demo-admin"
#: One grey point, as small as a picture can be: thousands of it in one file are a long walk and nothing worse.
_POINT = bytes.fromhex("ffd8ffc0000b080001000101011100ffda0008010100003f0012ffd9")


@dataclass(frozen=True)
class Edge:
    """What the department waited for while this went on; `asked`: how often the strangers were answered meanwhile."""

    what: str
    latencies: list[float]  #: seconds
    asked: int


@dataclass(frozen=True)
class Strangers:
    """So many clients that ask one thing again and again. Without an address they connect, say nothing, and come again."""

    what: str
    count: int
    path: str = ""
    key: str = ""
    file: tuple[str, bytes] | None = None


def measure(url: str, key: str, seconds: int, note: Callable[[str], None]) -> list[Edge]:
    with transaction() as session:
        office = keys.make(session, person=_OFFICE, now=settings().now(), actor="system:bench")
    (number,) = asyncio.run(load.burst(url, key, 1)).numbers
    address = f"/v1/verifications/{number}"
    with _client(url, key) as department:
        proof = department.get(f"{address}/proof.pdf").raise_for_status().content
    found = []
    for strangers in (
        Strangers("nothing else", 0),
        Strangers("documents of 4 MB at the public check", 2, "/verify/upload", "", ("a.pdf", proof + b"%" * (4 * 2**20))),
        Strangers("pictures of 2 MB as attachments", 2, f"{address}/attachments", key, ("a.jpg", _POINT * (1_900_000 // len(_POINT)))),
        Strangers("workbooks of 20,000 rows as complaints", 2, "/v1/complaints/file", office, ("a.xlsx", _table())),
        Strangers("ten clients that read /docs", 10, "/docs"),
        Strangers("1,000 connections at rest from five addresses", 1000),
    ):
        note(strangers.what)
        with _going_on(url, strangers) as asked:
            latencies = asyncio.run(_department(url, key, address, seconds))
        found.append(Edge(strangers.what, sorted(latencies), asked.value))
    return found


def _client(url: str, key: str = "") -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=120, trust_env=False)


async def _department(url: str, key: str, address: str, seconds: int) -> list[float]:
    headers, latencies = {"Authorization": f"Bearer {key}"}, []
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False) as client:

        async def one(begins: float) -> None:
            await asyncio.sleep(max(0.0, begins - time.monotonic()))
            (await client.get(address)).raise_for_status()
            latencies.append(time.monotonic() - begins)

        began = time.monotonic() + _EACH
        await asyncio.gather(*(one(began + index * _EACH) for index in range(int(seconds / _EACH))))
    return latencies


@contextlib.contextmanager
def _going_on(url: str, strangers: Strangers) -> Iterator[Any]:
    """In a process of their own: what they do must not slow down who is measured, but only the gateway."""
    fresh = multiprocessing.get_context("spawn")
    asked, there = fresh.Value("i", 0), fresh.Event()
    process = fresh.Process(target=_be_strangers, args=(url, strangers, asked, there), daemon=True)
    if strangers.count:
        process.start()
        if not there.wait(120):
            raise RuntimeError(f"{strangers.what}: nobody was answered")
    try:
        yield asked
    finally:
        if strangers.count:
            process.terminate()
            process.join()


def _be_strangers(url: str, strangers: Strangers, asked: Any, there: Any) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_all(url, strangers, asked, there))


async def _all(url: str, strangers: Strangers, asked: Any, there: Any) -> None:
    begun = [0]

    def done() -> None:
        begun[0] += 1
        if begun[0] >= strangers.count:
            there.set()

    if strangers.path:
        await asyncio.gather(*(_ask(url, strangers, asked, done) for _ in range(strangers.count)))
    else:
        await asyncio.gather(*(_rest(url, index, done) for index in range(strangers.count)))


async def _ask(url: str, strangers: Strangers, asked: Any, done: Callable[[], None]) -> None:
    headers = {"Authorization": f"Bearer {strangers.key}"} if strangers.key else {}
    files = {"file": strangers.file} if strangers.file else None
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False) as client:
        while True:
            answer = await client.request("POST" if files else "GET", strangers.path, files=files)
            if answer.status_code not in (200, 409, 422):  # what was read, and what was read and is not taken
                raise RuntimeError(f"{strangers.path}: {answer.status_code}")
            asked.value += 1
            done()


async def _rest(url: str, index: int, done: Callable[[], None]) -> None:
    where = httpx.URL(url)
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(where.host, where.port, local_addr=(f"127.0.0.{2 + index % 5}", 0))
            done()
            await reader.read()
            writer.close()
        await asyncio.sleep(0.5)


def _table() -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(20_000):
        sheet.append([number, *(f"演示文字{number}-{column}" for column in range(7))])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()
