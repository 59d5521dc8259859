"""登记库 as the rules of the list see it: what an issuing unit is, what negative lists forbid, which sources there are."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.blocking import Block, NegativeItem, Organ, blocks
from domain.scope import CatalogEntry
from ledger.tables.catalog import NegativeProof
from ledger.tables.registry import Database, Unit


def blocks_of(session: Session, entry: CatalogEntry) -> tuple[Block, ...]:
    """Everything that keeps `entry` out of the list now."""
    unit = session.get(Unit, entry.issuing_unit) if entry.issuing_unit else None
    return blocks(
        entry,
        organ=unit.organ if unit else Organ.OTHER,
        negative=negative_items(session, entry.proof).get(entry.proof, ()),
        sources=connected_sources(session),
    )


def negative_items(session: Session, proof: str | None = None) -> Mapping[str, tuple[NegativeItem, ...]]:
    """What negative lists forbid, for each proof that they mean."""
    query = select(NegativeProof).order_by(NegativeProof.proof, NegativeProof.organ, NegativeProof.name)
    if proof is not None:
        query = query.where(NegativeProof.proof == proof)
    found: dict[str, tuple[NegativeItem, ...]] = {}
    for row in session.scalars(query):
        found[row.proof] = (*found.get(row.proof, ()), NegativeItem(row.organ, row.name, row.document, row.instead))
    return found


def put_negative(session: Session, source: str, items: Mapping[str, tuple[NegativeItem, ...]]) -> None:
    """What one negative list forbids, in place of what it forbade before: proof -> items."""
    for old in session.scalars(select(NegativeProof).where(NegativeProof.source == source)):
        session.delete(old)
    session.flush()
    for proof, forbidden in items.items():
        session.add_all(
            NegativeProof(source=source, proof=proof, organ=item.organ, name=item.name, document=item.source, instead=item.instead)
            for item in forbidden
        )
    session.flush()


def connected_sources(session: Session) -> set[str]:
    """Share sources through which a connected database is asked (6.4)."""
    query = select(Database.source).where(Database.source.is_not(None), Database.connected_since.is_not(None))
    return {source for source in session.scalars(query) if source}
