"""退回: the error file of a list for its sender, from what is on the record."""

from __future__ import annotations

from sqlalchemy.orm import Session

from catalog.error_file import error_file
from catalog.headers import ListKind
from catalog.lists import ListResult
from domain.list_rows import RowResult
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
        return error_file(title, _results(session, reading), blocked=_blocked(session, source))


def _results(session: Session, reading: CatalogReading) -> list[ListResult]:
    rows: dict[int, list[RowResult]] = {}
    for row in intake.rows_of(session, reading.id):
        rows.setdefault(row.sheet, []).append(restored(row))
    return [ListResult(sheet, tuple(rows.get(number, ()))) for number, sheet in enumerate(reading.sheets, start=1)]


def restored(row: CatalogRow) -> RowResult:
    """A row as it was found, from the record."""
    return RowResult(row.line, tuple(row.cells), row.faults, row.questions, row.matched, row.fact)


def _blocked(session: Session, source: str) -> list[tuple[int, int, str, str]]:
    draft = drafts.newest(session)
    found = []
    for one in draft.blocked if draft else ():
        for place in one.rows:
            if place.source == source:
                found += [(place.sheet, place.line, block.text, block.remedy) for block in one.blocks]
    return found
