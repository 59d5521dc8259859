"""清单: a catalog entry as the rules read it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.methods import Method
from domain.scope import CatalogEntry
from ledger.tables.registry import Entry, Matter, ProofKind, Unit

_ENTRY = (
    select(Entry, Matter, ProofKind, Unit.name)
    .join(Matter, Matter.code == Entry.matter)
    .join(ProofKind, ProofKind.code == Entry.proof)
    .outerjoin(Unit, Unit.code == Entry.issuing_unit)
)


def find_entry(session: Session, matter: str, proof: str) -> tuple[int, CatalogEntry] | None:
    """The entry of `proof` for `matter` with its id, or None where the catalog does not list it."""
    row = session.execute(_ENTRY.where(Entry.matter == matter, Entry.proof == proof)).one_or_none()
    return (row[0].id, as_entry(*row)) if row else None


def load_entry(session: Session, entry: int) -> CatalogEntry:
    """The entry with this id, as a verification remembers it."""
    return as_entry(*session.execute(_ENTRY.where(Entry.id == entry)).one())


def as_entry(entry: Entry, matter: Matter, proof: ProofKind, issuer: str | None) -> CatalogEntry:
    """The rows of an entry, and its issuing unit's name, as the rules read them."""
    return CatalogEntry(
        matter=matter.code,
        matter_name=matter.name,
        proof=proof.code,
        proof_name=proof.name,
        methods=tuple(Method(method) for method in entry.methods),
        issuing_unit=entry.issuing_unit,
        issuing_unit_name=issuer,
        source=entry.source,
        parameters=entry.parameters,
        fields=tuple(entry.fields),
        database_backed=entry.database_backed,
        sealed_when_negative=entry.sealed_when_negative,
        validity_days=proof.validity_days,
        exclusion=entry.exclusion,
        outside_region=entry.outside_region,
        checkable_online=entry.checkable_online,
        immediate=entry.immediate,
        limit=timedelta(minutes=entry.limit_minutes) if entry.limit_minutes is not None else None,
        reviewed_above=matter.reviewed_above,
    )
