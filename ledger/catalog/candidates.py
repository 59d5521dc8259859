"""可能的所指: what the register says of each thing that a question proposes, so that a person sees beside the name what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from domain.list_rows import Topic
from ledger.catalog import intake, published
from ledger.tables.catalog import CatalogQuestion, CatalogRow, CatalogSource, Entry
from ledger.tables.registry import Matter, ProofKind, Unit


@dataclass(frozen=True)
class Proposed:
    """What it is called, and what is known of it."""

    name: str
    about: str


@dataclass(frozen=True)
class Told:
    """A row of a list, by its columns as its sender wrote them."""

    source: str
    line: int
    cells: Mapping[str, str]


Key = tuple[str, str]  #: topic, code
_ROWS = 3  #: of one list that say something of the same


def described(session: Session, rows: Iterable[CatalogQuestion]) -> dict[Key, Proposed]:
    """All that these questions propose, and what they were answered with; what the register does not have any more is left out."""
    wanted: dict[str, set[str]] = {}
    for row in rows:
        wanted.setdefault(row.topic, set()).update([*(one.code for one in row.candidates), *([row.answer] if row.answer else [])])
    return {(topic, code): one for topic, codes in wanted.items() for code, one in _OF[Topic(topic)](session, codes).items()}


def named(session: Session, rows: Iterable[CatalogQuestion]) -> dict[UUID, str]:
    """What 来源矛盾 is about, by name: its subject is a code, or two."""
    subjects = {row.id: row.subject_key.split("|") for row in rows if row.topic == Topic.CONFLICT}
    matters = _matters(session, {codes[0] for codes in subjects.values()}) if subjects else {}
    proofs = _proofs(session, {codes[1] for codes in subjects.values() if len(codes) > 1}) if subjects else {}
    known = [{code: one.name for code, one in register.items()} for register in (matters, proofs)]
    return {row: "的".join(names.get(code, code) for code, names in zip(codes, known, strict=False)) for row, codes in subjects.items()}


def told(session: Session, row: CatalogQuestion) -> list[Told]:
    """来源矛盾: what each of the lists says, that has a row of it."""
    found = []
    for one in row.candidates:
        reading, source = intake.newest_reading(session, one.code), session.get(CatalogSource, one.code)
        places = intake.places_of(session, reading.id, row.subject_key) if reading else []
        if source is None or reading is None or not places:
            continue
        rows = select(CatalogRow).where(CatalogRow.reading == reading.id, tuple_(CatalogRow.sheet, CatalogRow.line).in_(places[:_ROWS]))
        found += [
            Told(source.name, said.line, dict(zip(reading.sheets[said.sheet - 1].header, said.cells, strict=False)))
            for said in session.scalars(rows.order_by(CatalogRow.sheet, CatalogRow.line))
        ]
    return found


def _units(session: Session, codes: Collection[str]) -> dict[str, Proposed]:
    counted = select(Matter.unit, func.count()).where(Matter.unit.in_(codes), Matter.active).group_by(Matter.unit)
    matters = dict(session.execute(counted).tuples().all())
    names = _names(session, codes)
    return {code: Proposed(name, f"登记有 {matters.get(code, 0)} 个事项") for code, name in names.items()}


def _issuers(session: Session, codes: Collection[str]) -> dict[str, Proposed]:
    query = select(Entry.issuing_unit, func.count()).where(Entry.until_version.is_(None), Entry.issuing_unit.in_(codes))
    entries = dict(session.execute(query.group_by(Entry.issuing_unit)).tuples().all())
    names = _names(session, codes)
    return {code: Proposed(name, f"现行清单中出具 {entries.get(code, 0)} 项证明") for code, name in names.items()}


def _matters(session: Session, codes: Collection[str]) -> dict[str, Proposed]:
    counted = select(Entry.matter, func.count()).where(Entry.until_version.is_(None), Entry.matter.in_(codes)).group_by(Entry.matter)
    entries = dict(session.execute(counted).tuples().all())
    query = select(Matter.code, Matter.name, Unit.name).join(Unit, Unit.code == Matter.unit).where(Matter.code.in_(codes))
    return {
        code: Proposed(name, f"{unit}的事项,现行清单列有 {entries.get(code, 0)} 项证明")
        for code, name, unit in session.execute(query).tuples()
    }


def _proofs(session: Session, codes: Collection[str]) -> dict[str, Proposed]:
    entries, rows = published.uses(session, codes), session.scalars(select(ProofKind).where(ProofKind.code.in_(codes)))
    return {
        row.code: Proposed(
            row.name, f"设定依据:{row.basis or '没有登记'};现行清单 {entries.get(row.code, 0)} 处列有{';已取消' if row.cancelled else ''}"
        )
        for row in rows
    }


def _lists(session: Session, codes: Collection[str]) -> dict[str, Proposed]:
    query = select(CatalogSource.key, CatalogSource.name, Unit.name, CatalogSource.document).outerjoin(
        Unit, Unit.code == CatalogSource.unit
    )
    found = session.execute(query.where(CatalogSource.key.in_(codes))).tuples()
    return {key: Proposed(name, f"{unit}的清单" if unit else document or "上级清单") for key, name, unit, document in found}


def _names(session: Session, codes: Collection[str]) -> dict[str, str]:
    return dict(session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes))).tuples().all())


_OF: Mapping[Topic, Callable[[Session, Collection[str]], dict[str, Proposed]]] = MappingProxyType(
    {
        Topic.UNIT: _units,
        Topic.ISSUER: _issuers,
        Topic.MATTER: _matters,
        Topic.SUCCESSION: _matters,
        Topic.PROOF: _proofs,
        Topic.CONFLICT: _lists,
        Topic.COLUMN: lambda _, __: {},  # no register has fields
        Topic.TEXT: lambda _, __: {},
    }
)
