"""What every step of a flow has in common: it is named for people, never caches, and leaks nothing into Prefect.

A step is a Prefect task where it runs inside a flow run, and a plain call where there is none yet: in the first pass over
a verification, of which Prefect hears when it has ended (decision 0036). Tries and pauses are the same.

Prefect stores and shows the text of every exception. So only our own errors with fixed texts leave a step; any
other becomes `StepFailed` with its type and place, because its text may hold a person's data.

Retries are set here alone: short, for a system outside that is away for a moment. A longer
outage ends the pass; the ledger counts it and the verification waits.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import random
import traceback
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.runtime import task_run

from connectors.faults import Fault, TransientFault
from ledger.lifecycle.moves import MoveRefused
from ledger.sealing.sealing import NoSealInForce
from proofs.page import PageError
from tasks.ledger_threads import in_ledger_thread as in_ledger_thread

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

RETRY_DELAYS = [1.0, 3.0]
#: How often a step that calls outside is tried in one pass.
TRIES = len(RETRY_DELAYS) + 1
_JITTER = 0.3

_try: ContextVar[int] = ContextVar("_try", default=1)


class StepFailed(Exception):
    """A step failed in a way that nobody foresaw. `code` is the error's type and place, without its text."""

    def __init__(self, code: str) -> None:
        super().__init__(f"步骤失败[{code}]:原因见服务日志,核验将自动重试。")
        self.code = code


def step(label: str, *, outside: bool = False) -> Callable[[Callable[P, Awaitable[T]]], Any]:
    """A Prefect task from an async function; `outside` gives it the retries for transient faults."""

    def decorate(function: Callable[P, Awaitable[T]]) -> Any:
        @functools.wraps(function)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return await function(*args, **kwargs)
            except (Fault, MoveRefused, NoSealInForce, PageError):
                raise
            except Exception as error:
                code = place_of(error)
                log.error("step %s failed: %s", function.__name__, code)
                raise StepFailed(code) from None

        options: dict[str, Any] = {"name": label, "cache_policy": NO_CACHE, "persist_result": False}
        if outside:
            options |= {
                "retries": len(RETRY_DELAYS),
                "retry_delay_seconds": RETRY_DELAYS,
                "retry_jitter_factor": _JITTER,
                "retry_condition_fn": _is_transient,
            }
        as_task = task(**options)(guarded)

        @functools.wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            if FlowRunContext.get() is not None:
                return await as_task(*args, **kwargs)  # type: ignore[no-any-return]
            return await alone(*args, **kwargs)

        @functools.wraps(function)
        async def alone(*args: P.args, **kwargs: P.kwargs) -> T:
            return await _tried(guarded, RETRY_DELAYS if outside else [], *args, **kwargs)

        run.fn, run.alone = guarded, alone  # type: ignore[attr-defined]
        return run

    return decorate


def is_last_try() -> bool:
    """Whether the step that runs now is not tried again in this pass."""
    return (task_run.run_count or _try.get()) >= TRIES


async def _tried(function: Callable[P, Awaitable[T]], pauses: list[float], *args: P.args, **kwargs: P.kwargs) -> T:
    for number, pause in enumerate(pauses, 1):
        _try.set(number)
        try:
            return await function(*args, **kwargs)
        except TransientFault:
            await asyncio.sleep(pause * (1 + random.uniform(0, _JITTER)))
    _try.set(len(pauses) + 1)
    return await function(*args, **kwargs)


async def _is_transient(_task: Any, _run: TaskRun, state: State) -> bool:
    try:
        await state.aresult()
    except TransientFault:
        return True
    except Exception:
        return False
    return False


def place_of(error: BaseException) -> str:
    """The type of an error and where our own code raised it: enough to find it, nothing that it says."""
    frames = traceback.extract_tb(error.__traceback__)
    here = Path(__file__).resolve().parent.parent
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(here) and ".venv" not in frame.filename]
    last = (ours or frames)[-1] if frames else None
    where = f"@{Path(last.filename).stem}:{last.lineno}" if last else ""
    return f"{type(error).__name__}{where}"
