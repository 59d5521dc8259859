"""Bring the ledger's database to the newest version, or say how far it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine

from ledger.tables import (
    cases,
    catalog,
    commitments,
    duty,
    effects,
    inbox,
    oversight,
    records,
    registry,
    reports,
    verifications,
)
from ledger.tables.base import metadata

# Importing the modules registers their tables with `metadata`.
_TABLES = (cases, catalog, commitments, duty, effects, inbox, oversight, records, registry, reports, verifications)


def owner_engine(url: str) -> Engine:
    """An engine of the owner's role, for migrations alone."""
    return create_engine(url, hide_parameters=True)


def upgrade(url: str) -> None:
    """Run every migration that has not run yet. `url` carries the owner's role and password."""
    engine = owner_engine(url)
    try:
        with engine.begin() as connection:
            command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def differences(connection: Connection) -> list[object]:
    """What the tables in the code and in the database do not agree on: empty after `upgrade`."""
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
