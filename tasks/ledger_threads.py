"""The threads on which a process that runs an event loop talks to the ledger. Without Prefect: `./run repair` needs them too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar

from settings import settings

T = TypeVar("T")


@lru_cache(maxsize=1)
def _ledger_threads() -> ThreadPoolExecutor:
    # As many threads as connections: a thread that waits for a connection would only hide the shortage.
    return ThreadPoolExecutor(settings().database_pool, thread_name_prefix="ledger")


async def in_ledger_thread(function: Callable[..., T], *args: Any) -> T:
    """Run a blocking ledger function off the event loop, on the threads that match the connection pool."""
    return await asyncio.get_running_loop().run_in_executor(_ledger_threads(), function, *args)
