"""The gateway for others while strangers keep it busy: each guard at work, floods, connections that rest or drip.

A department's call is begun ten times a second whatever became of those before; its time counts from when it was to
begin. Each attack goes in turns with a span without it, so that what else the machine does falls on both alike. All files
are harmless; strangers come from addresses of their own and meet the quotas that everybody meets.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from openpyxl import Workbook

from benchmarks import load

_EACH = 0.1  #: seconds from one call of the department to the next
_PATIENCE = 30  #: seconds after which the department gives up
_TURNS = 2
#: One grey point, as small as a picture can be: thousands of it in one file are a long walk and nothing worse.
_POINT = bytes.fromhex("ffd8ffc0000b080001000101011100ffda0008010100003f0012ffd9")


@dataclass(frozen=True)
class Build:
    """An installation that runs: where, whose keys, and the process of its gateway."""

    url: str
    department: str
    office: str
    gateway: int
    verification: str  #: the address of one that was delivered

    @classmethod
    def at(cls, home: Path, url: str, office: str) -> Build:
        gateway = json.loads((home / "run" / "gateway.process.json").read_text())["pid"]
        department = (home / "sandbox" / "requester_key").read_text().strip()
        (number,) = asyncio.run(load.burst(url, department, 1)).numbers
        return cls(url, department, office, gateway, f"/v1/verifications/{number}")


@dataclass
class Span:
    """What the department waited for, in seconds; `failed`: calls that got no answer, or another than theirs.

    `waited`, of `lasted` seconds: how long the gateway's event loop could have run and had no processor.
    """

    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    waited: float = 0.0
    lasted: float = 0.0


@dataclass
class Edge:
    """One attack, with the spans without it in between; `asked`: how often the strangers were told something meanwhile."""

    what: str
    alone: Span
    attacked: Span
    asked: int = 0


@dataclass(frozen=True)
class Strangers:
    """So many clients that ask one thing again and again, each from an address of its own, from another one each twenty
    times where they are `moving`: then no quota stops them. Without a path they connect, say `said`, and `drip` after it."""

    what: str
    count: int
    path: str = ""
    key: str = ""
    file: tuple[str, bytes] | None = None
    method: str = "GET"
    moving: bool = False
    addresses: int = 0  #: from how many all of them come; 0: each from its own
    said: bytes = b""
    drip: bytes = b""


def measure(builds: Mapping[str, Build], seconds: int, note: Callable[[str], None]) -> dict[str, list[Edge]]:
    """Every attack on every build, in turns."""
    attacks = {name: _attacks(build) for name, build in builds.items()}
    found: dict[str, list[Edge]] = {name: [] for name in builds}
    for number in range(len(next(iter(attacks.values())))):
        for name in builds:
            found[name].append(Edge(attacks[name][number].what, Span(), Span()))
        for _ in range(_TURNS):
            for name, build in builds.items():
                strangers, edge = attacks[name][number], found[name][-1]
                note(f"{strangers.what} {name}")
                _span(build, seconds, edge.alone)
                with _going_on(build.url, strangers) as asked:
                    _span(build, seconds, edge.attacked)
                edge.asked += asked.value
    return found


def _attacks(build: Build) -> list[Strangers]:
    with httpx.Client(base_url=build.url, headers={"Authorization": f"Bearer {build.department}"}, timeout=120, trust_env=False) as client:
        proof = client.get(f"{build.verification}/proof.pdf").raise_for_status().content
    dripping = b"POST /verify/upload HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\nContent-Length: 4000000\r\n\r\n%PDF-"
    return [
        Strangers(
            "documents of 4 MB at the public check",
            2,
            "/verify/upload",
            file=("a.pdf", proof + b"%" * (4 * 2**20)),
            method="POST",
            moving=True,
        ),
        Strangers(
            "tiny documents at the public check", 10, "/verify/upload", file=("a.pdf", b"%PDF-1.7\n%%EOF"), method="POST", moving=True
        ),
        Strangers(
            "pictures of 2 MB as attachments",
            2,
            f"{build.verification}/attachments",
            build.department,
            ("a.jpg", _POINT * (1_900_000 // len(_POINT))),
            "POST",
        ),
        Strangers("workbooks of 20,000 rows as complaints", 2, "/v1/complaints/file", build.office, ("a.xlsx", _table()), "POST"),
        Strangers("ten clients that read /docs", 10, "/docs"),
        Strangers("ten clients that ask HEAD /catalog", 10, "/catalog", method="HEAD"),
        Strangers("ten clients with wrong keys", 10, "/v1/inbox", "plk_" + "0" * 43),
        Strangers("1,010 connections at rest from one address", 1010, addresses=1),
        Strangers("1,010 bodies that drip from one address", 1010, addresses=1, said=dripping, drip=b" "),
    ]


def _span(build: Build, seconds: int, span: Span) -> None:
    before, began = _waited(build.gateway), time.monotonic()
    asyncio.run(_department(build, seconds, span))
    span.waited += max(0.0, _waited(build.gateway) - before)
    span.lasted += time.monotonic() - began


def _waited(process: int) -> float:
    """Seconds for which a process' first thread, the event loop, stood in line for a processor."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except OSError:  # another system, or it fell and is another one by now
        return 0.0


