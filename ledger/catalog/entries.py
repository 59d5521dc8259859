"""清单条目: as the rules read it. What is published now counts; a verification keeps the row that it started with."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.methods import Method
from domain.scope import CatalogEntry
from ledger.succession import matter_codes
from ledger.tables.catalog import Entry
from ledger.tables.registry import Unit

ENTRY = select(Entry, Unit.name).outerjoin(Unit, Unit.code == Entry.issuing_unit)


def find_entry(session: Session, matter: str, proof: str) -> tuple[int, CatalogEntry] | None:
    """The published entry of `proof` for `matter` with its row's id, or None where the list does not have it: under this code,
    or under another one that the matter bears or bore."""
    found = listed_entry(session, matter, proof)
    codes = matter_codes(session, matter) if found is None else ()
    return found or next(filter(None, (listed_entry(session, code, proof) for code in codes if code != matter)), None)


def listed_entry(session: Session, matter: str, proof: str) -> tuple[int, CatalogEntry] | None:
    """The published entry under this very code: what an adjustment changes."""
    current = ENTRY.where(Entry.matter == matter, Entry.proof == proof, Entry.until_version.is_(None))
    row = session.execute(current).one_or_none()
    return (row[0].id, as_entry(*row)) if row else None


def issuers(session: Session, proof: str) -> list[str]:
    """Units that the published list names as issuing this proof, for whatever matter; those of most matters first."""
    query = select(Entry.issuing_unit).where(Entry.proof == proof, Entry.until_version.is_(None), Entry.issuing_unit.is_not(None))
    return [unit for unit in session.scalars(query.group_by(Entry.issuing_unit).order_by(func.count().desc(), Entry.issuing_unit)) if unit]


def load_entry(session: Session, entry: int) -> CatalogEntry:
    """The entry with this id, as a verification remembers it."""
    return as_entry(*session.execute(ENTRY.where(Entry.id == entry)).one())


def as_entry(entry: Entry, issuer: str | None) -> CatalogEntry:
    """The row of an entry, and its issuing unit's name, as the rules read them."""
    return CatalogEntry(
        matter=entry.matter,
        matter_name=entry.matter_name,
        proof=entry.proof,
        proof_name=entry.proof_name,
        methods=tuple(Method(method) for method in entry.methods),
        issuing_unit=entry.issuing_unit,
        issuing_unit_name=issuer,
        source=entry.source,
        parameters=entry.parameters,
        fields=tuple(entry.fields),
        database_backed=entry.database_backed,
        sealed_when_negative=entry.sealed_when_negative,
        validity_days=entry.validity_days,
        exclusion=entry.exclusion,
        outside_region=entry.outside_region,
        checkable_online=entry.checkable_online,
        immediate=entry.immediate,
        limit=timedelta(minutes=entry.limit_minutes) if entry.limit_minutes is not None else None,
        reviewed_above=entry.reviewed_above,
        unit=entry.unit,
        basis=entry.basis,
        exclusion_decided_by=entry.exclusion_decided_by,
        exclusion_evidence=entry.exclusion_evidence,
        commitment_basis=entry.commitment_basis,
    )
