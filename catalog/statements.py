"""各清单所述: what the rows of the lists state of entries, sorted by the ledger, so that nobody holds all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from catalog.merging import StatedRow
from domain.list_rows import ProofFact
from domain.listing import Key
from ledger.catalog import intake
from ledger.tables.kept import Kept

_FACT = Kept(ProofFact)
Place = tuple[int, int, int]  #: list, sheet, line


@dataclass(frozen=True)
class Stating:
    """A list that states something. `commitment`: what makes 告知承诺 due in it."""

    source: str
    reading: int
    commitment: str


def by_entry(session: Session, lists: Sequence[Stating]) -> Iterator[tuple[Key, Place, StatedRow]]:
    """The rows that name a matter, by matter and proof, then in the order of the lists."""
    for place, row in _rows(session, lists, named=True):
        yield row.key, place, row


def of_every_matter(session: Session, lists: Sequence[Stating]) -> Iterator[tuple[Place, StatedRow]]:
    """Those that name none, in the order of the lists."""
    return _rows(session, lists, named=False)


def _rows(session: Session, lists: Sequence[Stating], *, named: bool) -> Iterator[tuple[Place, StatedRow]]:
    for number, sheet, line, proof, text in intake.stated(session, [one.reading for one in lists], named=named):
        said, fact = lists[number], _FACT.of_text(text)
        fact = replace(fact, proof=proof, also=()) if fact.also else fact
        yield (number, sheet, line), StatedRow(said.source, sheet, line, fact, said.commitment)