async def _department(build: Build, seconds: int, span: Span) -> None:
    headers = {"Authorization": f"Bearer {build.department}"}
    async with httpx.AsyncClient(base_url=build.url, headers=headers, timeout=_PATIENCE, trust_env=False) as client:

        async def one(begins: float) -> None:
            await asyncio.sleep(max(0.0, begins - time.monotonic()))
            try:
                (await client.get(build.verification)).raise_for_status()
                span.latencies.append(time.monotonic() - begins)
            except httpx.HTTPError:
                span.failed += 1

        began = time.monotonic() + _EACH
        await asyncio.gather(*(one(began + index * _EACH) for index in range(int(seconds / _EACH))))


@contextlib.contextmanager
def _going_on(url: str, strangers: Strangers) -> Iterator[Any]:
    """In a process of their own: what they do must not slow down who is measured, but only the gateway."""
    fresh = multiprocessing.get_context("forkserver")
    fresh.set_forkserver_preload(["benchmarks.edge"])
    asked, there = fresh.Value("i", 0), fresh.Event()
    process = fresh.Process(target=_be_strangers, args=(url, strangers, asked, there), daemon=True)
    process.start()
    try:
        there.wait(60)  # all of them were told something, or it is a build that tells nobody anything any more
        yield asked
    finally:
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

    ask = _ask if strangers.path else _hold
    await asyncio.gather(*(ask(url, strangers, index, asked, done) for index in range(strangers.count)))


def _from(strangers: Strangers, index: int, turn: int = 0) -> str:
    return f"127.0.{2 + turn % 250}.{1 + index % (strangers.addresses or 250)}"


async def _ask(url: str, strangers: Strangers, index: int, asked: Any, done: Callable[[], None]) -> None:
    headers = {"Authorization": f"Bearer {strangers.key}"} if strangers.key else {}
    files = {"file": strangers.file} if strangers.file else None
    told = 0
    while True:
        way = httpx.AsyncHTTPTransport(local_address=_from(strangers, index, told // 20 if strangers.moving else 0))
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False, transport=way) as client:
            with contextlib.suppress(httpx.HTTPError):  # a connection that gave way: they come again
                while True:
                    await client.request(strangers.method, strangers.path, files=files)
                    asked.value, told = asked.value + 1, told + 1
                    done()
                    if strangers.moving and told % 20 == 0:
                        break


async def _hold(url: str, strangers: Strangers, index: int, asked: Any, done: Callable[[], None]) -> None:
    where = httpx.URL(url)
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(where.host, where.port, local_addr=(_from(strangers, index), 0))
            writer.write(strangers.said)
            done()
            told = asyncio.create_task(reader.read())
            while not told.done() and strangers.drip:
                writer.write(strangers.drip)
                await asyncio.wait({told}, timeout=2)
            await told
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
