"""事项清单的行 beside the register (obligation 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.register_changes import Register, RegisterChangeKind, RegisterChangeStatus
from ledger.tables.catalog import CatalogFile, CatalogQuestion
from ledger.tables.register_changes import RegisterChange

_OTHERWISE = text("""
    SELECT r.sheet, r.line, m.code, r.fact->>'name' AS name, m.name AS registered, m.unit
    FROM catalog_rows r JOIN matters f ON f.code = r.fact->>'code' JOIN matters m ON m.code = coalesce(f.succeeded_by, f.code)
    WHERE r.reading = :reading AND r.verdict = 'accepted' AND (r.fact->>'name' <> m.name OR r.fact->>'unit' <> m.unit)
    ORDER BY r.sheet, r.line
""")


@dataclass(frozen=True)
class Registered:
    """A matter as the register has it."""

    name: str
    unit: str


@dataclass(frozen=True)
class MatterRow:
    """What a row says of a registered code; by its code of today."""

    sheet: int
    line: int
    code: str
    name: str
    registered: Registered


def registered_otherwise(session: Session, reading: int) -> Iterator[MatterRow]:
    """The accepted rows of a reading whose code is registered under another name, letter by letter, or as another unit's."""
    for row in session.execute(_OTHERWISE, {"reading": reading}):
        yield MatterRow(row.sheet, row.line, row.code, row.name, Registered(row.registered, row.unit))


def record_renamed(session: Session, code: str, before: str, after: str, file: int, said: CatalogQuestion) -> None:
    """事项更名 by a list, as a change of the register: its sender proposed it, who answered confirmed it. The name of before goes on
    being known (`ledger.registry.former_names`)."""
    sent = session.get_one(CatalogFile, file)
    assert said.answered_at is not None
    session.add(
        RegisterChange(
            id=uuid4(),
            register=Register.MATTERS,
            code=code,
            kind=RegisterChangeKind.PUT,
            before={"name": before},
            after={"name": after},
            proposed_at=sent.received_at,
            proposed_by=f"list:{sent.source}" if sent.received_by == said.answered_by else sent.received_by,
            standing=RegisterChangeStatus.CONFIRMED,
            decided_at=said.answered_at,
            decided_by=said.answered_by,
        )
    )
