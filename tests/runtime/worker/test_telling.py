"""A waiting run's page tells for whom it waits, until when and what comes then; every turn stands by its own name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from domain.inbox import SupervisionOutcome
from domain.instants import written
from domain.lifecycle import Event
from domain.story import EVENT_NAMES
from ledger.deadlines import supervision_basis
from ledger.inbox import returns, supplements
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle import leases
from ledger.methods import failures
from ledger.supervision import supervisions
from runtime.worker.runs import Runs
from runtime.worker.teller import Teller
from settings import Settings, settings
from tasks.passes import owner
from tests.ledger.acting import ISSUER, MINUTE, asked, do, give_back, hold, immediate, reply, row, swept
from tests.ledger.filing import file
from tests.stack import PrefectServer


@pytest.fixture
def server(ledger: str, prefect: PrefectServer) -> Iterator[PrefectServer]:
    """No worker polls it; this process counts as the only one."""
    assert not prefect.taken
    do(leases.enlist, settings().worker_name, owner())
    with temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}):
        yield prefect
    prefect.clear()


def at_worker(act: Callable[[Runs, Teller], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with get_client() as client:
            runs = Runs(client)
            await act(runs, Teller(client, runs))

    asyncio.run(inside())


def scheduled(number: str) -> None:
    """It has its run, as its pass left it."""

    async def act(runs: Runs, _: Teller) -> None:
        for _ in range(2):
            await runs.align(number)

    at_worker(act)


def look() -> None:
    """What a worker does within a second: wakes are answered, what is new is told."""

    async def act(runs: Runs, teller: Teller) -> None:
        for number in do(leases.claim_wakes):
            await runs.align(number)
        await teller.look()

    at_worker(act)


def run_of(server: PrefectServer, number: str) -> dict[str, Any]:
    found = row(number).flow_run
    assert found is not None
    return server.run_of(found)


def history(server: PrefectServer, number: str) -> list[str]:
    found = row(number).flow_run
    assert found is not None
    return server.history(found)


def timeline(server: PrefectServer, number: str) -> str:
    body = {"artifacts": {"key": {"any_": [number.lower()]}}}
    (found,) = server.http.post("/artifacts/latest/filter", json=body).raise_for_status().json()
    assert found["flow_run_id"] == run_of(server, number)["id"], "it stands in the run"
    text: str = found["data"]
    return text


def test_a_waiting_run_says_for_whom_until_when_and_what_then(server: PrefectServer) -> None:
    lease, _ = asked(at=settings().now())
    give_back(lease.number)
    scheduled(lease.number)
    due = row(lease.number).next_instant
    assert due is not None
    shown = run_of(server, lease.number)["state"]["message"]
    assert f"光明路街道办事处({ISSUER})" in shown
    assert f"至{written(due)};" in shown
    assert "届时未答复的,记录超时并督办" in shown
    assert shown.endswith(f"/artifacts/key/{lease.number.lower()}")


def test_a_miss_and_supervision_reach_a_run_that_waits(server: PrefectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    began = settings().now()
    lease, request = immediate(at=began)
    give_back(lease.number)
    scheduled(lease.number)
    assert history(server, lease.number)[-1] == "等待出具单位"
    later = timedelta(days=4)
    real = Settings.now
    monkeypatch.setattr(Settings, "now", lambda self: real(self) + later)
    swept(settings().now())
    look()
    told = history(server, lease.number)
    assert told[-3:] == [EVENT_NAMES[Event.MISSED], EVENT_NAMES[Event.SUPERVISED], "督办中"] or told[-1] == "督办中"
    assert EVENT_NAMES[Event.MISSED] in told and EVENT_NAMES[Event.SUPERVISED] in told
    assert "最迟时限" in timeline(server, lease.number) or "原则上的时限" in timeline(server, lease.number)
    states = len(told)
    look()
    assert len(history(server, lease.number)) == states, "told twice changes nothing"

    opened = do(supervision_basis.of_request, request)
    assert opened is not None
    person = "demo-guangming-2"
    do(supervisions.feed_back, opened.id, ISSUER, SupervisionOutcome.DONE, "已督促", now=settings().now(), actor=f"person:{person}")
    look()
    assert EVENT_NAMES[Event.FEEDBACK] in history(server, lease.number)
    assert EVENT_NAMES[Event.FEEDBACK] in timeline(server, lease.number)


def test_what_people_do_has_its_own_name_each(server: PrefectServer) -> None:
    """补正, supplied, 退回, 转办, 答复: the run is woken for each, and named for it."""
    now = settings().now()
    lease, request = asked(at=now)
    number = lease.number
    give_back(number)
    scheduled(number)
    steps: list[tuple[Event, Callable[[], object]]] = [
        (Event.SUPPLEMENT_ASKED, lambda: do(supplements.ask, request, ISSUER, "缺页", now=now, actor="person:a")),
        (Event.SUPPLEMENTED, lambda: do(supplements.supply, number, "已补", now=now + MINUTE, actor="person:b")),
        (
            Event.RETURNED,
            lambda: do(
                returns.give_back,
                request,
                ISSUER,
                ReturnReason("非本单位职责", "370402-CIVIL", None),
                now=now + 2 * MINUTE,
                actor="person:a",
            ),
        ),
        (Event.FORWARDED, lambda: do(returns.forward, number, None, now=now + 3 * MINUTE, actor="person:b")),
    ]
    for event, act in steps:
        act()
        look()
        assert history(server, number)[-1] == EVENT_NAMES[event], event
        hold(number)  # the pass that was woken finds nothing to do
        give_back(number)
        scheduled(number)
    assert "收到答复" not in history(server, number)


def test_a_reason_stands_in_words(server: PrefectServer) -> None:
    lease = hold(file(now=settings().now()))
    do(failures.need_attention, lease.number, "missing_glyph", at=settings().now(), actor="system:test", lease=lease)
    give_back(lease.number)
    scheduled(lease.number)
    shown = run_of(server, lease.number)["state"]["message"]
    assert "字库没有的字符" in shown and "./run stuck" in shown and "missing_glyph" not in shown


def test_a_reply_is_named_as_the_unit_s(server: PrefectServer) -> None:
    now = settings().now()
    lease, request = asked(at=now)
    give_back(lease.number)
    scheduled(lease.number)
    reply(request, now=now + MINUTE)
    look()
    assert history(server, lease.number)[-1] == EVENT_NAMES[Event.REPLIED]
