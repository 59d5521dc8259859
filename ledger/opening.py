"""The way to the ledger's database for those who ask in its own words: monitors, listeners, backups. To them SQLAlchemy
would be most of their time."""

from __future__ import annotations

from typing import Any, Protocol

import psycopg2
from psycopg2.extensions import connection

from settings import settings

_called = "command"


class Connection(Protocol):
    """A connection of psycopg2, or the one beneath SQLAlchemy's."""

    def cursor(self) -> Any: ...


def name_connections(program: str) -> None:
    """Who this process is to those who look into PostgreSQL. Called by a service as it starts, before its first connection."""
    global _called
    _called = program


def connections_name() -> str:
    return f"proofless/{_called}"


def connect(**more: Any) -> connection:
    """A connection of this process's role."""
    at = settings()
    found: connection = psycopg2.connect(
        host=at.database_host,
        port=at.database_port,
        dbname=at.database_name,
        user=at.database_user,
        password=at.database_password.get_secret_value(),
        connect_timeout=5,
        **{"application_name": connections_name(), **more},
    )
    return found


def rows(asked: Connection, question: str, values: Any = None) -> list[tuple[Any, ...]]:
    """The answer's rows."""
    with asked.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
