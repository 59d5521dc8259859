"""A PostgreSQL of the tests' own, the same as `./run up` starts, in a folder that the test gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from runtime.services import keyfiles, postgres
from runtime.services.databases import create_databases
from tests.ports import free_port


@contextmanager
def start_test_cluster(home: Path) -> Iterator[postgres.Cluster]:
    """The cluster with its roles and databases (`proofless` is empty). The passwords: `password(home, role)`."""
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
        for name in ("fsync", "full_page_writes"):
            statement.execute(f"ALTER SYSTEM SET {name} = off")
        statement.execute("SELECT pg_reload_conf()")


def password(home: Path, role: str) -> str:
    """The password of `proofless_owner`, `proofless_app`, `prefect` or `postgres`."""
    files = {
        "proofless_owner": "owner_password",
        "proofless_app": "proofless_database_password",
        "prefect": "prefect_database_password",
        "postgres": "postgres_password",
    }
    return keyfiles.read(home, files[role])
