"""Readers that fail in every way, all harmless. They run in processes of their own, so they stand in a module that
imports little."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import psutil


def numbers(count: int) -> Iterator[Any]:
    yield from ({"number": number, "text": "甲\ud800"} for number in range(count))


def fall_over(*_: bytes) -> Iterator[Any]:
    os.abort()
    yield


def raise_something(*_: bytes) -> Iterator[Any]:
    yield "one item"
    raise KeyError("370402199001011234")


def take_memory(*_: bytes) -> Iterator[Any]:
    yield len(bytearray(2**27))


def take_time(*_: bytes) -> Iterator[Any]:
    while True:
        time.process_time()
    yield


def hang(*_: bytes) -> Iterator[Any]:
    time.sleep(600)
    yield


def hang_on_its_feet(*_: bytes) -> Iterator[Any]:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    time.sleep(600)
    yield


def say_too_much(*_: bytes) -> Iterator[Any]:
    while True:
        yield "x" * 2**16


def open_a_file(path: str) -> Iterator[Any]:
    with open(path, "wb") as file:
        file.write(b"1")
    yield


def look_around(*_: bytes) -> Iterator[Any]:
    group = Path("/proc/self/autogroup")
    yield {
        "environment": dict(os.environ),
        "loaded": "proofs.pdf_judgement" in sys.modules,
        "nice": os.nice(0),
        "own_session": os.getsid(0) == os.getpid(),
        "group": group.read_text() if group.exists() else "",
    }


class NotJson:
    """What only a pickle can carry."""


def give_an_object(*_: bytes) -> Iterator[Any]:
    yield NotJson()


def alive() -> set[psutil.Process]:
    """The readers of this process that run now."""
    return set(psutil.Process(forkserver._forkserver._forkserver_pid).children())
