"""Interrupt a pass at a chosen commit: kill it there, or let something else happen at that very moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session


class Killed(BaseException):
    """Stands for kill -9: no handler of ours may catch it."""


class Interruption:
    """Counts commits of this process; at the `point`-th one it acts, once."""

    def __init__(self, point: int, act: Callable[[], None]) -> None:
        self._point, self._act = point, act
        self._lock, self._count, self.fired = threading.Lock(), 0, False

    def __call__(self, _session: Session) -> None:
        with self._lock:
            self._count += 1
            if self._count != self._point or self.fired:
                return
            self.fired = True
        self._act()


@contextmanager
def interrupted(moment: str, point: int, act: Callable[[], None]) -> Iterator[Interruption]:
    """Within: at the `point`-th commit, `before_commit` or `after_commit` it, call `act`."""
    interruption = Interruption(point, act)
    event.listen(Session, moment, interruption)
    try:
        yield interruption
    finally:
        event.remove(Session, moment, interruption)


def kill() -> None:
    raise Killed
