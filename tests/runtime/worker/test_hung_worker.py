"""A worker whose heartbeat stops ends by itself, so that whoever supervises it starts another."""

from __future__ import annotations

import subprocess
import sys

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


def run(*how: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PROOFLESS_LEASE_SECONDS": "2"}
    argv = [sys.executable, "-c", HANGS, *how]
    return subprocess.run(argv, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=50)


def test_a_worker_whose_loop_hangs_ends_and_says_where() -> None:
    done = run("hangs")
    assert (done.returncode, done.stdout) == (1, "alive\n")
    assert "Timeout" in done.stderr and "in main" in done.stderr


def test_a_worker_whose_database_is_away_goes_on() -> None:
    assert run("away").returncode == 0
