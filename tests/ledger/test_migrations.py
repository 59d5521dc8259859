"""The database is what the code says it is, and guards the record by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from ledger.database import engine
from ledger.migrate import differences
from tests.ledger.filing import file


def test_migrations_make_exactly_the_tables_of_the_code(ledger: str) -> None:
    with engine().connect() as connection:
        assert differences(connection) == []


def test_nobody_changes_the_record_not_even_the_owner(ledger: str, owner_url: str) -> None:
    file()
    owner = create_engine(owner_url)
    for who, says in ((engine(), "permission denied"), (owner, "只增不改")):
        for table in ("events", "accesses", "refusals"):
            for change in ("UPDATE {} SET actor = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
                with who.connect() as connection, pytest.raises(ProgrammingError, match=says):
                    connection.execute(text(change.format(table)))
    owner.dispose()


def test_the_application_cannot_delete_a_verification(ledger: str) -> None:
    number = file()
    with engine().connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("DELETE FROM verifications WHERE number = :number"), {"number": number})
