"""抄录: every row of the ledger as data, out and in again; never a statement, so nothing in it can be run.

{"table": …, "columns": […]} LF, the rows as COPY writes them, `\\.` LF        for each table
{"counts": {…}, "last_event": …} LF                                           what the ledger says of itself
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from psycopg2 import sql

from ledger.opening import Connection, rows

_END = b"\\.\n"
_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE 'nextval(%')
"""


class NotTheSame(Exception):
    """抄录与台账对不上. Its text says what differs, in words and counts."""


def write(connection: Connection, out: IO[bytes]) -> dict[str, Any]:
    """Writes all rows; gives what the ledger says of itself. The connection is in a transaction of one snapshot."""
    cursor = connection.cursor()
    for table, columns in _tables(connection):
        out.write(json.dumps({"table": table, "columns": columns}).encode() + b"\n")
        cursor.copy_expert(sql.SQL("COPY {} TO STDOUT").format(_target(table, columns)), out)
        out.write(_END)
    summary = describe(connection)
    out.write(json.dumps(summary).encode() + b"\n")
    return summary


def describe(connection: Connection) -> dict[str, Any]:
    """What the ledger says of itself: how many rows each table has, and its last event."""
    counts = {table: rows(connection, f'SELECT count(*) FROM "{table}"')[0][0] for table, _ in _tables(connection)}
    last = [[serial, at.isoformat()] for serial, at in rows(connection, "SELECT id, at FROM events ORDER BY id DESC LIMIT 1")]
    return {"counts": counts, "last_event": last[0] if last else None}


def read(connection: Connection, source: IO[bytes]) -> dict[str, Any]:
    """Puts all rows into the empty tables of the same version. The role is a superuser's. Raises NotTheSame.

    Triggers and foreign keys rest meanwhile: the rows were consistent when they were written.
    """
    known = dict(_tables(connection))
    cursor = connection.cursor()
    cursor.execute("SET LOCAL session_replication_role = replica")
    if known:  # rows that migrations made are among those that come
        cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, known))))
    for line in source:
        part = json.loads(line)
        if "counts" in part:
            _continue_sequences(connection)
            _compare(part, describe(connection))
            return dict(part)
        if known.get(part["table"]) != part["columns"]:
            raise NotTheSame(f"表 {part['table']} 的列与该版本不符")
        cursor.copy_expert(sql.SQL("COPY {} FROM STDIN").format(_target(**part)), _Rows(source))
    raise NotTheSame("内容不完整")


def check(source: IO[bytes]) -> dict[str, Any]:
    """Reads everything and counts; gives what the ledger said of itself. Raises NotTheSame."""
    counts: dict[str, int] = {}
    for line in source:
        part = json.loads(line)
        if "counts" in part:
            _compare(part, {**part, "counts": counts})
            return dict(part)
        counts[part["table"]] = sum(1 for _ in _rows(source))
    raise NotTheSame("内容不完整")


def _compare(said: dict[str, Any], found: dict[str, Any]) -> None:
    for table in sorted(said["counts"].keys() | found["counts"].keys()):
        wanted, got = said["counts"].get(table), found["counts"].get(table)
        if wanted != got:
            raise NotTheSame(f"表 {table} 应有 {wanted} 行,实有 {got} 行")
    if said["last_event"] != found["last_event"]:
        raise NotTheSame(f"最后一个事件应为 {said['last_event']},实为 {found['last_event']}")


def _tables(connection: Connection) -> list[tuple[str, list[str]]]:
    return [(table, list(columns)) for table, columns in rows(connection, _TABLES)]


def _target(table: str, columns: list[str]) -> sql.Composable:
    return sql.SQL("{} ({})").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))


def _continue_sequences(connection: Connection) -> None:
    for table, column in rows(connection, _SEQUENCES):
        rows(
            connection,
            "SELECT setval(pg_get_serial_sequence(%s, %s), greatest(max(numbers.n), 1), max(numbers.n) IS NOT NULL) "
            f'FROM (SELECT "{column}" AS n FROM "{table}") AS numbers',
            (f'"{table}"', column),
        )


def _rows(source: IO[bytes]) -> Iterator[bytes]:
    """The rows of one table. COPY writes a line break within a value as two characters, so a line is a row."""
    for line in source:
        if line == _END:
            return
        yield line
    raise NotTheSame("内容不完整")


class _Rows:
    """The rows of one table as a file that psycopg2 reads."""

    def __init__(self, source: IO[bytes]) -> None:
        self._rows = _rows(source)

    def read(self, size: int = 8192) -> bytes:
        held = bytearray()
        for row in self._rows:
            held += row
            if len(held) >= size:
                break
        return bytes(held)
