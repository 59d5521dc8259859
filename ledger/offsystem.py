"""系统外查询备案 (7.3): a look-up in a national, provincial or city database, done elsewhere, put on the record here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.records import OffSystemResult
from ledger.tables.cases import Case, Party
from ledger.tables.records import OffSystemLookup


def record(
    session: Session, unit: str, case: Case, party: Party, proof: str, source: str, operator: str,
    looked_up_at: datetime, result: OffSystemResult, evidence_digest: str, *, now: datetime, actor: str,
) -> OffSystemLookup:  # fmt: skip
    """Put it on the record. `operator`: a person's code; `evidence_digest`: SHA-256 of what was seen. Append-only.

    Raises ValueError for an instant in the future.
    """
    if looked_up_at > now:
        raise ValueError("looked up in the future")
    row = OffSystemLookup(
        recorded_at=now, unit=unit, case=case.id, party=party.id, proof=proof, source=source, operator=operator,
        looked_up_at=looked_up_at, result=result, evidence_digest=evidence_digest, recorded_by=actor,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def listed(session: Session, unit: str | None, since: datetime, until: datetime) -> list[tuple[OffSystemLookup, str]]:
    """Records of a unit (None: of all) in [since, until), with the case's number, oldest first."""
    query = (
        select(OffSystemLookup, Case.number)
        .join(Case, Case.id == OffSystemLookup.case)
        .where(OffSystemLookup.recorded_at >= since, OffSystemLookup.recorded_at < until)
        .order_by(OffSystemLookup.id)
    )
    if unit is not None:
        query = query.where(OffSystemLookup.unit == unit)
    return list(session.execute(query.limit(5000)).tuples())
