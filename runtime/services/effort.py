"""进展: whether a process that is not ready yet is getting on, and whether it is the one that answers.

How long a start takes says nothing: machines differ, and a first migration under load took longer than any figure that
seemed generous. A process that has stopped getting on uses no processor time and writes no line.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

_LEAST = 0.02
"""The share of a processor over the whole window that counts as getting on: more than timers of an idle server use."""


class Effort:
    """Judges one start: `stalled` is true once nothing has moved for `seconds`."""

    def __init__(self, processes: Sequence[psutil.Process], log: Path, seconds: float) -> None:
        self._processes, self._log, self._seconds = processes, log, seconds
        self._since, self._used, self._size = time.monotonic(), self._spent(), self._written()

    def stalled(self) -> bool:
        now = time.monotonic()
        if now - self._since < self._seconds:
            return False
        used, size = self._spent(), self._written()
        moved = used - self._used > _LEAST * (now - self._since) or size != self._size
        self._since, self._used, self._size = now, used, size
        return not moved

    def _spent(self) -> float:
        """Processor seconds of the processes, of what they started, and of what of that has ended."""
        spent = 0.0
        for process in self._processes:
            with suppress(psutil.Error):
                for one in (process, *process.children(recursive=True)):
                    with suppress(psutil.Error):
                        spent += sum(one.cpu_times()[:4])
        return spent

    def _written(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0


def listens(process: psutil.Process, port: int) -> bool:
    """Whether it is this process, or one that it started, that accepts connections there; and not a stranger."""
    with suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                for connection in one.net_connections(kind="tcp"):
                    if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                        return True
    return False
