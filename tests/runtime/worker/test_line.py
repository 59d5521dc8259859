"""新受理的一列 of one worker: who finds a place."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from domain.limits import HandlingType
from ledger.lifecycle import fresh
from runtime.worker.first_passes import New
from runtime.worker.line import Line
from runtime.worker.places import Places
from runtime.worker.rush import Rush
from settings import settings
from tasks.precedence import give_way
from tests.ledger.acting import do
from tests.ledger.filing import NOW, file


def short(second: int) -> str:
    return file(handling=HandlingType.IMMEDIATE, promise_end=None, now=NOW + timedelta(seconds=second))


def test_what_is_short_finds_a_place_where_the_others_have_all_that_are_theirs(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    many = settings().worker_limit
    for second in range(many + 2):
        file(now=NOW + timedelta(seconds=second))

    async def act() -> None:
        woken = list[bool]()
        places = Places(lambda: woken.append(True))
        line = Line(None, None, places, _nothing, lambda: None, threading.Event())  # type: ignore[arg-type]
        over, one, at_work = asyncio.Event(), asyncio.Event(), list[str]()

        async def work(new: New) -> None:
            at_work.append(new.fresh.lease.number)
            await (one if len(at_work) == 1 else over).wait()

        monkeypatch.setattr(line._first, "work", work)
        for _ in range(3):
            await line.poll()
        assert len(places.taken) == many - many // 4
        one.set()
        await asyncio.wait(line.telling, return_when=asyncio.FIRST_COMPLETED)
        assert woken == [True], "somebody waits for it, though others are still free"
        await line.poll()
        assert len(places.taken) == many - many // 4
        first = [short(second) for second in range(many // 4)]
        late = short(60)
        for _ in range(3):
            await line.poll()
            await asyncio.sleep(0)
        assert set(first) < set(at_work) and places.free == 0, "and no place is kept for nothing"
        await line.poll()
        assert late not in at_work and do(fresh.waiting) == (1, 1 + many // 4)
        over.set()
        await asyncio.gather(*places.taken.values(), *line.telling)
        assert places.free == many

    asyncio.run(act())


def test_a_rush_waits_while_something_short_is_at_work_and_not_for_long(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short(0)

    async def act() -> None:
        line = Line(None, None, Places(lambda: None), _nothing, lambda: None, threading.Event())  # type: ignore[arg-type]
        line.rushing, over = True, asyncio.Event()

        async def work(new: New) -> None:
            await over.wait()

        monkeypatch.setattr(line._first, "work", work)
        await line.precedence.let_pass()
        await line.poll()
        await asyncio.sleep(0)
        monkeypatch.setattr("tasks.precedence.MOMENT", 60)
        waiting = asyncio.create_task(line.precedence.let_pass())
        assert await asyncio.wait({waiting}, timeout=0.05) == (set(), {waiting})
        over.set()
        await waiting
        over.clear()
        short(1)
        await line.poll()
        monkeypatch.setattr("tasks.precedence.MOMENT", 0.01)
        await line.precedence.let_pass()
        over.set()
        await asyncio.gather(*line.telling)

    asyncio.run(act())


def test_a_rush_begins_where_many_wait_and_goes_on_until_few_do(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.worker.rush.BACKLOG", 5)
    monkeypatch.setattr("runtime.worker.rush.REST", 2)
    alone = settings().worker_limit - settings().worker_limit // 4
    for second in range(alone + 5):
        file(now=NOW + timedelta(seconds=second))

    async def act() -> None:
        line = Line(None, None, Places(lambda: None), _nothing, lambda: None, threading.Event())  # type: ignore[arg-type]
        over, parts = asyncio.Event(), list[int]()

        async def work(_: New) -> None:
            await over.wait()

        async def part() -> bool:
            parts.append(len(await line._first.take(2, short=False)))
            return False

        monkeypatch.setattr(line._first, "work", work)
        monkeypatch.setattr(line._rush, "work", part)
        await line.poll()
        assert not line.rushing, "five that wait are no rush"
        file(now=NOW + timedelta(minutes=1))
        line._looked = 0.0
        await line.poll()
        await line._places.taken[Rush]
        assert parts == [2, 2] and do(fresh.waiting) == (0, 2)
        over.set()
        await asyncio.gather(*line.telling)

    asyncio.run(act())


def test_what_is_short_goes_first_from_when_it_is_heard_of_until_it_has_ended(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.precedence.MOMENT", 60)

    async def act() -> None:
        line = Line(None, None, Places(lambda: None), _nothing, lambda: None, threading.Event())  # type: ignore[arg-type]
        line.rushing, over = True, asyncio.Event()

        async def work(new: New) -> None:
            await over.wait()

        async def waits() -> bool:
            return bool((await asyncio.wait({waiting}, timeout=0.05))[1])

        monkeypatch.setattr(line._first, "work", work)
        line.short_filed()
        waiting = asyncio.create_task(line.precedence.let_pass())
        assert await waits()
        await line.poll()
        assert not await waits(), "another worker took it"
        line.short_filed()
        waiting = asyncio.create_task(line.precedence.let_pass())
        short(0)
        await line.poll()
        assert await waits()
        over.set()
        await asyncio.gather(*line.telling)
        assert not await waits()

    asyncio.run(act())


def test_others_that_are_worked_on_one_by_one_wait_too_while_something_short_is_at_work(
    ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rush begins so: its first dozen are worked on one by one."""
    monkeypatch.setattr("tasks.precedence.MOMENT", 60)
    file(), short(0)
    went = list[str]()

    async def act() -> None:
        line = Line(None, None, Places(lambda: None), _nothing, lambda: None, threading.Event())  # type: ignore[arg-type]
        over = asyncio.Event()

        async def work(new: New) -> None:
            if new.fresh.short:
                await give_way()
                await over.wait()
            else:
                await asyncio.sleep(0)
                await give_way()
            went.append("short" if new.fresh.short else "other")

        monkeypatch.setattr(line._first, "work", work)
        await line.poll()
        assert len(line.telling) == 2
        for _ in range(5):
            await asyncio.sleep(0)
        assert went == []
        over.set()
        await asyncio.gather(*line.telling)

    asyncio.run(act())
    assert went == ["short", "other"]


async def _nothing(*_: Any) -> None:
    """A lease that is given back."""
