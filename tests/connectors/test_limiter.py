from __future__ import annotations

import asyncio
import time

import pytest

from connectors.limiter import Limiter, Saturated


def test_calls_are_spaced_and_each_look_up_takes_the_time_of_its_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six that come at one instant: each waits for two calls at 20 ms of everybody before it."""
    waited: list[float] = []

    async def scene() -> None:
        limiter = Limiter(per_second=50, concurrency=10, patience=5, clock=lambda: 100.0)

        async def one() -> None:
            async with limiter.turn(calls=2):
                pass

        await asyncio.gather(*(one() for _ in range(6)))

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", noted)
    asyncio.run(scene())
    assert waited == pytest.approx([0, 0.04, 0.08, 0.12, 0.16, 0.2])


def test_no_more_than_the_granted_number_at_a_time() -> None:
    async def scene() -> int:
        limiter = Limiter(per_second=10_000, concurrency=3, patience=5)
        inside = most = 0

        async def one() -> None:
            nonlocal inside, most
            async with limiter.turn():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.005)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(12)))
        return most

    assert asyncio.run(scene()) == 3


@pytest.mark.parametrize(("per_second", "concurrency"), [(0.1, 10), (10_000.0, 1)])
def test_nobody_waits_longer_than_the_patience(per_second: float, concurrency: int) -> None:
    async def scene() -> None:
        limiter = Limiter(per_second, concurrency, patience=0.05)
        started = time.monotonic()
        async with limiter.turn():
            with pytest.raises(Saturated):
                async with limiter.turn():
                    pass
        assert time.monotonic() - started < 9  # a call in ten seconds: it gave up before its turn
        if concurrency == 1:
            async with limiter.turn():  # the one who gave up left no slot taken
                pass

    asyncio.run(scene())


def test_one_limiter_serves_several_loops() -> None:
    limiter = Limiter(per_second=10_000, concurrency=1, patience=1)

    async def scene() -> None:
        async def one() -> None:
            async with limiter.turn():
                await asyncio.sleep(0.001)

        await asyncio.gather(*(one() for _ in range(3)))

    asyncio.run(scene())
    asyncio.run(scene())
