"""The roles and databases of one cluster, and what each may do.

proofless_owner   owns database `proofless`; migrations only
proofless_app     may connect to it; the migrations grant it the rest
prefect           owns database `prefect`; the Prefect server only
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, cursor

from runtime.services import keyfiles
from runtime.services.context import LEDGER, PREFECT
from runtime.services.postgres import Cluster

_ROLES = {"proofless_owner": "owner_password", "proofless_app": "proofless_database_password", "prefect": "prefect_database_password"}
_OWNERS = {LEDGER: "proofless_owner", PREFECT: "prefect"}


def create_databases(cluster: Cluster, home: Path) -> bool:
    """Makes what is missing and sets every password to what its file says. True if the ledger's database is new."""
    return prepare(cluster.connect, partial(keyfiles.read, home))


def prepare(connect: Callable[[str], connection], secret: Callable[[str], str]) -> bool:
    """The same on any server. `connect` gives a superuser's autocommit connection to a database of that name."""
    outside = connect("postgres")
    try:
        with outside.cursor() as statement:
            for role, file in _ROLES.items():
                _make_role(statement, role, secret(file))
            made = {name: _make_database(statement, name, owner) for name, owner in _OWNERS.items()}
            for name in ("postgres", "template1"):
                statement.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            statement.execute(f"GRANT CONNECT ON DATABASE {LEDGER} TO proofless_app")
    finally:
        outside.close()
    for name in _OWNERS:
        inside = connect(name)
        try:
            with inside.cursor() as statement:
                statement.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
                if name == PREFECT:  # its migrations need trigram indexes
                    statement.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        finally:
            inside.close()
    return made[LEDGER]


def _make_role(statement: cursor, role: str, password: str) -> None:
    statement.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    verb = "ALTER" if statement.fetchone() else "CREATE"
    command = verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}"
    statement.execute(sql.SQL(command).format(sql.Identifier(role), sql.Literal(password)))


def _make_database(statement: cursor, name: str, owner: str) -> bool:
    identifiers = {"name": sql.Identifier(name), "owner": sql.Identifier(owner)}
    try:
        statement.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner}").format(**identifiers))
        made = True
    except psycopg2.errors.DuplicateDatabase:
        made = False
    statement.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**identifiers))
    return made
