"""One `up` for each installation: a lock that the system itself lifts when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from runtime.failures import Failure
from runtime.services import pidfiles


@contextmanager
def only_one(run_folder: Path) -> Iterator[None]:
    """Holds the installation for this process. Raises Failure naming the process that has it."""
    run_folder.mkdir(parents=True, exist_ok=True)
    with (run_folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = holder(run_folder)
            who = f"(进程 {other.pid})" if other else ""
            remedy = "用 ./run status 查看地址,用 ./run down 停止它。"
            raise Failure("取得运行权", f"本安装目录已有一个 ./run 在运行{who}", remedy) from None
        file.truncate(0)
        file.write(f"{os.getpid()} {pidfiles.birth(os.getpid())}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def holder(run_folder: Path) -> psutil.Process | None:
    """The process that holds the installation, if one does."""
    try:
        pid, born = (run_folder / "up.lock").read_text().split()
    except (OSError, ValueError):
        return None
    return pidfiles.living(int(pid), born)
