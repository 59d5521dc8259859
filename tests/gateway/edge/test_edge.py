"""The gateway's edge: connections that say nothing, bodies that do not come, strangers who ask without end."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import errno
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

import gateway.edge.bodies
import gateway.edge.connections
from gateway.__main__ import Server, configuration, listening
from gateway.app import create_app
from gateway.edge import arrivals, caching, pages, quotas, strangers
from gateway.edge.bodies import BodyLimit
from gateway.edge.connections import Connection, Crowd, network_of
from gateway.edge.manners import Manners
from gateway.edge.permissions import RULES
from gateway.edge.prefer_wait import Endings
from gateway.edge.problems import Problem, as_json
from gateway.edge.public_permissions import PROVIDER, SIGN_IN
from gateway.routers import ROUTERS
from ledger.catalog import versions
from ledger.database import transaction
from ledger.registry import keys
from settings import settings
from tests.gateway.conftest import ISSUER, REQUESTER, Api, SimulatedRuns, from_elsewhere, serving
from tests.ports import free_port

PUBLIC = {
    route.name: route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.name in RULES and RULES[route.name].public
}


@contextmanager
def limited(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[Api]:
    """An application of its own with these settings; whoever calls it comes from one address."""
    with monkeypatch.context() as changed:
        for name, value in values.items():
            changed.setenv(f"PROOFLESS_{name.upper()}", value)
        settings.cache_clear()
        runs = SimulatedRuns()
        with serving(create_app(runs), runs, address="2001:db8::7") as api:
            yield api
    settings.cache_clear()


@pytest.mark.parametrize("quota", sorted({RULES[name].quota or "" for name in PUBLIC} - {""}))
def test_every_public_route_has_a_quota(api: Api, quota: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call of all is counted, every further one on any route of this quota is refused."""
    mine = [route for name, route in PUBLIC.items() if RULES[name].quota == quota]
    with limited(monkeypatch, public_checks_per_minute="1") as once:
        for _ in range(quotas.OFFICE if quota in (SIGN_IN, PROVIDER) else 1):
            assert once.request(*call_of(mine[0])).status_code != 429
        for route in mine:
            refused = once.request(*call_of(route))
            assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0, route.path
        with from_elsewhere(once, "127.0.0.1") as monitor:  # must always hear of this process
            assert [monitor.get("/healthz", None).status_code for _ in range(3)] == [200] * 3


def call_of(route: APIRoute) -> tuple[str, str]:
    return min(route.methods), route.path.replace("{number}", "HY20260304AAAAAAAA").replace("{week}", "2026-W10").replace(
        "{version}", "1"
    ).replace("{first}", "0").replace("{second}", "1")


