"""报送 (obligation 5.1): which lists come, the files as they came, and what was found in them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, delete, func, literal_column, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, defer

from domain.calendar import LOCAL
from domain.clear_text import fault_of
from domain.list_rows import Counts, Fault, FileFault, NotTaken, Question, RowResult, SheetFound, Verdict, sent_back
from domain.refusal import Refusal
from ledger import paging
from ledger.paging import FIRST, Page, PageRequest
from ledger.streaming import array, as_json, copy_row, copy_rows
from ledger.tables.catalog import CatalogFile, CatalogReading, CatalogRow, CatalogSource
from ledger.tables.kept import FACT, FAULTS, QUESTIONS
from ledger.tables.registry import Unit

_AT_ONCE = 1000


class SourceRefused(Refusal, code="list_kind_fixed"):
    """The list cannot be registered or handed in so; the text says why, in Chinese."""


@dataclass(frozen=True)
class SourceState:
    """A list, its newest file without its content, and what was found in it last."""

    source: CatalogSource
    file: CatalogFile | None
    reading: CatalogReading | None

    @property
    def is_waiting(self) -> bool:
        """A file came that no rebuild has read yet."""
        return self.file is not None and (self.reading is None or self.reading.file != self.file.id)


def put_source(session: Session, key: str, **values: Any) -> CatalogSource:
    """Register a list that comes again and again, or change what is known of it. Raises `SourceRefused`."""
    if values.get("unit") is not None and session.get(Unit, values["unit"]) is None:
        raise SourceRefused("没有这个单位编码。", remedy="请先登记单位。", code="unit_not_registered")
    row = session.get(CatalogSource, key, with_for_update=True)
    if row is None:
        row = CatalogSource(key=key)
        session.add(row)
    elif values.get("kind", row.kind) != row.kind and newest_file(session, key) is not None:
        raise SourceRefused
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    return row


def sources(session: Session, *, active: bool = True) -> list[CatalogSource]:
    """The registered lists."""
    query = select(CatalogSource).order_by(CatalogSource.key)
    return list(session.scalars(query.where(CatalogSource.active.is_(True)) if active else query))


def find(session: Session, key: str) -> CatalogSource | None:
    return session.get(CatalogSource, key)


def states(session: Session, units: Collection[str] | None = None, key: str | None = None) -> list[SourceState]:
    """What became of the lists of these units, or of all; or of one list."""
    about = select(CatalogSource).order_by(CatalogSource.key)
    if units is not None:
        about = about.where(CatalogSource.unit.in_(units))
    if key is not None:
        about = about.where(CatalogSource.key == key)
    found = list(session.scalars(about))
    keys = [source.key for source in found]
    newest = select(CatalogFile).where(CatalogFile.source.in_(keys)).distinct(CatalogFile.source)
    by_age = newest.order_by(CatalogFile.source, CatalogFile.id.desc()).options(defer(CatalogFile.content, raiseload=True))
    files = {file.source: file for file in session.scalars(by_age)}
    read = select(CatalogFile.source, CatalogReading).join(CatalogReading, CatalogReading.file == CatalogFile.id)
    last = read.where(CatalogFile.source.in_(keys)).distinct(CatalogFile.source)
    readings = dict(session.execute(last.order_by(CatalogFile.source, CatalogReading.id.desc())).tuples().all())
    return [SourceState(source, files.get(source.key), readings.get(source.key)) for source in found]


def receive(session: Session, source: str, name: str, content: bytes, *, now: datetime, actor: str) -> CatalogFile:
    """Keep a file as it came. The newest one again is not kept twice. Raises `SourceRefused`.

    Whatever the file is called is taken; a name that could be a person's data is not kept.
    """
    if not session.get_one(CatalogSource, source).active:
        raise SourceRefused(code="list_inactive")
    name = source if fault_of(name) else name
    digest = hashlib.sha256(content).hexdigest()
    newest = newest_file(session, source)
    if newest is not None and newest.digest == digest:
        return newest
    session.flush()
    kept: dict[str, str | bytes | datetime] = {
        "source": source,
        "name": name,
        "digest": digest,
        "content": content,
        "received_at": now,
        "received_by": actor,
    }
    copy_row(session, CatalogFile.__tablename__, kept)
    row = newest_file(session, source)
    assert row is not None
    return row


def newest_file(session: Session, source: str) -> CatalogFile | None:
    """The file of this list that counts, without its content."""
    query = select(CatalogFile).where(CatalogFile.source == source).order_by(CatalogFile.id.desc()).limit(1)
    return session.scalar(query.options(defer(CatalogFile.content, raiseload=True)))


def content_of(session: Session, file: int) -> bytes:
    """The file as it came."""
    return session.scalars(select(CatalogFile.content).where(CatalogFile.id == file)).one()


def reading_of(session: Session, file: int, ground: str, *, now: datetime) -> CatalogReading | None:
    """What was found in this file against this state of the registry, if it was read already and no day came by now from which on it says
    more."""
    found = session.scalar(select(CatalogReading).where(CatalogReading.file == file, CatalogReading.ground == ground))
    today = now.astimezone(LOCAL).date().isoformat()
    return None if found is None or any(sheet.due and sheet.due <= today for sheet in found.sheets) else found


def newest_reading(session: Session, source: str) -> CatalogReading | None:
    """What was found in the list last."""
    query = select(CatalogReading).join(CatalogFile, CatalogFile.id == CatalogReading.file)
    return session.scalar(query.where(CatalogFile.source == source).order_by(CatalogReading.id.desc()).limit(1))


class Found(Protocol):
    """What is found in a list while it is read; `sheets` and `counts` are complete when its rows have ended."""

    sheets: list[SheetFound]
    counts: Counter[Verdict]

    def rows(self) -> Iterable[tuple[int, RowResult]]:
        """Each with the number of its sheet."""

    def sent_back(self) -> Mapping[tuple[int, int], NotTaken]:
        """Rows that are not taken although they were accepted: (sheet, line) -> why."""


def keep_reading(session: Session, file: int, ground: str, *, now: datetime, found: FileFault | Found) -> CatalogReading:
    """Keep what is found, while it is found, in place of what was found in this source's files before: all of it or nothing.
    `FileFault`: why the file cannot be read at all."""
    source = session.get_one(CatalogFile, file).source
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"reading {source}"))))
    if (known := reading_of(session, file, ground, now=now)) is not None:
        return known
    older = select(CatalogReading.id).join(CatalogFile, CatalogFile.id == CatalogReading.file).where(CatalogFile.source == source)
    session.execute(delete(CatalogRow).where(CatalogRow.reading.in_(older)))
    session.execute(delete(CatalogReading).where(CatalogReading.id.in_(older)))
    refused = found if isinstance(found, FileFault) else None
    row = CatalogReading(file=file, ground=ground, read_at=now, refused=refused, counts=Counts(), sheets=())
    session.add(row)
    session.flush()
    if not isinstance(found, FileFault):
        _put_rows(session, row.id, found.rows())
        back = found.sent_back()
        _send_back(session, row.id, back)
        counts = {verdict.value: count for verdict, count in found.counts.items()}
        row.sheets = tuple(found.sheets)
        refused_after = sum(isinstance(why, Fault) for why in back.values())
        after = {"accepted": -len(back), "refused": refused_after, "asked": len(back) - refused_after}
        row.counts = Counts(**{verdict: counts.get(verdict, 0) + more for verdict, more in after.items()})
        session.flush()
    return row


_KEPT = ("reading", "sheet", "line", "verdict", "cells", "faults", "questions", "matched", "fact")


def _put_rows(session: Session, reading: int, rows: Iterable[tuple[int, RowResult]]) -> None:
    copy_rows(
        session,
        CatalogRow.__tablename__,
        _KEPT,
        (
            (
                str(reading),
                str(sheet),
                str(found.line),
                found.verdict.value,
                array(found.cells),
                FAULTS.text(found.faults) if found.faults else "[]",
                QUESTIONS.text(found.questions) if found.questions else "[]",
                _explained(tuple(found.matched.items())),
                FACT.text(found.fact) if found.fact is not None else None,
            )
            for sheet, found in rows
        ),
    )


@lru_cache(maxsize=1000)
def _explained(matched: tuple[tuple[str, str], ...]) -> str:
    """As JSON: in most rows the names are known by the same reasons."""
    return as_json(dict(matched))


def _send_back(session: Session, reading: int, back: Mapping[tuple[int, int], NotTaken]) -> None:
    """Rows never change: those that go back after all are others in their place."""
    places = iter(back)
    while some := list(islice(places, _AT_ONCE)):
        gone = delete(CatalogRow).where(CatalogRow.reading == reading, tuple_(*_PLACE).in_(some)).returning(CatalogRow)
        found = list(session.scalars(gone.execution_options(synchronize_session=False)))
        for row in found:
            session.expunge(row)
        _put_rows(session, reading, ((row.sheet, sent_back(restored(row), back[row.sheet, row.line])) for row in found))


def restored(row: CatalogRow) -> RowResult:
    """A row as it was found, from the record."""
    return RowResult(row.line, tuple(row.cells), row.faults, row.questions, row.matched, row.fact)


def rows_of(session: Session, reading: int, *, verdict: str | None = None) -> Iterator[CatalogRow]:
    """The rows of a reading in their order."""
    query = _rows(reading, verdict).order_by(*_PLACE)
    yield from session.scalars(query.execution_options(yield_per=_AT_ONCE))


def rows_to_return(session: Session, reading: int, places: Collection[tuple[int, int]], *, most: int) -> list[CatalogRow]:
    """The first rows in which something was found, and those at these places (sheet, line)."""
    # Bracketed: SQLAlchemy brackets no text, and OR is weaker than AND.
    said: ColumnElement[bool] = literal_column("(faults <> '[]' OR questions <> '[]')")
    query = _rows(reading, None).where(said)
    found = {(row.sheet, row.line): row for row in session.scalars(query.order_by(*_PLACE).limit(most))}
    further = iter(set(places) - found.keys())
    while some := list(islice(further, _AT_ONCE)):
        found |= {(row.sheet, row.line): row for row in session.scalars(_rows(reading, None).where(tuple_(*_PLACE).in_(some)))}
    return [found[place] for place in sorted(found)][:most]


def places_of(session: Session, reading: int, subject: str) -> list[tuple[int, int]]:
    """(sheet, line) of the accepted rows that speak of a matter, by its code, or of a proof of one: matter|proof."""
    matter, _, proof = subject.partition("|")
    about = (
        "(fact->>'proof' = :proof OR fact->'also' ? :proof) AND coalesce(fact->>'matter', :matter) = :matter"
        if proof
        else "fact->>'code' = :matter"
    )
    query = select(CatalogRow.sheet, CatalogRow.line).where(CatalogRow.reading == reading, text(about))
    return list(session.execute(query.order_by(*_PLACE), {"matter": matter, **({"proof": proof} if proof else {})}).tuples())


def questions_of(session: Session, reading: int) -> Iterator[tuple[int, tuple[Question, ...]]]:
    """What the rows of a reading ask, by their lines, in their order."""
    query = select(CatalogRow.line, CatalogRow.questions).where(CatalogRow.reading == reading, CatalogRow.verdict != Verdict.ACCEPTED)
    asking = query.where(literal_column("questions <> '[]'")).order_by(*_PLACE)
    yield from session.execute(asking.execution_options(yield_per=_AT_ONCE)).tuples()


def stated(session: Session, readings: Sequence[int], *, named: bool) -> Iterator[tuple[int, int, int, str, str]]:
    """What accepted rows of proofs state: the number of the reading among these, sheet, line, the proof (of a row that names several
    each), and the fact as JSON. `named`: those that name a matter, by matter and proof; or those that name none. Then in the order of
    the readings and their rows."""
    if not readings:
        return
    by_key = "fact->>'matter', proof, " if named else ""
    found = text(
        "SELECT array_position(:readings, reading) - 1 AS number, sheet, line, proof, fact::text FROM catalog_rows, "
        "unnest(ARRAY[fact->>'proof'] || CASE WHEN fact ? 'also' THEN ARRAY(SELECT jsonb_array_elements_text(fact->'also')) END) proof "
        f"WHERE reading = ANY(:readings) AND verdict = 'accepted' AND fact->>'matter' IS {'NOT ' if named else ''}NULL "
        f"ORDER BY {by_key} number, sheet, line"
    ).bindparams(bindparam("readings", list(readings), ARRAY(BigInteger)))
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    yield from session.execute(found, execution_options={"yield_per": _AT_ONCE}).tuples()


def page_of_rows(session: Session, reading: int, page: PageRequest = FIRST, *, verdict: str | None = None) -> Page[CatalogRow]:
    """A page of them."""
    return paging.scalars(session, _rows(reading, verdict), _PLACE, page)


_PLACE = CatalogRow.sheet, CatalogRow.line


def _rows(reading: int, verdict: str | None) -> Select[tuple[CatalogRow]]:
    query = select(CatalogRow).where(CatalogRow.reading == reading)
    return query if verdict is None else query.where(CatalogRow.verdict == verdict)
