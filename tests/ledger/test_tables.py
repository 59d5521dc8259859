"""The migrated database against the tables in the code, down to each CHECK and each partial index.

Alembic's own comparison does not look at CHECKs, so that a new state could be known to the code and refused by the
database.
"""

from __future__ import annotations

from sqlalchemy import Connection, create_engine, text

from ledger.tables.base import metadata


def rules(connection: Connection, schema: str) -> set[str]:
    """Every constraint and index of a schema, as PostgreSQL writes it."""
    connection.execute(text(f"SET search_path TO {schema}"))
    constraints = connection.scalars(
        text(
            "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = CAST(:schema AS regnamespace) AND contype <> 'n'"
        ),
        {"schema": schema},
    )
    indexes = connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE schemaname = :schema"), {"schema": schema})
    return {line.replace(f"{schema}.", "") for line in (*constraints, *indexes) if "alembic_version" not in line}


def test_constraints_and_indexes_are_those_of_the_code(ledger: str, owner_url: str) -> None:
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA reference"))
        metadata.create_all(connection.execution_options(schema_translate_map={None: "reference"}))
        migrated, wanted = rules(connection, "public"), rules(connection, "reference")
        connection.rollback()
    engine.dispose()
    assert migrated - wanted == set() and wanted - migrated == set()
    assert any("ck_" in line or "CHECK" in line for line in wanted) and any(" WHERE " in line for line in wanted)
