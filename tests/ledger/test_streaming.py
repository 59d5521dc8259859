"""成批写入: whatever stands in a cell comes back as it was, and whatever goes wrong on either side is told and leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ledger.database import transaction
from ledger.streaming import array, as_json, copy_row, copy_rows

pytestmark = [pytest.mark.usefixtures("ledger"), pytest.mark.timeout(120)]

_COLUMNS = ("line", "said", "cells", "matched")
_MANY = 100_000
_ODD = (
    "",
    "\\N",
    "\\.",
    "NULL",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "\\",
    '"',
    '\\"',
    "{a,b}",
    "a,b",
    " a ",
    "".join(map(chr, range(1, 32))),
    "\u2028𠮷\ue000",
)


#: Whether a backend is at its COPY.
_COPYING = text("SELECT state = 'active' AND query LIKE 'COPY%' FROM pg_stat_activity WHERE pid = :pid")


def _table(session: Session) -> None:
    session.execute(text("CREATE TEMPORARY TABLE streamed (line bigint PRIMARY KEY, said text, cells text[], matched jsonb)"))


def _row(line: int, said: str | None, *cells: str) -> tuple[str | None, ...]:
    return str(line), said, array(cells), as_json({"said": said})


def test_whatever_a_cell_says_comes_back_as_it_was() -> None:
    with transaction() as session:
        _table(session)
        copy_rows(session, "streamed", _COLUMNS, [_row(0, None), *(_row(at, one, one, "x", one) for at, one in enumerate(_ODD, 1))])
        found = session.execute(text("SELECT said, cells, matched FROM streamed ORDER BY line")).tuples().all()
    assert found == [(None, [], {"said": None}), *((one, [one, "x", one], {"said": one}) for one in _ODD)]


def test_a_row_with_a_file_comes_back_as_it_was() -> None:
    content, at = bytes(range(256)) * 5000 + b"end", datetime(2026, 11, 28, 1, 2, 3, 456789, tzinfo=UTC)
    with transaction() as session:
        session.execute(text("CREATE TEMPORARY TABLE filed (name text, at timestamptz, content bytea, nothing bytea)"))
        copy_row(session, "filed", {"name": "一\t\\N", "at": at, "content": content, "nothing": b""})
        name, when, held, nothing = session.execute(text("SELECT * FROM filed")).one()
    assert (name, when, bytes(held), bytes(nothing)) == ("一\t\\N", at, content, b"")


@pytest.mark.parametrize("good", [0, 1, 999, 1000, 7500])
def test_what_making_the_rows_raises_is_raised_and_nothing_of_them_stays(good: int) -> None:
    class Broken(Exception):
        pass

    def rows() -> Iterator[tuple[str | None, ...]]:
        yield from (_row(line, "x") for line in range(good))
        raise Broken

    with transaction() as session:
        _table(session)
        before = session.begin_nested()
        with pytest.raises(Broken):
            copy_rows(session, "streamed", _COLUMNS, rows())
        before.rollback()
        assert session.scalar(text("SELECT count(*) FROM streamed")) == 0


def test_what_the_database_refuses_is_told() -> None:
    with pytest.raises(psycopg2.errors.UniqueViolation), transaction() as session:
        _table(session)
        copy_rows(session, "streamed", _COLUMNS, (_row(0, "x" * 100) for _ in range(20_000)))


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_statement_that_is_ended_meanwhile_is_told_and_the_next_transaction_goes_on(end: str) -> None:
    made = 0

    def rows() -> Iterator[tuple[str | None, ...]]:
        nonlocal made
        for made in range(_MANY):
            if made == 2000:
                with transaction() as other:
                    while not other.scalar(_COPYING, {"pid": pid}):  # a cancellation that comes before the statement ends nothing
                        other.execute(text("SELECT pg_sleep(0.01), pg_stat_clear_snapshot()"))
                    assert other.scalar(text(f"SELECT {end}(:pid)"), {"pid": pid})
            yield _row(made, "x" * 100)

    with pytest.raises((psycopg2.Error, SQLAlchemyError)), transaction() as session:
        _table(session)
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        copy_rows(session, "streamed", _COLUMNS, rows())
    # Without its connection nothing more is made; a refusal alone the driver reads when all has been sent.
    assert made >= 2000 and (end == "pg_cancel_backend" or made < _MANY / 2)
    with transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1
