"""轮流: a unit's own rush of filings waits behind itself alone."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.edge.problems import Problem
from gateway.edge.turns import AT_ONCE, Turns
from gateway.verifications import endpoints
from ledger.registry.keys import Caller
from tests.gateway.conftest import OTHER, REQUESTER, Api


async def loops() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_of_one_unit_a_few_are_at_work_and_another_unit_waits_for_none_of_them() -> None:
    async def act() -> None:
        here, over, at_work = Turns(), asyncio.Event(), list[str]()

        async def call(unit: str, number: int) -> None:
            with here.here(unit) as line:
                async with line.turn():
                    at_work.append(f"{unit}{number}")
                    await over.wait()

        rush = [asyncio.create_task(call("A", number)) for number in range(AT_ONCE + 3)]
        await loops()
        assert at_work == [f"A{number}" for number in range(AT_ONCE)]
        other = asyncio.create_task(call("B", 0))
        await loops()
        assert at_work[-1] == "B0"
        other.cancel()
        rush[AT_ONCE].cancel()  # who hangs up leaves the line
        rush[0].cancel()
        await loops()
        assert at_work[-1] == f"A{AT_ONCE + 1}"
        over.set()
        await asyncio.gather(*rush, other, return_exceptions=True)
        assert at_work == ["A0", "A1", "A2", "B0", "A4", "A5"]

    asyncio.run(act())


def test_a_rush_goes_on_one_at_a_time_while_another_units_call_is_here_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act() -> None:
        turns, at_work, over = Turns(), list[str](), dict[str, asyncio.Event]()

        async def call(unit: str, number: int) -> None:
            over[name := f"{unit}{number}"] = asyncio.Event()
            with turns.here(unit) as line:
                async with line.turn():
                    at_work.append(name)
                    await over[name].wait()
                at_work.remove(name)
                await over[f"{unit} is answered"].wait()

        async def end(*names: str) -> list[str]:
            for name in names:
                over[name].set()
            await loops()
            return at_work

        over |= {"A is answered": asyncio.Event(), "B is answered": asyncio.Event(), "C is answered": asyncio.Event()}
        rush = [asyncio.create_task(call("A", number)) for number in range(14)]
        await loops()
        other = asyncio.create_task(call("B", 0))
        await loops()
        assert await end("A0", "A1") == ["A2", "B0"]
        assert await end("B0", "A2") == ["A3"], "it waits for its result: still one at a time"
        assert await end("A3") == ["A4"]
        assert await end("B is answered") == ["A4", "A5", "A6"]
        second = [asyncio.create_task(call("C", number)) for number in range(AT_ONCE + 1)]
        await loops()
        assert await end("A4") == ["A5", "A6", "C0", "C1", "C2", "A7"], "of two rushes none goes before the other"
        assert await end("C0", "C1", "C2", "C3", "C is answered", "A5", "A6", "A7") == ["A8", "A9", "A10"]
        monkeypatch.setattr("gateway.edge.turns.LONGEST", 0.01)
        over["B is answered"].clear()
        slow = asyncio.create_task(call("B", 1))
        await loops()
        assert await end("B1", "A8", "A9") == ["A10"]
        await asyncio.sleep(0.05)
        assert at_work == ["A10", "A11", "A12"]
        await end("A10", "A11", "A12", "A13", "A is answered", "B is answered")
        await asyncio.gather(*rush, other, slow, *second)

    asyncio.run(act())


def test_nothing_is_kept_of_units_that_have_no_call_here() -> None:
    async def act() -> None:
        here = Turns()
        with here.here("A") as line:
            async with line.turn():
                assert list(here._lines) == ["A"]
        assert not here._lines

    asyncio.run(act())


def test_while_a_units_rush_waits_for_its_turn_another_units_filing_is_answered(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    over, at_work = threading.Event(), list[str]()

    def file_it(caller: Caller, *_: Any) -> None:
        at_work.append(caller.unit)
        if caller.person == REQUESTER:
            over.wait()
        raise Problem("case_unknown")

    monkeypatch.setattr(endpoints, "file_it", file_it)
    keys = [api.key(person) for person in (REQUESTER, OTHER)]
    assert all(keys)
    with ThreadPoolExecutor(AT_ONCE + 3) as callers:
        rush = [callers.submit(api.file) for _ in range(AT_ONCE + 2)]
        try:
            while len(at_work) < AT_ONCE:
                time.sleep(0.01)
            assert api.file(person=OTHER).json()["code"] == "case_unknown"
            assert len(at_work) == AT_ONCE + 1 and len(set(at_work)) == 2 and not any(one.done() for one in rush)
        finally:
            over.set()
        assert {one.result().json()["code"] for one in rush} == {"case_unknown"}
    assert len(at_work) == AT_ONCE + 3
