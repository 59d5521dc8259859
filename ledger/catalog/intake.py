"""报送 (5.1): which lists come, the files as they came, and what was found in them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session, defer

from domain.clear_text import fault_of
from domain.list_rows import Counts, FileFault, RowResult, SheetFound
from domain.refusal import Refusal
from ledger import paging
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.catalog import CatalogFile, CatalogReading, CatalogRow, CatalogSource
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
    row = CatalogFile(source=source, name=name, digest=digest, content=content, received_at=now, received_by=actor)
    session.add(row)
    session.flush()
    return row


def newest_file(session: Session, source: str) -> CatalogFile | None:
    """The file of this list that counts."""
    query = select(CatalogFile).where(CatalogFile.source == source).order_by(CatalogFile.id.desc()).limit(1)
    return session.scalar(query)


def reading_of(session: Session, file: int, ground: str) -> CatalogReading | None:
    """What was found in this file against this state of the registry, if it was read already."""
    return session.scalar(select(CatalogReading).where(CatalogReading.file == file, CatalogReading.ground == ground))


def newest_reading(session: Session, source: str) -> CatalogReading | None:
    """What was found in the list last."""
    query = select(CatalogReading).join(CatalogFile, CatalogFile.id == CatalogReading.file)
    return session.scalar(query.where(CatalogFile.source == source).order_by(CatalogReading.id.desc()).limit(1))


def keep_reading(
    session: Session,
    file: int,
    ground: str,
    *,
    now: datetime,
    refused: FileFault | None,
    counts: Counts,
    sheets: tuple[SheetFound, ...],
    rows: Iterable[tuple[int, RowResult]],
) -> CatalogReading:
    """Keep what was found, in place of what was found in this source's files before: all of it or nothing. `rows`: each with
    the number of its sheet."""
    source = session.get_one(CatalogFile, file).source
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"reading {source}"))))
    if (known := reading_of(session, file, ground)) is not None:
        return known
    older = select(CatalogReading.id).join(CatalogFile, CatalogFile.id == CatalogReading.file).where(CatalogFile.source == source)
    session.execute(delete(CatalogRow).where(CatalogRow.reading.in_(older)))
    session.execute(delete(CatalogReading).where(CatalogReading.id.in_(older)))
    row = CatalogReading(file=file, ground=ground, read_at=now, refused=refused, counts=counts, sheets=sheets)
    session.add(row)
    session.flush()
    batch: list[dict[str, Any]] = []
    for sheet, found in rows:
        batch.append(
            {
                "reading": row.id,
                "sheet": sheet,
                "line": found.line,
                "verdict": found.verdict.value,
                "cells": list(found.cells),
                "faults": found.faults,
                "questions": found.questions,
                "matched": dict(found.matched),
                "fact": found.fact,
            }
        )
        if len(batch) == _AT_ONCE:
            session.execute(insert(CatalogRow), batch)
            batch = []
    if batch:
        session.execute(insert(CatalogRow), batch)
    return row


def rows_of(session: Session, reading: int, *, verdict: str | None = None) -> Iterator[CatalogRow]:
    """The rows of a reading in their order."""
    query = _rows(reading, verdict).order_by(*_PLACE)
    yield from session.scalars(query.execution_options(yield_per=_AT_ONCE))


def page_of_rows(session: Session, reading: int, page: PageRequest = FIRST, *, verdict: str | None = None) -> Page[CatalogRow]:
    """A page of them."""
    return paging.scalars(session, _rows(reading, verdict), _PLACE, page)


_PLACE = CatalogRow.sheet, CatalogRow.line


def _rows(reading: int, verdict: str | None) -> Select[tuple[CatalogRow]]:
    query = select(CatalogRow).where(CatalogRow.reading == reading)
    return query if verdict is None else query.where(CatalogRow.verdict == verdict)
