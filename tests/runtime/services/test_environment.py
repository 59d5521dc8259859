"""What every process that `up` starts inherits about its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.services import allocation, environment
from runtime.services.unprivileged import Account

ARENAS = """
import ctypes, threading
def hold(there, end):
    kept = bytearray(50_000)
    there.wait()
    end.wait()
there, end = threading.Barrier(9), threading.Event()
for _ in range(8):
    threading.Thread(target=hold, args=(there, end)).start()
there.wait()
libc = ctypes.CDLL("libc.so.6")
libc.fopen.restype = libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
end.set()
"""


@pytest.mark.skipif(not os.confstr("CS_GNU_LIBC_VERSION") if sys.platform == "linux" else True, reason="glibc's own")
def test_threads_do_not_each_keep_memory_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads that hold something at once have two arenas between them, and not one each."""
    for name in allocation.MALLOC:
        monkeypatch.delenv(name, raising=False)
    done = subprocess.run([sys.executable, "-c", ARENAS], env=environment.outer(), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.count("<heap nr=") == 2


def test_who_sets_it_himself_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "7")
    assert environment.outer() == environment.outer() | {"MALLOC_ARENA_MAX": "7"}


def test_postgresql_is_started_with_them(tmp_path: Path) -> None:
    """Its server processes write some dozens of proofs at a time, and kept up to 15 MB of that each where 4 were in use."""
    assert allocation.MALLOC.items() <= Account(tmp_path, tmp_path).options()["env"].items()
