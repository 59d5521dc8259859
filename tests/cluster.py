"""A PostgreSQL of the tests' own, the same as `./run up` starts, in a folder that the test gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime import keyfiles, postgres
from runtime.databases import create_databases
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


def password(home: Path, role: str) -> str:
    """The password of `proofless_owner`, `proofless_app`, `prefect` or `postgres`."""
    files = {
        "proofless_owner": "owner_password",
        "proofless_app": "proofless_database_password",
        "prefect": "prefect_database_password",
        "postgres": "postgres_password",
    }
    return keyfiles.read(home, files[role])
