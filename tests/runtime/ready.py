"""`./run` as scripts call it, without the second that importing takes: a process that has imported everything forks for each.

A command runs as it always does, in a process of its own with the folder, environment, input and output that its caller
gave it; only what it imports is there already. What a command needs to import is asked by tests.runtime.commands.test_lean.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path

from isolation import process
from runtime.commands.table import COMMANDS
from runtime.failures import Failure
from settings import ROOT

_CALL = """#!/bin/sh
exec {python} -IS -c 'import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect("{address}")
socket.send_fds(server, [json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()], [0, 1, 2])
server.shutdown(socket.SHUT_WR)
code = server.recv(1)
sys.exit(code[0] if code else "the command died")' "$@"
"""


@contextmanager
def commands_ready(folder: Path) -> Iterator[str]:
    """A script that does what `./run` does, in the environment of its caller."""
    address = folder / "s"  # the address of a socket is short
    begin = [sys.executable, "-m", __name__, str(address)]
    with subprocess.Popen(begin, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield _CALL.format(python=sys.executable, address=address)
        finally:
            server.terminate()


def _serve(address: str) -> None:
    importlib.import_module("gateway.app")  # which brings the house from the ledger to the proofs
    process.start()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for what is forked: each tells its caller how it ended
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:  # which ends with the tests that began this
            call, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _command(call)
            call.close()


def _command(call: socket.socket) -> None:
    """The process of one command: does it, and ends with its exit code on the way to its caller."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]  # that of files' readers runs
        message, given, _, _ = socket.recv_fds(call, 1 << 16, 3)
        while part := call.recv(1 << 16):
            message += part
        words, folder, environment = json.loads(message)
        for number, descriptor in enumerate(given):
            os.dup2(descriptor, number)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        code = _run(words)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        call.sendall(bytes([code]))
        os._exit(code)


def _run(words: list[str]) -> int:
    """As `runtime.__main__`, in the environment of the caller: there is no installation whose environment it could enter."""
    module, _, function = COMMANDS[words[0]].target.partition(":")
    try:
        return int(getattr(importlib.import_module(module), function)(words[1:]))
    except SystemExit as ended:
        sys.stderr.write("" if isinstance(ended.code, int) else f"{ended.code}\n")
        return ended.code if isinstance(ended.code, int) else 1
    except Failure as failure:
        sys.stderr.write(f"Failure: {failure} {failure.remedy}\n")
    except Exception:
        traceback.print_exc()
    return 1


if __name__ == "__main__":
    _serve(sys.argv[1])
