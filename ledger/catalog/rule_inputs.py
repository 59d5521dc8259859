"""登记库 as the rules of the list see it: what an issuing unit is, what negative lists forbid, which sources and
commitment texts there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.blocking import Block, NegativeItem, Organ, blocks
from domain.scope import CatalogEntry
from ledger.tables.catalog import CatalogSource, NegativeProof
from ledger.tables.commitments import CommitmentText
from ledger.tables.registry import Database, Unit


def blocks_of(session: Session, entries: Iterable[CatalogEntry]) -> Iterator[tuple[Block, ...]]:
    """For each entry everything that keeps it out of the list now."""
    organs = {unit.code: unit.organ for unit in session.scalars(select(Unit).where(Unit.organ != Organ.OTHER))}
    negative, sources, texts = negative_items(session), connected_sources(session), commitment_texts(session)
    for entry in entries:
        organ = organs.get(entry.issuing_unit or "", Organ.OTHER)
        yield blocks(entry, organ=organ, negative=negative.get(entry.proof, ()), sources=sources, texts=texts)


def negative_items(session: Session) -> Mapping[str, tuple[NegativeItem, ...]]:
    """What the negative lists in use forbid, for each proof that they mean."""
    in_use = select(NegativeProof).join(CatalogSource, CatalogSource.key == NegativeProof.source).where(CatalogSource.active)
    query = in_use.order_by(NegativeProof.proof, NegativeProof.organ, NegativeProof.name)
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
    """Share sources through which a connected database is asked (obligation 6.4)."""
    query = select(Database.source).where(Database.source.is_not(None), Database.connected_since.is_not(None))
    return {source for source in session.scalars(query) if source}


def commitment_texts(session: Session) -> set[str]:
    """The proofs that have a 承诺书文本 (obligation 7.4)."""
    return set(session.scalars(select(CommitmentText.proof).distinct()))
