"""清单覆盖情况: which units have no list, which proofs were asked for that it lacks, which databases are connected,
what must be offered as a commitment and cannot (obligation 7.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.listing import key_of
from domain.scope import CatalogEntry, excluded
from ledger.catalog import rule_inputs
from ledger.catalog.entries import ENTRY, as_entry
from ledger.succession import HEIR
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.effects import RefusalRow
from ledger.tables.records import VoluntarySubmission
from ledger.tables.registry import Database, Matter, Unit


@dataclass(frozen=True)
class Missing:
    """A proof that was asked for or handed in for a matter, and that the list does not have (obligation 16.3 as a lead)."""

    matter: str
    proof: str
    refused: int  #: verifications that were refused because it is not listed
    handed_in: int  #: voluntary submissions of it
    last_at: datetime


@dataclass(frozen=True)
class Coverage:
    """Each count with what it is out of."""

    units: int  #: that take part and have a matter to list
    with_list: int
    without_list: list[Unit]
    missing: list[Missing]
    databases: int
    connected: int
    unconnected: list[Database]
    commitments: int  #: entries that demand 告知承诺
    without_text: list[CatalogEntry]


def coverage(session: Session, *, limit: int = 200) -> Coverage:
    """As things stand now."""
    # A merged unit's matters and entries are its successor's.
    listed = select(HEIR).join(Entry, Entry.unit == Unit.code).where(Entry.until_version.is_(None)).distinct()
    matters = select(HEIR).join(Matter, Matter.unit == Unit.code).where(Matter.active).distinct()
    taking_part = select(Unit).where(Unit.active.is_(True), Unit.takes_part.is_(True)).order_by(Unit.code)
    with_list = set(session.scalars(listed))
    owing = with_list | set(session.scalars(matters))
    units = [unit for unit in session.scalars(taking_part) if unit.code in owing]
    demanding = [as_entry(*row) for row in session.execute(ENTRY.where(Entry.until_version.is_(None), Entry.commitment_basis != ""))]
    demanding = sorted((entry for entry in demanding if excluded(entry) is None), key=key_of)
    texts = rule_inputs.commitment_texts(session)
    databases = list(session.scalars(select(Database).order_by(Database.code)))
    return Coverage(
        units=len(units),
        with_list=sum(unit.code in with_list for unit in units),
        without_list=[unit for unit in units if unit.code not in with_list],
        missing=_missing(session, limit),
        databases=len(databases),
        connected=sum(row.connected_since is not None for row in databases),
        unconnected=[row for row in databases if row.connected_since is None],
        commitments=len(demanding),
        without_text=[entry for entry in demanding if entry.proof not in texts],
    )


def _missing(session: Session, limit: int) -> list[Missing]:
    matter, proof = RefusalRow.detail["matter"].astext, RefusalRow.detail["proof"].astext
    refused = session.execute(
        select(matter, proof, func.count(), func.max(RefusalRow.at))
        .where(RefusalRow.code == "proof_not_listed", matter.is_not(None), proof.is_not(None))
        .group_by(matter, proof)
    )
    handed_in = session.execute(
        select(Case.matter, VoluntarySubmission.proof, func.count(), func.max(VoluntarySubmission.at))
        .join(Case, Case.id == VoluntarySubmission.case)
        .where(VoluntarySubmission.listed.is_(False))
        .group_by(Case.matter, VoluntarySubmission.proof)
    )
    found: dict[tuple[str, str], Missing] = {}
    for matter_code, proof_code, count, last in refused:
        found[matter_code, proof_code] = Missing(matter_code, proof_code, count, 0, last)
    for matter_code, proof_code, count, last in handed_in:
        known = found.get((matter_code, proof_code), Missing(matter_code, proof_code, 0, 0, last))
        found[matter_code, proof_code] = Missing(matter_code, proof_code, known.refused, count, max(known.last_at, last))
    return sorted(found.values(), key=lambda one: (-one.refused - one.handed_in, one.matter, one.proof))[:limit]
