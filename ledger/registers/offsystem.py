"""系统外查询备案 (obligation 7.3): a look-up in a national, provincial or city database, done elsewhere, put on the record here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.records import OffSystemResult
from domain.refusal import Refusal
from ledger import paging
from ledger.cases import cases
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.cases import Case, Party
from ledger.tables.records import OffSystemLookup
from ledger.vault import Place


class InFuture(Refusal, code="instant_in_future"):
    """What was looked up was looked up before."""


@dataclass(frozen=True)
class OffSystemLine:
    """One record, with the source as somebody wrote it."""

    row: OffSystemLookup
    case_number: str
    source: str


def record(
    session: Session,
    unit: str,
    case: Case,
    party: Party,
    proof: str,
    source: str,
    operator: str,
    looked_up_at: datetime,
    result: OffSystemResult,
    evidence_digest: str,
    *,
    now: datetime,
    actor: str,
) -> OffSystemLine:
    """Put it on the record. `operator`: a person's code; `evidence_digest`: SHA-256 of what was seen. Append-only.

    Raises `InFuture`.
    """
    if looked_up_at > now:
        raise InFuture
    row = OffSystemLookup(
        id=uuid4(),
        recorded_at=now,
        unit=unit,
        case=case.id,
        party=party.id,
        proof=proof,
        operator=operator,
        looked_up_at=looked_up_at,
        result=result,
        evidence_digest=evidence_digest,
        recorded_by=actor,
    )
    row.source = cases.case_key(case).encrypt_text(Place("off_system_lookups", "source", row.id), source)
    session.add(row)
    session.flush()
    return OffSystemLine(row, case.number, source)


def listed(session: Session, unit: str | None, since: datetime, until: datetime, page: PageRequest = FIRST) -> Page[OffSystemLine]:
    """The records of a unit (None: of all) in [since, until), by their serial."""
    query = (
        select(OffSystemLookup, Case)
        .join(Case, Case.id == OffSystemLookup.case)
        .where(OffSystemLookup.recorded_at >= since, OffSystemLookup.recorded_at < until)
    )
    if unit is not None:
        query = query.where(OffSystemLookup.unit.in_(estate(session, unit)))
    return paging.tuples(session, query, (OffSystemLookup.serial,), page).map(lambda one: _line(*one))


def _line(row: OffSystemLookup, case: Case) -> OffSystemLine:
    source = cases.case_key(case).decrypt_text(Place("off_system_lookups", "source", row.id), row.source)
    return OffSystemLine(row, case.number, source)