def test_nothing_public_goes_uncounted() -> None:
    assert not [name for name in PUBLIC if RULES[name].quota is None]
    assert all(rule.quota is None for rule in RULES.values() if not rule.public)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("DELETE", "/catalog"),
        ("OPTIONS", "/v1/cases"),
        ("HEAD", "/catalog"),
        ("HEAD", "/x"),
        ("GET", "/docs/"),
        ("GET", "/redoc"),
    ],
)
def test_what_is_not_there_and_every_method_has_a_quota(api: Api, method: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with limited(monkeypatch, public_checks_per_minute="2") as twice:
        assert [twice.request(method, path).status_code == 429 for _ in range(3)] == [False, False, True]
        assert api.request(method, path).status_code != 429, "another address"


def test_who_asks_too_often_is_told_so_a_moment_later_and_not_too_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All others are answered meanwhile."""
    monkeypatch.setattr(quotas, "SECONDS_LATER", 3600.0)
    monkeypatch.setattr(quotas, "_LATER_AT_ONCE", 2)

    async def told() -> None:
        mine = quotas.Quotas(settings())
        first = [asyncio.create_task(mine.tell_later()) for _ in range(2)]
        await asyncio.sleep(0)
        await mine.tell_later()  # beyond them: at once
        assert not any(task.done() for task in first)
        for task in first:
            task.cancel()
        await asyncio.gather(*first, return_exceptions=True)
        again = asyncio.create_task(mine.tell_later())
        await asyncio.sleep(0)
        assert not again.done(), "there is room again"
        again.cancel()

    asyncio.run(told())


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


def test_public_pages_are_set_once_and_not_sent_twice(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the first time, with whatever held: nothing is set again, and no other page is taken for it."""
    with transaction() as session:
        number = versions.current(session)
    paths = [
        "/verify",
        "/catalog",
        f"/catalog/versions/{number}",
        "/catalog?q=%E6%88%B7%E7%B1%8D",
        "/catalog?p=2",
        "/catalog/versions",
        f"/catalog/changes/0/{number}",
    ]
    first = {path: api.get(path, None, headers={"Accept": "text/html"}) for path in paths}
    assert {answer.status_code for answer in first.values()} == {200} and len({answer.text for answer in first.values()}) == len(paths)
    monkeypatch.setattr(pages, "_environment", None)  # nothing can be set any more
    for path, before in first.items():
        again = api.get(path, None, headers={"Accept": "text/html"})
        assert (again.status_code, again.content) == (200, before.content), path
        held = api.get(path, None, headers={"If-None-Match": before.headers["ETag"]})
        assert (held.status_code, held.content) == (304, b""), path


def test_who_guesses_keys_is_stopped_and_who_works_beside_him_is_not(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them come from one address, as an office does."""
    with limited(monkeypatch, public_checks_per_minute="3") as office:
        right = {"Authorization": f"Bearer {api.key(REQUESTER)}"}
        assert office.request("GET", "/v1/me", headers=right).status_code == 200
        guesses = [{"Authorization": f"Bearer plk_{number:043}"} for number in range(6)] + [{}, {"Authorization": "Basic eDp5"}]
        asked: list[int] = []
        looked_up = keys.caller
        monkeypatch.setattr(keys, "caller", lambda *args, **options: asked.append(1) or looked_up(*args, **options))
        answers = [office.request("GET", "/v1/me", headers=guess) for guess in guesses]
        assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 5
        assert int(answers[-1].headers["Retry-After"]) > 0 and len(asked) == 3, "what is refused is not looked up"
        assert office.request("GET", "/v1/me", headers=right).status_code == 200
        assert office.request("GET", "/v1/me", headers={"Authorization": f"Bearer {api.key(ISSUER)}"}).status_code == 429
        with from_elsewhere(office, "198.51.100.9") as elsewhere:
            assert elsewhere.request("GET", "/v1/me", headers={"Authorization": f"Bearer {api.key(ISSUER)}"}).status_code == 200
        assert office.get("/verify", None).status_code == 200, "public pages have quotas of their own"


class Simulated:
    """What is behind the layer for strangers: it notes who came, and answers once `release` is set; `/catalog.json` with 429;
    what has a body once that is there."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.release = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun.append(scope["path"])
        while scope["method"] == "POST" and (await receive()).get("more_body"):
            pass
        if scope["path"] == "/catalog.json":
            return await as_json(Problem("too_many_requests"))(scope, receive, send)
        await self.release.wait()
        await JSONResponse(len(self.begun))(scope, receive, send)

    async def seen(self, *paths: str) -> None:
        """Until just these came: whoever else could have come had his turn."""
        while len(self.begun) < len(paths):
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        assert sorted(self.begun) == sorted(paths)


@contextmanager
def behind(monkeypatch: pytest.MonkeyPatch, at_once: int) -> Iterator[tuple[Simulated, httpx.AsyncClient]]:
    monkeypatch.setattr(strangers, "AT_ONCE", at_once)
    simulated = Simulated()
    layer = Manners(strangers.Strangers(simulated, quotas.Quotas(settings()), list(PUBLIC.values())))
    yield simulated, httpx.AsyncClient(transport=httpx.ASGITransport(layer, client=("192.0.2.1", 9)), base_url="http://gateway", timeout=60)


def test_strangers_are_answered_a_few_at_a_time_and_departments_wait_for_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "MOST_WAITING", 2)

    async def come() -> None:
        with behind(monkeypatch, 2) as (simulated, client):
            crowd = [asyncio.create_task(client.get(f"/verify/HY{number}")) for number in range(4)]
            await simulated.seen("/verify/HY0", "/verify/HY1")
            refused = await client.get("/verify/HY5")
            assert (refused.status_code, refused.json()["code"]) == (503, "crowded") and refused.headers["Retry-After"]
            others = [asyncio.create_task(client.get(path)) for path in ("/v1/me", "/healthz", "/catalog.csv")]
            await simulated.seen("/verify/HY0", "/verify/HY1", "/v1/me", "/healthz", "/catalog.csv")
            simulated.release.set()
            assert {(await one).status_code for one in (*crowd, *others)} == {200}

    asyncio.run(asyncio.wait_for(come(), 60))


def test_a_page_is_made_once_for_all_who_asked_before_it_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """And anew for who asks later or holds something else."""

    async def come() -> None:
        with behind(monkeypatch, 1) as (simulated, client):
            first = asyncio.create_task(client.get("/catalog"))
            await simulated.seen("/catalog")
            later = [asyncio.create_task(client.request(method, "/catalog")) for method in ("GET", "HEAD", "GET")]
            other = asyncio.create_task(client.get("/catalog", headers={"If-None-Match": "x"}))
            await simulated.seen("/catalog")
            simulated.release.set()
            assert (await first).json() == 1 and [(await one).content for one in later] == [b"2", b"", b"2"] and (await other).json() == 3
            assert (await client.get("/catalog")).json() == 4, "nothing is kept"

    asyncio.run(asyncio.wait_for(come(), 60))


def test_who_is_waited_for_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that does not come; somebody who is to be told a moment later that he asks too often."""
    monkeypatch.setattr(quotas, "SECONDS_LATER", 3600.0)

    async def nothing() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def come() -> None:
        with behind(monkeypatch, 1) as (simulated, client):
            simulated.release.set()
            slow = [asyncio.create_task(client.post("/verify/HY1", content=nothing())), asyncio.create_task(client.get("/catalog.json"))]
            await simulated.seen("/verify/HY1", "/catalog.json")
            assert (await client.get("/verify/HY2")).status_code == (await client.get("/catalog.csv")).status_code == 200
            assert not any(one.done() for one in slow)
            for one in slow:
                one.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    asyncio.run(asyncio.wait_for(come(), 60))


async def waits_or_reads(scope: Scope, receive: Receive, send: Send) -> None:
    """`/wait` answers when `release` is set, `/verify/upload` reads its body from then on, `/much` answers with more than a
    connection holds, all else once its body is there."""
    if scope["path"] in ("/wait", "/verify/upload"):
        await release.wait()
    elif scope["path"] == "/much":
        return await Response(bytes(2**25))(scope, receive, send)
    if scope["method"] == "POST":
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
    config.lifespan = "off"
    ports = (0, settings().gateway_health_port) if settings().gateway_health_port else (0,)
    running = Server(config, Endings())
    sockets = [socket.create_server(("127.0.0.1", port)) for port in ports]
    task = asyncio.create_task(running._serve(sockets))
    while not running.started:
        await asyncio.sleep(0.01)
    try:
        yield sockets[0].getsockname()
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


async def opened(at: tuple[str, int], count: int, said: bytes = b"", whence: str = "127.0.0.1") -> Opened:
    found = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection(*at, local_addr=(whence, 0))
        writer.write(said)
        found.append((reader, writer))
    return found


async def ended(opened: Opened) -> int:
    """How many of them the server has closed, once it had its turn."""
    await asyncio.sleep(0.05)
    return sum(reader.at_eof() for reader, _ in opened)


async def answer(at: tuple[str, int], path: str = "/", **options: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{at[0]}:{at[1]}", trust_env=False, timeout=60) as client:
        return await client.request(options.pop("method", "GET"), path, **options)


async def answered_at(at: tuple[str, int], path: str) -> asyncio.Task[httpx.Response]:
    """A call that the server is at work on."""
    before, call = len(Connection.everybody), asyncio.create_task(answer(at, path))
    while len(Connection.everybody) == before or not all(one.cycle for one in Connection.everybody):
        await asyncio.sleep(0.01)
    return call


def test_connections_that_rest_give_way_and_who_is_answered_stays(edge: pytest.MonkeyPatch) -> None:
    async def attack() -> None:
        async with server() as at:
            waiting = await answered_at(at, "/wait")
            idle = await opened(at, 30)
            while await ended(idle) < 26:  # five an address: the one that is answered, and four
                pass
            for path in ("/", "/healthz"):
                assert (await answer(at, path)).status_code == 200
            assert not waiting.done()
            release.set()
            assert (await waiting).status_code == 200

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_one_address_brings_others_at_its_pace_and_nobody_else_waits(edge: pytest.MonkeyPatch) -> None:
    """Those that come faster wait unread, as many as there is room for."""
    edge.setattr(arrivals, "AT_ONCE", 2)
    edge.setattr(arrivals, "EACH", 3600.0)
    edge.setattr(arrivals, "MOST_WAITING", 3)

    async def attack() -> None:
        async with server() as at:
            crowd = await opened(at, 6, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for reader, _ in crowd[:2]:
                assert b" 200 " in await reader.readuntil(b"true}")
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await crowd[5][0].readexactly(1)  # no room to wait in
            assert len(Connection.everybody) == 2 and await ended(crowd[:5]) == 0
            ((reader, _),) = await opened(at, 1, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", whence="127.0.0.2")
            assert b" 200 " in await reader.readuntil(b"true}")
        for reader, _ in crowd[2:5]:  # the server has ended, and they with it
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_who_came_too_fast_comes_in_turn_and_who_left_meanwhile_costs_nothing(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(arrivals, "AT_ONCE", 1)
    made: list[int] = []
    edge.setattr(Server, "_connection", lambda self, make=Server._connection: made.append(1) or make(self))

    async def come() -> None:
        async with server() as at:
            with socket.create_connection(at), socket.create_connection(at):
                pass  # before the server had its turn
            for reader, _ in await opened(at, 4, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
                assert b" 200 " in await reader.readuntil(b"true}")
            assert len(made) == 5, "the first came at once, the second not at all"

    asyncio.run(asyncio.wait_for(come(), 60))


def test_a_turn_of_the_loop_takes_few_and_a_full_system_is_asked_again(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(arrivals, "TAKEN_A_TURN", 2)
    edge.setattr(arrivals, "_AGAIN", 0.01)
    full = [True]

    class Listening(socket.socket):
        def accept(self) -> tuple[socket.socket, Any]:
            if full and full.pop():
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            return super().accept()

    async def come() -> None:
        with Listening() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            clients = [socket.create_connection(listening.getsockname()) for _ in range(7)]
            turn, taken = [0], collections.Counter[int]()

            def connection() -> asyncio.Protocol:
                taken[turn[0]] += 1
                return asyncio.Protocol()

            door = arrivals.Arrivals(listening, connection, paced=False)
            while taken.total() < 7:
                turn[0] += 1
                await asyncio.sleep(0)
            assert max(taken.values()) == 2 and not full
            door.close()
            for client in clients:
                client.close()

    asyncio.run(asyncio.wait_for(come(), 60))


def test_what_is_written_waits_for_no_acknowledgement_of_what_was_written_before() -> None:
    async def come() -> list[int]:
        found = list[int]()

        class Told(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                found.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

        with socket.create_server(("127.0.0.1", 0)) as listening:
            door = arrivals.Arrivals(listening, Told, paced=True)
            with socket.create_connection(listening.getsockname()):
                while not found:
                    await asyncio.sleep(0)
            door.close()
        return found

    assert all(asyncio.run(asyncio.wait_for(come(), 60)))


def test_over_all_addresses_the_one_that_rested_longest_gives_way(edge: pytest.MonkeyPatch) -> None:
    edge.setenv("PROOFLESS_CONNECTIONS_PER_ADDRESS", "1000")
    edge.setattr(gateway.edge.connections, "MOST_CONNECTIONS", 3)
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


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Lon", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHo"])
def test_a_head_that_does_not_come_is_not_waited_for(edge: pytest.MonkeyPatch, said: bytes) -> None:
    """Nothing, half a head, half a head after a whole one."""
    edge.setattr(gateway.edge.connections, "HEAD_SECONDS", 0.2)

    async def attack() -> None:
        async with server() as at:
            ((reader, writer),) = await opened(at, 1, said[:40])
            writer.write(said[40:])
            await reader.read()  # to its end
            edge.setattr(gateway.edge.connections, "HEAD_SECONDS", 20.0)  # however slow the machine, others come in time
            assert (await answer(at)).status_code == 200

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_a_slow_answer_is_no_idle_connection(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(gateway.edge.connections, "HEAD_SECONDS", 0.5)

    async def wait() -> None:
        async with server() as at:
            waiting = await answered_at(at, "/wait")
            await asyncio.sleep(1.0)
            release.set()
            assert (await waiting).status_code == 200

    asyncio.run(asyncio.wait_for(wait(), 60))


def test_a_body_that_does_not_come_is_refused_in_words(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(gateway.edge.bodies, "PATIENCE", 0.2)

    async def attack() -> None:
        async with server() as at:
            ((reader, _),) = await opened(at, 1, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert b" 408 " in head and json.loads(body)["code"] == "too_slow"

    asyncio.run(asyncio.wait_for(attack(), 60))


@pytest.mark.parametrize("framing", [b"Content-Length: 60000", b"Transfer-Encoding: chunked"])
def test_a_body_that_drips_is_refused_however_steadily(edge: pytest.MonkeyPatch, framing: bytes) -> None:
    """It never pauses for as long as is allowed from part to part; as a whole it is too slow."""
    edge.setattr(gateway.edge.bodies, "PATIENCE", 0.5)

    async def attack() -> None:
        async with server() as at:
            ((reader, writer),) = await opened(at, 1, b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n")

            async def drip() -> None:
                while not writer.is_closing():
                    writer.write(b"1\r\na\r\n")
                    await asyncio.sleep(0.05)

            dripping = asyncio.create_task(drip())
            said = await reader.readuntil(b"too_slow")  # not to the end: what drips on after the answer is told so by a reset
            dripping.cancel()
            assert b" 408 " in said.partition(b"\r\n\r\n")[0]

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_a_large_body_on_a_slow_line_arrives(edge: pytest.MonkeyPatch) -> None:
    """Longer than one pause may be, in steps that keep the rate."""
    edge.setattr(gateway.edge.bodies, "PATIENCE", 1.0)
    edge.setattr(gateway.edge.bodies, "SLOWEST", 1024)

    async def upload() -> None:
        async with server() as at:
            ((reader, writer),) = await opened(at, 1, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 15000\r\n\r\n")
            for _ in range(15):
                writer.write(bytes(1000))
                await asyncio.sleep(0.1)
            assert b" 200 " in await reader.readuntil(b"\r\n")

    asyncio.run(asyncio.wait_for(upload(), 60))


def test_who_does_not_take_the_answer_is_let_go(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(gateway.edge.connections, "TAKING_SECONDS", 0.2)

    async def attack() -> None:
        async with server() as at:
            held = await opened(at, 3, b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
            while Connection.everybody:
                await asyncio.sleep(0.02)
            for reader, _ in held:
                with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                    await reader.readexactly(2**25)

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_who_takes_a_long_answer_slowly_has_all_of_it(edge: pytest.MonkeyPatch) -> None:
    """However long it takes: at each look some of it was taken. The clock is looked at by hand."""
    edge.setattr(gateway.edge.connections, "TAKING_SECONDS", 3600.0)

    async def take() -> None:
        async with server() as at:
            ((reader, writer),) = await opened(at, 1, b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            (connection,) = Connection.everybody
            waiting = connection.transport.get_write_buffer_size
            left, looks = waiting(), 0
            for _ in range(32):
                await reader.readexactly(2**20)
                if 0 < waiting() <= left - gateway.edge.connections.TAKING_BYTES:
                    connection._must_take(left)
                    left, looks = waiting(), looks + 1
            assert looks > 3 and not connection.transport.is_closing()
            writer.close()

    asyncio.run(asyncio.wait_for(take(), 60))


def test_a_closed_connection_is_gone_though_its_last_words_are_not_taken(edge: pytest.MonkeyPatch) -> None:
    """Closing waits for what was written."""
    edge.setattr(gateway.edge.connections, "TAKING_SECONDS", 0.2)

    async def attack() -> None:
        async with server() as at:
            held = await opened(at, 1, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            while not (mine := [one for one in Connection.everybody if one.cycle]):
                await asyncio.sleep(0.02)
            connection = mine[0]
            connection.transport.set_write_buffer_limits(high=2**26)
            connection.transport.write(bytes(2**25))
            connection.timeout_keep_alive_handler()
            while connection in Connection.everybody:
                await asyncio.sleep(0.02)
            del held

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_who_is_still_asking_gives_way_after_who_rests_and_who_is_answered_never(edge: pytest.MonkeyPatch) -> None:
    async def attack() -> None:
        async with server() as at:
            answered = await opened(at, 2, b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            asking = await opened(at, 2, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
            resting = await opened(at, 1)
            await ended(resting)
            for gone in (resting[0], asking[0], asking[1]):
                fresh = await opened(at, 1, b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
                await gone[0].read()
                while any(one.cycle is None for one in Connection.everybody):
                    await asyncio.sleep(0.01)
                answered += fresh
            assert await ended(answered) == 0
            (refused,) = await opened(at, 1)
            await refused[0].read()
            assert await ended(answered) == 0

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_one_request_too_many_is_told_so_and_liveness_is_always_answered(edge: pytest.MonkeyPatch) -> None:
    edge.setattr(gateway.edge.connections, "MOST_REQUESTS", 1)

    async def attack() -> None:
        async with server() as at:
            waiting = await answered_at(at, "/wait")
            refused = await answer(at)
            assert (refused.status_code, refused.json()["code"]) == (503, "crowded") and refused.headers["Retry-After"]
            assert (await answer(at, "/healthz")).status_code == 200
            release.set()
            assert (await waiting).status_code == 200
            assert (await answer(at)).status_code == 200

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_health_has_a_port_of_its_own_that_no_crowd_fills(edge: pytest.MonkeyPatch) -> None:
    """Every place at the other port is taken by somebody who is answered, so none gives way."""
    edge.setattr(gateway.edge.connections, "MOST_CONNECTIONS", 4)
    edge.setattr(gateway.edge.connections, "MOST_REQUESTS", 4)
    edge.setattr(gateway.edge.connections, "MOST_WATCHERS", 3)
    edge.setenv("PROOFLESS_GATEWAY_HEALTH_PORT", str(free_port()))
    settings.cache_clear()

    async def attack() -> None:
        async with server() as at:
            health = (at[0], settings().gateway_health_port)
            crowd = await opened(at, 4, b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            await ended(crowd)
            (refused,) = await opened(at, 1)
            await refused[0].read()
            for path in ("/healthz", "/health", "/metrics"):
                assert (await answer(health, path)).status_code == 200
            for path in ("/", "/wait", "/v1/me", "/verify"):
                assert (await answer(health, path)).status_code == 404, "nothing but health is there"
            watchers = await opened(health, 5)
            while await ended(watchers) < 2:
                pass
            assert (await answer(health, "/healthz")).status_code == 200
            assert await ended(crowd) == 0, "and whoever fills that port takes no place from others"

    asyncio.run(asyncio.wait_for(attack(), 60))


def test_a_port_that_is_taken_is_said_in_words(edge: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        edge.setenv("PROOFLESS_GATEWAY_HEALTH_PORT", str(taken.getsockname()[1]))
        edge.setenv("PROOFLESS_GATEWAY_PORT", str(free_port()))
        settings.cache_clear()
        with pytest.raises(SystemExit) as ending:
            listening()
        assert str(taken.getsockname()[1]) in str(ending.value) and "不能监听" in str(ending.value)


def test_a_subscriber_of_the_newer_internet_is_one_address() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")
