"""另一个进程: long computing happens in a process of its own, which ends with it.

In a thread it would hold up every case that passes through this process, and memory that was used once would stay taken.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from isolation.process import Limits, compute

P = ParamSpec("P")
T = TypeVar("T")

LIMITS = Limits(memory=2 * 2**30)
_BEHIND = 10  #: a tenth of the share of who is not, where all are busy


async def in_own_process(function: Callable[P, T], *args: Any) -> T:
    """Run `function`, importable by its module's name, in a fresh process with the same settings; give what it returns.

    Raises isolation.process.ProcessDied, or what the function raised.
    """
    return await asyncio.to_thread(compute, function, *args, limits=LIMITS)


async def behind_all(function: Callable[P, T], *args: Any) -> T:
    """The same for what nobody waits for: it gets the processor that everything else leaves."""
    return await asyncio.to_thread(compute, _behind, function, args, limits=LIMITS)


def _behind(function: Callable[..., T], args: tuple[Any, ...]) -> T:
    os.nice(_BEHIND)
    return function(*args)
