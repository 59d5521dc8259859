"""A PostgreSQL of the tests' own, the same as `./run up` starts, in a folder that the test gives."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from runtime.services import keyfiles, postgres
from runtime.services.databases import create_databases
from tests.ports import free_port

MEMORY_DISK = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free there and in the machine: a cluster with some ledgers takes a fifth of it."""

HASTE = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # in databases that live for a second it only gets in the way; who reads plans calls ANALYZE
}


@contextmanager
def start_test_cluster(home: Path) -> Iterator[postgres.Cluster]:
    """The cluster with its roles and databases (`proofless` is empty). The passwords: `password(home, role)`."""
    with _in_memory(home / "postgres"):
        try:
            cluster = postgres.start(home, free_port())
            create_databases(cluster, home)
            yield cluster
        finally:
            postgres.stop(home)


def forget_power_cuts(cluster: postgres.Cluster) -> None:
    """Nothing of a test's database must outlive this machine: without fsync copying a ledger takes a tenth of the time.
    What is acknowledged still outlives every process, PostgreSQL's own too (synchronous_commit stays on)."""
    with closing(cluster.connect()) as connection, connection.cursor() as statement:
        for name, value in HASTE.items():
            statement.execute(f"ALTER SYSTEM SET {name} = {value}")
        statement.execute("SELECT pg_reload_conf()")


def sign_in_cheaply(cluster: postgres.Cluster) -> None:
    """Whoever connects hashes the password once and not 4,096 times: each test connects anew, some of them often."""
    with closing(cluster.connect()) as connection, connection.cursor() as statement:
        statement.execute("SET scram_iterations = 1")
        for role in _PASSWORDS:
            statement.execute(f"ALTER ROLE {role} PASSWORD %s", (password(cluster.home, role),))


@contextmanager
def _in_memory(folder: Path) -> Iterator[None]:
    """The folder as a link into the memory disk where there is one with room: a ledger is 350 files, made and deleted
    for a test, and some file systems take a third of a second for that. The logs stay beside it, on the disk."""
    if not MEMORY_DISK.is_dir() or min(shutil.disk_usage(MEMORY_DISK).free, psutil.virtual_memory().available) < ROOM:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="proofless-test-", dir=MEMORY_DISK) as place:
        Path(place).chmod(0o755)  # an account without rights passes through
        data = Path(place) / "postgres"
        data.mkdir()
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(data)
        yield


_PASSWORDS = {
    "proofless_owner": "owner_password",
    "proofless_app": "proofless_database_password",
    "prefect": "prefect_database_password",
    "postgres": "postgres_password",
}


def password(home: Path, role: str) -> str:
    """The password of `proofless_owner`, `proofless_app`, `prefect` or `postgres`."""
    return keyfiles.read(home, _PASSWORDS[role])


def kill(cluster: postgres.Cluster) -> None:
    """kill -9 of the one that runs: an earlier one may have been killed."""
    running = postgres.start(cluster.home, cluster.port).process
    running.kill()
    running.wait(10)


def start_again(cluster: postgres.Cluster) -> None:
    assert postgres.start(cluster.home, cluster.port).port == cluster.port
