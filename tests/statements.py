"""What this process asks of the ledger, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import event
from sqlalchemy.orm import Session

from ledger.database import engine


@dataclass
class Spent:
    statements: list[str] = field(default_factory=list)
    transactions: int = 0


@contextmanager
def counting() -> Iterator[Spent]:
    """Everything that this process sends to the ledger."""
    spent = Spent()

    def sent(_connection: object, _cursor: object, statement: str, *_: object) -> None:
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
