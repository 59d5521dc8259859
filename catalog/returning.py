"""退回: the error file of a list for its sender, from what is on the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy.orm import Session

from catalog.error_file import error_file
from catalog.headers import ListKind
from catalog.lists import ListResult
from domain.list_rows import RowResult, Verdict
from domain.refusal import Refusal
from ledger.catalog import drafts, intake
from ledger.database import transaction
from ledger.tables.catalog import CatalogReading, CatalogRow, CatalogSource


class NothingRead(Refusal, code="list_not_read"):
    """这份清单还没有读取过."""


def file_for_sender(source: str) -> bytes:
    """The workbook that goes back: every row with something to say about it, and what the rules blocked.

    Raises `NothingRead`.
    """
    with transaction() as session:
        reading = intake.newest_reading(session, source)
        if reading is None:
            raise NothingRead
        about = session.get_one(CatalogSource, source)
        title = f"{about.name}({ListKind(about.kind).label})"
        if reading.refused is not None:
            title += f":{reading.refused.text}{reading.refused.remedy}"
        blocked = list(islice(_blocked(session, source), MOST_RETURNED))
        rows = intake.rows_to_return(session, reading.id, {(sheet, line) for sheet, line, _, _ in blocked}, most=MOST_RETURNED + 1)
        counts = {verdict: getattr(reading.counts, verdict.value) for verdict in Verdict}
        return error_file(title, _results(reading, rows[:MOST_RETURNED]), blocked=blocked, counts=counts, cut=len(rows) > MOST_RETURNED)


#: Rows that go back at a time: a workbook of more takes minutes to write, and nobody mends so many by hand.
MOST_RETURNED = 20_000


def _results(reading: CatalogReading, found: Iterable[CatalogRow]) -> list[ListResult]:
    rows: dict[int, list[RowResult]] = {}
    for row in found:
        rows.setdefault(row.sheet, []).append(intake.restored(row))
    return [ListResult(sheet, tuple(rows.get(number, ()))) for number, sheet in enumerate(reading.sheets, start=1)]


def _blocked(session: Session, source: str) -> Iterator[tuple[int, int, str, str]]:
    draft = drafts.newest(session)
    for one in drafts.blocked(session, draft.id, source=source) if draft else ():
        for place in one.rows:
            if place.source == source:
                yield from ((place.sheet, place.line, block.text, block.remedy) for block in one.blocks)
