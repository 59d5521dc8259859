"""The gateway's edge: connections that say nothing, bodies that do not come, strangers who ask without end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

import gateway.bodies
import gateway.connections
from gateway import caching, pages
from gateway.__main__ import configuration
from gateway.app import ROUTERS, create_app
from gateway.bodies import BodyLimit
from gateway.connections import Crowd, network_of
from gateway.permissions import RULES
from gateway.problems import Problem, as_json
from settings import settings
from tests.gateway.conftest import Api, PlayedRuns, serving

PUBLIC = {route.name: route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute) and RULES[route.name].public}
#: Without a quota, and why.
UNCOUNTED = {
    "liveness": "two words; whoever watches this process must always hear them",
    "health": "monitors alone", "metrics": "monitors alone",
}  # fmt: skip


@contextmanager
def limited(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[Api]:
    """An application of its own with these settings; whoever calls it comes from one address."""
    with monkeypatch.context() as changed:
        for name, value in values.items():
            changed.setenv(f"PROOFLESS_{name.upper()}", value)
        settings.cache_clear()
        runs = PlayedRuns()
        with serving(create_app(runs), runs, address="2001:db8::7") as api:
            yield api
    settings.cache_clear()


@pytest.mark.parametrize("quota", sorted({RULES[name].quota or "" for name in PUBLIC} - {""}))
def test_every_public_route_has_a_quota(api: Api, quota: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call of all is counted, every further one on any route of this quota is refused."""
    mine = [route for name, route in PUBLIC.items() if RULES[name].quota == quota]
    with limited(monkeypatch, public_checks_per_minute="1") as once:
        assert once.request(*call_of(mine[0])).status_code != 429
        for route in mine:
            refused = once.request(*call_of(route))
            assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0, route.path
        assert once.get("/healthz", None).status_code == 200


def call_of(route: APIRoute) -> tuple[str, str]:
    return min(route.methods), route.path.replace("{number}", "HY20260304AAAAAAAA").replace("{week}", "2026-W10").replace(
        "{version}", "1"
    ).replace("{first}", "0").replace("{second}", "1")


def test_only_what_is_named_here_goes_uncounted() -> None:
    assert {name for name in PUBLIC if RULES[name].quota is None} == UNCOUNTED.keys()
    assert all(rule.quota is None for rule in RULES.values() if not rule.public)


