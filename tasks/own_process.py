"""另一个进程: long computing happens in a process of its own, which ends with it.

In a thread it would hold up every case that passes through this process; a file that makes its reader fall over would
take all of them along; and memory that was used once would stay taken.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MOST_MEMORY = 2 * 2**30


class ProcessDied(Exception):
    """The process ended before it was done: it needed too much memory, or something made it fall over."""


async def in_own_process(function: Callable[P, T], *args: Any) -> T:
    """Run `function`, importable by its module's name, in a fresh process with the same settings; give what it returns.

    Raises ProcessDied, or what the function raised.
    """
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, initializer=_bounded, initargs=(MOST_MEMORY,)) as pool:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, function, *args)
        except (BrokenProcessPool, MemoryError):
            raise ProcessDied from None


def _bounded(most: int) -> None:
    if sys.platform == "linux":  # elsewhere the limit is not kept, or means another thing
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
