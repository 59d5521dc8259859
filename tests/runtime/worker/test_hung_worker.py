"""A worker whose heartbeat stops ends by itself, so that whoever supervises it starts another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from settings import ROOT

HANGS = """
import asyncio, sys, time
from runtime.worker import worker as room

async def beat(function, *arguments): ...
async def fail(function, *arguments): raise ConnectionError

async def main():
    room.in_ledger_thread = fail if "away" in sys.argv else beat
    worker = room.Worker()
    for _ in range(16):  # longer than the patience, with a heartbeat
        try:
            await worker._renew()
        except ConnectionError:
            pass
        await asyncio.sleep(0.5)
    print("alive", flush=True)
    if "hangs" in sys.argv:
        time.sleep(60)  # in the loop

room.HUNG_SECONDS = 6.0  # three lengths of a lease
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Both at once: they mostly wait."""
    variables = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PROOFLESS_LEASE_SECONDS": "2"}
    with ExitStack() as ending:
        started = {}
        for how in ("hangs", "away"):
            argv = [sys.executable, "-c", HANGS, how]
            started[how] = ending.enter_context(
                subprocess.Popen(argv, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
            ending.callback(started[how].kill)
        yield started


def test_a_worker_whose_loop_hangs_ends_and_says_where(running: dict[str, subprocess.Popen[str]]) -> None:
    said, complained = running["hangs"].communicate(timeout=240)
    assert (running["hangs"].returncode, said) == (1, "alive\n")
    assert "Timeout" in complained and "in main" in complained


def test_a_worker_whose_database_is_away_goes_on(running: dict[str, subprocess.Popen[str]]) -> None:
    running["away"].communicate(timeout=240)
    assert running["away"].returncode == 0