def test_the_page_of_the_interface_is_set_once_and_not_sent_twice(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = api.get("/docs", None, headers={"Accept-Encoding": "identity"})
    first = api.get("/docs", None)
    assert first.headers["Content-Encoding"] == "gzip" and first.text == plain.text and first.headers["ETag"] != plain.headers["ETag"]
    assert first.status_code == 200 and first.headers["content-type"].startswith("text/html") and "错误" in first.text
    monkeypatch.setattr(pages, "_environment", None)  # nothing can be set any more
    again = api.get("/docs", None)
    assert again.content == first.content and again.headers["ETag"] == first.headers["ETag"]
    held = api.get("/docs", None, headers={"If-None-Match": first.headers["ETag"]})
    assert (held.status_code, held.content) == (304, b"")


def test_what_is_made_once_is_made_by_one_and_a_fault_is_not_kept() -> None:
    made, kept = [], caching.Once(2)

    def make() -> bytes:
        made.append(1)
        return b"x"

    assert [kept.get("a", make) for _ in range(3)] == [b"x"] * 3 and len(made) == 1
    with pytest.raises(ZeroDivisionError):
        kept.get("b", lambda: bytes(1 // 0))
    assert kept.get("b", make) == b"x"
    kept.get("c", make)
    assert kept.get("a", make) == b"x" and len(made) == 4  # two are kept, and it was the oldest


async def waits_or_reads(scope: Scope, receive: Receive, send: Send) -> None:
    """`/wait` answers when `release` is set, all else once its body is there."""
    if scope["path"] == "/wait":
        await release.wait()
    elif scope["method"] == "POST":
        try:
            while (await receive()).get("more_body"):
                pass
        except Problem as problem:
            await as_json(problem)(scope, receive, send)
            return
    await JSONResponse({"ok": True})(scope, receive, send)


release: asyncio.Event


@asynccontextmanager
async def server() -> AsyncIterator[tuple[str, int]]:
    """A real server on a port of its own, as `python -m gateway` configures it."""
    global release
    release = asyncio.Event()
    config = configuration(Crowd(BodyLimit(waits_or_reads)))
    config.host, config.port, config.lifespan = "127.0.0.1", 0, "off"
    running = uvicorn.Server(config)
    task = asyncio.create_task(running._serve())
    while not running.started:
        await asyncio.sleep(0.01)
    try:
        yield running.servers[0].sockets[0].getsockname()
    finally:
        release.set()
        running.should_exit = running.force_exit = True
        await task


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("PROOFLESS_CONNECTIONS_PER_ADDRESS", "5")
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


Opened = list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]


async def opened(at: tuple[str, int], count: int, said: bytes = b"") -> Opened:
    found = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection(*at)
        writer.write(said)
        found.append((reader, writer))
    return found


async def ended(connections: Opened) -> int:
    """How many of them the server has closed, once it had its turn."""
    await asyncio.sleep(0.05)
    return sum(reader.at_eof() for reader, _ in connections)


async def answer(at: tuple[str, int], path: str = "/", **options: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{at[0]}:{at[1]}", trust_env=False, timeout=60) as client:
        return await client.request(options.pop("method", "GET"), path, **options)


def test_connections_that_rest_give_way_and_who_is_answered_stays(edge: pytest.MonkeyPatch) -> None:
    async def attack() -> None:
        async with server() as at:
            waiting = asyncio.create_task(answer(at, "/wait"))
            idle = await opened(at, 30)
            while await ended(idle) < 26:  # five an address: the one that is answered, and four
                pass
            for path in ("/", "/healthz"):
                assert (await answer(at, path)).status_code == 200
            assert not waiting.done()
            release.set()
            assert (await waiting).status_code == 200

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_over_all_addresses_the_one_that_rested_longest_gives_way(edge: pytest.MonkeyPatch) -> None:
    edge.setenv("PROOFLESS_CONNECTIONS_PER_ADDRESS", "1000")
    edge.setattr(gateway.connections, "MOST_CONNECTIONS", 3)
    settings.cache_clear()

    async def attack() -> None:
        async with server() as at:
            idle = await opened(at, 3)
            later = await opened(at, 1)
            while await ended(idle) < 1:
                pass
            assert [reader.at_eof() for reader, _ in idle] == [True, False, False] and await ended(later) == 0

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_a_proxy_of_ours_brings_everybody(edge: pytest.MonkeyPatch) -> None:
    edge.setenv("PROOFLESS_TRUSTED_PROXIES", "127.0.0.0/8")
    settings.cache_clear()

    async def many() -> None:
        async with server() as at:
            held = await opened(at, 30)
            assert (await answer(at)).status_code == 200 and await ended(held) == 0

    asyncio.run(asyncio.wait_for(many(), 60))


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Lon", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHo"]
)
def test_a_head_that_does_not_come_is_not_waited_for(edge: pytest.MonkeyPatch, said: bytes) -> None:
    """Nothing, half a head, half a head after a whole one."""
    edge.setattr(gateway.connections, "HEAD_SECONDS", 0.2)

    async def attack() -> None:
        async with server() as at:
            ((reader, writer),) = await opened(at, 1, said[:40])
            writer.write(said[40:])
            await reader.read()  # to its end
            assert (await answer(at)).status_code == 200

    asyncio.run(asyncio.wait_for(attack(), 20))


def test_a_slow_answer_is_no_idle_connection(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(gateway.connections, "HEAD_SECONDS", 0.1)

    async def wait() -> None:
        async with server() as at:
            waiting = asyncio.create_task(answer(at, "/wait"))
            await asyncio.sleep(0.5)
            release.set()
            assert (await waiting).status_code == 200

    asyncio.run(asyncio.wait_for(wait(), 20))


def test_a_body_that_does_not_come_is_refused_in_words(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(gateway.bodies, "PATIENCE", 0.2)

    async def attack() -> None:
        async with server() as at:
            ((reader, _),) = await opened(at, 1, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert b" 408 " in head and json.loads(body)["code"] == "too_slow"

    asyncio.run(asyncio.wait_for(attack(), 20))


def test_one_request_too_many_is_told_so_and_liveness_is_always_answered(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(gateway.connections, "MOST_REQUESTS", 1)

    async def attack() -> None:
        async with server() as at:
            waiting = asyncio.create_task(answer(at, "/wait"))
            await asyncio.sleep(0.1)
            refused = await answer(at)
            assert (refused.status_code, refused.json()["code"]) == (503, "crowded") and refused.headers["Retry-After"]
            assert (await answer(at, "/healthz")).status_code == 200
            release.set()
            assert (await waiting).status_code == 200
            assert (await answer(at)).status_code == 200

    asyncio.run(asyncio.wait_for(attack(), 20))


def test_a_subscriber_of_the_newer_internet_is_one_address() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")

