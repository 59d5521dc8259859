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
            async with here.of(unit):
                at_work.append(f"{unit}{number}")
                await over.wait()

        rush = [asyncio.create_task(call("A", number)) for number in range(AT_ONCE + 3)]
        await loops()
        assert at_work == [f"A{number}" for number in range(AT_ONCE)]
        other = asyncio.create_task(call("B", 0))
        await loops()
        assert at_work[-1] == "B0"
        rush[AT_ONCE].cancel()  # who hangs up leaves the line
        rush[0].cancel()
        await loops()
        assert at_work[-1] == f"A{AT_ONCE + 1}"
        over.set()
        await asyncio.gather(*rush, other, return_exceptions=True)
        assert at_work[-1] == f"A{AT_ONCE + 2}"

    asyncio.run(act())


def test_nothing_is_kept_of_units_that_have_no_call_here() -> None:
    async def act() -> None:
        here = Turns()
        async with here.of("A"):
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
