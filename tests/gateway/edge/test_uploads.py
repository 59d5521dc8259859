"""上传: how many lists of a whole province come at the same time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from starlette.requests import Request

from catalog.reading import MOST_BYTES
from gateway.edge.problems import Problem
from gateway.edge.uploads import one_of_few


def announcing(length: str | None) -> Request:
    headers = [] if length is None else [(b"content-length", length.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers})


@pytest.mark.parametrize("length", [str(MOST_BYTES + 1), None, "long"])
def test_two_large_lists_come_at_a_time_and_small_ones_beside_them(length: str | None) -> None:
    async def act() -> None:
        async with AsyncExitStack() as coming:
            for _ in range(2):
                await coming.enter_async_context(one_of_few(announcing(length)))
            for _ in range(5):
                await coming.enter_async_context(one_of_few(announcing(str(MOST_BYTES))))
            with pytest.raises(Problem) as told:
                await coming.enter_async_context(one_of_few(announcing(length)))
            assert told.value.code == "reading_busy" and (told.value.headers or {})["Retry-After"] == "60"
        async with one_of_few(announcing(length)):
            pass

    asyncio.run(act())
