"""The raw rows of a ledger, in plain Python: each table read once; who stood where a merged unit stood."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import text

from ledger.database import transaction

Row = dict[str, Any]
Merger = tuple[str, datetime, str]  #: unit, since, into


def read(rows: dict[str, list[Row]], tables: Iterable[str]) -> None:
    """Every row of the tables that are not there yet."""
    with transaction() as session:
        for table in tables:
            if table not in rows:
                rows[table] = [dict(row) for row in session.execute(text(f"SELECT * FROM {table}")).mappings()]


def mergers(changes: Iterable[Row], cut: datetime) -> list[Merger]:
    """Those before an instant, the oldest first."""
    found = [(row["unit"], row["at"], row["merged_into"]) for row in changes if row["merged_into"] is not None and row["at"] < cut]
    return sorted(found, key=lambda one: one[1])


def stood(unit: Any, at: datetime, mergers: Iterable[Merger]) -> Any:
    """Step by step, the slow way: a unit that was merged, into one that was merged later, into one …"""
    for one, since, into in mergers:
        if unit == one and since <= at:
            unit = into
    return unit


def by(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """The rows by what stands in a column."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
