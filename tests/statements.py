"""What this process asks of the ledger, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from ledger.database import engine, transaction


@dataclass
class Spent:
    statements: list[str] = field(default_factory=list)  #: their beginnings
    whole: list[tuple[str, Any]] = field(default_factory=list)  #: each with its parameters, as `plan` takes it
    transactions: int = 0


@contextmanager
def counting() -> Iterator[Spent]:
    """Everything that this process sends to the ledger."""
    spent = Spent()

    def sent(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        spent.whole.append((statement, parameters))
        spent.statements.append(" ".join(statement.split())[:90])

    def committed(_session: Session) -> None:
        spent.transactions += 1

    event.listen(engine(), "before_cursor_execute", sent)
    event.listen(Session, "after_commit", committed)
    try:
        yield spent
    finally:
        event.remove(Session, "after_commit", committed)
        event.remove(engine(), "before_cursor_execute", sent)


def plan(asked: tuple[str, Any], *without: str) -> str:
    """How PostgreSQL would read it, without these of its ways (`enable_…`)."""
    statement, parameters = asked
    with transaction() as session:
        for way in without:
            session.execute(text(f"SET LOCAL {way} = off"))
        cursor = session.connection().connection.cursor()
        cursor.execute(f"EXPLAIN {statement}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())
