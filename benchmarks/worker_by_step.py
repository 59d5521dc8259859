"""Our worker with a clock at each of its steps: `python -m benchmarks.worker_by_step`, with the environment of a service.

Takes our worker's place. For each line that comes in it answers with a line: what each part has taken so far, as JSON,
`[seconds of processor time, statements, transactions]`. The processor time is the whole process's while the part is at work, less
that of the parts within it: exact where one verification is at work at a time, so that is how it is asked.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextvars import ContextVar, copy_context
from functools import wraps
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from runtime.worker import client

client.settle()

import flows.verification as flow  # noqa: E402
from runtime.worker import __main__ as our_worker  # noqa: E402
from runtime.worker import worker  # noqa: E402
from runtime.worker.first_passes import FirstPasses  # noqa: E402
from runtime.worker.runs import Runs  # noqa: E402
from tasks.ledger_threads import _ledger_threads  # noqa: E402

#: Where nothing was to do it is no verification's; all that is named nowhere is the process's.
WHOLE, IDLE = "whole", "idle"
_PARTS: tuple[tuple[Any, str, str], ...] = (
    (FirstPasses, "take", "taken from the line"),
    (FirstPasses, "work", "between the steps"),
    (FirstPasses, "tell", "Prefect: told"),
    (worker.Worker, "_give_back", "lease given back"),
    (worker.Worker, "_run_pass", "lease taken"),
    (worker, "execute", "Prefect: engine"),
    (Runs, "align", "Prefect: run moved"),
    (flow, "take_up", "take up"),
    (flow, "escalate_if_overdue", "look at its limits"),
    (flow, "look_up_share", "look up"),
    (flow, "ask_issuing_unit", "ask"),
    (flow, "seal", "make and seal"),
    (flow, "deliver", "deliver"),
)

_spent: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0, 0])


class _Open:
    """A part at work."""

    def __init__(self, name: str) -> None:
        self.name, self.inner, self.asked = name, 0.0, [0, 0]


_within: ContextVar[_Open | None] = ContextVar("_within", default=None)


def _timed(name: str, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(function)
    async def run(*args: Any, **kwargs: Any) -> Any:
        outer, mine = _within.get(), _Open(name)
        token, began, found = _within.set(mine), time.process_time(), None
        try:
            found = await function(*args, **kwargs)
            return found
        finally:
            _within.reset(token)
            took = time.process_time() - began
            part = _spent[IDLE if found == [] else name]
            part[0] += took - mine.inner
            part[1] += mine.asked[0]
            part[2] += mine.asked[1]
            if outer is not None:
                outer.inner += took

    return run


def _asked(what: int) -> None:
    if (part := _within.get()) is not None:
        part.asked[what] += 1


def _carry_context() -> None:
    """Into the threads of the ledger, so that a statement knows whose it is."""
    pool = _ledger_threads()
    submit = pool.submit
    pool.submit = lambda function, *args: submit(copy_context().run, function, *args)  # type: ignore[method-assign, assignment]


def _answer() -> None:
    for _ in sys.stdin:
        sys.stdout.write(json.dumps({**_spent, WHOLE: [time.process_time(), 0, 0]}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    for owner, attribute, name in _PARTS:
        setattr(owner, attribute, _timed(name, getattr(owner, attribute)))
    _carry_context()
    event.listen(Engine, "before_cursor_execute", lambda *_: _asked(0))
    event.listen(Session, "after_commit", lambda _: _asked(1))
    threading.Thread(target=_answer, daemon=True).start()
    sys.exit(our_worker.main())
