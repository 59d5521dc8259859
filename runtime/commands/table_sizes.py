"""表的大小: what grows in the two databases, for `./run status`."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

import psycopg2

from runtime.services import keyfiles
from runtime.services.context import LEDGER, PREFECT

_LARGEST = """
    SELECT relname, pg_total_relation_size(relid), n_live_tup, pg_database_size(current_database())
    FROM pg_stat_user_tables ORDER BY 2 DESC LIMIT 4
"""
_ROLES = {LEDGER: ("proofless_owner", "owner_password"), PREFECT: ("prefect", "prefect_database_password")}


def lines(home: Path, port: int) -> list[str]:
    """A line a database: its size, and its largest tables with their rows. Empty where it cannot be asked."""
    found = []
    for database, (role, secret) in _ROLES.items():
        with suppress(psycopg2.Error, OSError):
            opened = psycopg2.connect(
                host="127.0.0.1", port=port, dbname=database, user=role, password=keyfiles.read(home, secret), connect_timeout=5
            )
            with closing(opened), opened.cursor() as cursor:
                cursor.execute(_LARGEST)
                rows = cursor.fetchall()
            tables = "、".join(f"{name} {_mib(size)}({count} 行)" for name, size, count, _ in rows)
            found.append(f"数据库 {database} {_mib(rows[0][3]) if rows else '空'}:{tables}")
    return found


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
