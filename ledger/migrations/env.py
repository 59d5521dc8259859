"""Alembic's environment: migrations run as `proofless_owner`, whose password only the set-up has."""

from __future__ import annotations

from alembic import context

from ledger import migrate  # noqa: F401  (it registers the tables)
from ledger.tables.base import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_type=True, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
