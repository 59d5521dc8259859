"""先后: what is short is never held up by what may wait."""

from __future__ import annotations

import asyncio

import pytest

from tasks.precedence import Precedence, give_way, page_in_turn

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.precedence.MOMENT", 60)


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_may_wait_waits_until_the_last_short_one_has_gone_and_nobody_else_does() -> None:
    async def act() -> None:
        others, went = Precedence(), list[str]()

        async def go(name: str) -> None:
            await give_way()
            async with page_in_turn():
                went.append(name)

        with others.first():
            with others.first():
                waiting = asyncio.create_task(others.behind(go("behind")))
                await asyncio.create_task(go("free"))
            await turns()
            assert went == ["free"]
        await waiting
        assert went == ["free", "behind"]

    asyncio.run(act())


def test_of_the_pages_that_may_wait_two_are_made_at_a_time_and_the_next_lets_pass_who_came_meanwhile() -> None:
    async def act() -> None:
        others, made, over = Precedence(), list[int](), asyncio.Event()

        async def make(number: int) -> None:
            async with page_in_turn():
                made.append(number)
                await over.wait()

        tasks = [asyncio.create_task(others.behind(make(number))) for number in range(5)]
        await turns()
        assert made == [0, 1]
        with others.first():
            over.set()
            await turns()
            assert made == [0, 1]
        await asyncio.gather(*tasks)
        assert sorted(made) == [0, 1, 2, 3, 4]

    asyncio.run(act())


def test_where_short_ones_never_cease_the_others_go_on_one_each_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act() -> None:
        others, went = Precedence(), list[int]()

        async def go(number: int) -> None:
            await give_way()
            went.append(number)

        with others.first():
            tasks = [asyncio.create_task(others.behind(go(number))) for number in range(3)]
            await turns()
            await tasks[0]
            await turns()
            assert went == [0]
            await tasks[1]
            await turns()
            assert went == [0, 1]
        await tasks[2]

    monkeypatch.setattr("tasks.precedence.MOMENT", 0.1)
    asyncio.run(act())


def test_one_that_takes_long_is_let_pass_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.precedence.LONGEST", 0.01)

    async def act() -> None:
        others = Precedence()
        with others.first():
            await asyncio.create_task(others.behind(give_way()))  # not in a minute, as `patient` has it
            with others.first():
                pass
            await give_way()
        await others.let_pass()

    asyncio.run(asyncio.wait_for(act(), 30))
