"""A stack's services without the seconds that importing takes: a process that has imported them forks each.

Whatever is started so is a process of its own: its pid, session, folder, environment and log are those that it would have
had, it ends as it always does, and kill -9 leaves nothing of it. Only its modules are there already; of what they read
of the environment when they are imported, Prefect's settings are read again.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from settings import ROOT

#: By what they import: `__main__` is run anew in each process.
SERVICES = ("gateway.app", "runtime.worker.worker", "sandbox.app")

Launch = Callable[[Sequence[str], Mapping[str, str], Path, Path], psutil.Process]


@contextmanager
def services_ready(environment: Mapping[str, str]) -> Iterator[Launch]:
    """What `runtime.services.processes.launch` does, for `python -m …` of a service; `environment` is that of one of them."""
    with TemporaryDirectory() as folder:
        address = f"{folder}/s"
        begin = [sys.executable, "-m", __name__, address]
        own = {name: value for name, value in environment.items() if not name.startswith("PROOFLESS_")}
        with subprocess.Popen(begin, cwd=ROOT, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline() == b"ready\n", "the services could not be imported"
                yield lambda argv, variables, log, place: _launch(address, argv, variables, log, place)
            finally:
                server.terminate()


def _launch(address: str, argv: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path) -> psutil.Process:
    log.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as call, open(os.devnull) as nothing, log.open("ab") as output:
        call.connect(address)
        message = json.dumps([list(argv[1:]), str(folder), dict(environment)]).encode()
        socket.send_fds(call, [message], [nothing.fileno(), output.fileno(), output.fileno()])
        call.shutdown(socket.SHUT_WR)
        return psutil.Process(int(call.recv(32)))


def _serve(address: str) -> None:
    for name in SERVICES:
        importlib.import_module(name)
    assert "settings" in sys.modules and sys.modules["settings"].settings.cache_info().currsize == 0, "each has its own settings"
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is forked is nobody's to wait for
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:  # which ends with the tests that began this
            call, _ = listener.accept()
            with call:
                message, given, _, _ = socket.recv_fds(call, 1 << 16, 3)
                while part := call.recv(1 << 16):
                    message += part
                if (pid := os.fork()) == 0:
                    break
                call.sendall(str(pid).encode())
                for descriptor in given:
                    os.close(descriptor)
        else:
            return
    _become(*json.loads(message), given)


def _become(argv: list[str], folder: str, environment: dict[str, str], given: list[int]) -> None:
    """The process of one service, which ends as a program does."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, descriptor in enumerate(given):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    flag, module, *sys.argv[1:] = argv
    assert flag == "-m"
    if module == "runtime.worker":
        importlib.import_module("runtime.worker.client").settle()
    importlib.import_module("prefect.context").refresh_global_settings_context()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
