"""隔离: what strangers hand us is read in a process of its own, with limits of memory and time that hold.

A parser that meets a stranger's file may take all memory, never come back, or take its process along. Here it takes a
fresh process: forked from a small server that has the parsers loaded (milliseconds instead of the second that a new
interpreter costs), bounded by the kernel, without our environment, ended after one file so that memory is given back.

What comes back is JSON and never a pickle: who reads a stranger's file must not be able to run anything here.
Our own long computing (`compute`) takes the same way with our environment; what it gives is ours and is unpickled.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("proofless.isolation")
_context = multiprocessing.get_context("forkserver")
_modules: list[str] = []
_starting = threading.Lock()  #: multiprocessing's own books of processes are not made for several threads


@dataclass(frozen=True)
class Limits:
    """What one process may use. The kernel holds them, whatever code runs there."""

    memory: int  #: bytes beyond what it has when it begins
    seconds: int | None = None  #: of processor time; None: as long as it takes
    patience: float | None = None  #: seconds on the wall: a busy machine gives processor time slowly; None: for ever
    output: int | None = None  #: bytes that may come back, into the process that waits for it; None: as many as `memory`


class ProcessDied(Exception):
    """The process ended before it was done: too much memory, too much time, or something made it fall over."""


def loads(module: str) -> None:
    """A module that reads strangers' files says so when it is imported: whatever this process may need then stands
    loaded in the server that it forks from."""
    _modules.append(module)
    _context.set_forkserver_preload(_modules)


def start() -> None:
    """Start the server, so that the first file does not wait for it. Returns at once."""
    with _starting:
        forkserver.ensure_running()


def read(function: Callable[P, Iterable[Any]], *args: Any, limits: Limits) -> Iterator[Any]:
    """Run `function`, importable by its module's name, on what a stranger sent: what it gives, JSON alone, item by item.

    Raises ProcessDied, also for whatever the function raises: what is wrong with a file it gives as an item. Blocks.
    """
    for part in _parts(_read, function, args, limits, {}):
        yield json.loads(part)


def compute(function: Callable[P, T], *args: Any, limits: Limits) -> T:
    """Run our own `function` with this process's environment; give what it returns. Raises ProcessDied, or what it
    raised. Blocks."""
    (part,) = _parts(_compute, function, args, limits, dict(os.environ))
    returned, value = pickle.loads(part)  # noqa: S301  # our own function's, on our own data
    if not returned:
        raise value
    result: T = value
    return result


_ITEM, _DONE = b"+", b"."
_BEHIND = 10  #: how far a reader stands behind: a tenth of the share of who does not, where all are busy


def _parts(
    way: Callable[..., Iterator[bytes]], function: Callable[..., Any], args: tuple[Any, ...], limits: Limits, environment: Mapping[str, str]
) -> Iterator[bytes]:
    ours, theirs = _context.Pipe(duplex=False)
    began, left, done = time.monotonic(), limits.output or limits.memory, False
    process = _context.Process(target=_serve, args=(theirs, way, function, args, limits, environment))
    try:
        with _starting:
            process.start()
        theirs.close()
        while ours.poll(None if limits.patience is None else max(0.0, began + limits.patience - time.monotonic())):
            message = ours.recv_bytes(left)
            left -= len(message)
            if done := message == _DONE:
                return
            yield message[1:]
        raise ProcessDied
    except (EOFError, OSError, ProcessDied) as fault:  # ended by the kernel, by us, or more than it may give
        name, took = getattr(function, "__name__", ""), time.monotonic() - began
        _log.warning("ended while it worked: %s after %.1f s (%s)", name, took, type(fault).__name__)
        raise ProcessDied(name) from None
    finally:
        theirs.close()
        ours.close()
        if process.pid is not None:
            if not done:
                process.kill()
            process.join()  # what it used is given back before anybody goes on


def _serve(
    answers: Connection,
    way: Callable[..., Iterator[bytes]],
    function: Callable[..., Any],
    args: tuple[Any, ...],
    limits: Limits,
    environment: Mapping[str, str],
) -> None:
    """The process itself. It says nothing of what it read: no traceback, no core."""
    try:
        os.environ.clear()
        os.environ.update(environment)
        _bound(limits)
        gc.freeze()  # what stands loaded stays: in long work it was looked through again and again, a fifth of a draft's time
        for part in way(function, args):
            answers.send_bytes(_ITEM + part)
        answers.send_bytes(_DONE)
        code = 0
    except BaseException:  # MemoryError, RecursionError, a parser's panic: whoever asked is told that it died
        code = 1
    os._exit(code)


def _read(function: Callable[..., Iterable[Any]], args: tuple[Any, ...]) -> Iterator[bytes]:
    for item in function(*args):
        yield json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _compute(function: Callable[..., Any], args: tuple[Any, ...]) -> Iterator[bytes]:
    try:
        result = (True, function(*args))
    except MemoryError:
        raise
    except Exception as error:
        result = (False, error)
    yield pickle.dumps(result)


def _bound(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the limit of memory is not kept, or means another thing
        has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, has + limits.memory)
    if limits.seconds is not None and limits.patience is not None:
        _step_back()
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")  # where the machine has no memory left, this one ends
        _lower(resource.RLIMIT_CPU, limits.seconds)
        _lower(resource.RLIMIT_FSIZE, 0)  # it reads, and writes no file
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # holds inside a parser's own code, and when nobody waits any more
        signal.setitimer(signal.ITIMER_REAL, limits.patience)


def _step_back() -> None:
    """Those who wait for the gateway come first.

    Linux divides a processor among sessions before it looks at the processes in them: what a reader used in the gateway's
    own session would count as the gateway's, which then would wait its turn behind everybody else.
    """
    os.nice(_BEHIND)
    os.setsid()
    with contextlib.suppress(OSError):  # another system, or too many asked in this moment
        Path("/proc/self/autogroup").write_text(str(_BEHIND))


def _lower(which: int, wanted: int) -> None:
    _, hard = resource.getrlimit(which)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(which, (most, most))
