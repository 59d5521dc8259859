"""主动提供台账 (2.6, 2.7): what applicants brought by their own will; always accepted, append-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.commitments import Evidence
from domain.masking import mask_name, mask_number
from domain.records import RETENTION, VoluntaryReason
from ledger import cases, entries
from ledger.filing import Filer
from ledger.tables.cases import Case, Party
from ledger.tables.records import VoluntarySubmission
from ledger.tables.registry import Matter, ProofKind
from ledger.vault import Place


@dataclass(frozen=True)
class VoluntaryLine:
    """One line of the 台账; the party is masked."""

    row: VoluntarySubmission
    case_number: str
    matter_name: str
    proof_name: str
    name: str
    id_number: str


def submit(
    session: Session, filer: Filer, case: Case, party: Party, proof: str, reason: VoluntaryReason,
    confirmed: Evidence | None, digest: str | None, *, now: datetime,
) -> VoluntaryLine:  # fmt: skip
    """Put a submission on the record. Nothing refuses it: neither a proof that no list knows nor a closed case.

    `confirmed`: the applicant's own act, with the SHA-256 of its evidence (reading 17); None where there is none, which
    the record shows.
    """
    row = VoluntarySubmission(
        at=now, unit=filer.unit, case=case.id, party=party.id, proof=proof,
        listed=entries.find_entry(session, case.matter, proof) is not None, clerk=filer.person,
        via_system=filer.system, reason=reason, confirmed=confirmed, confirmation_digest=digest,
        retain_until=now + RETENTION,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _lines(session, [(row, case, party)])[0]


def listed(session: Session, unit: str | None, since: datetime, until: datetime, limit: int = 5000) -> list[VoluntaryLine]:
    """The 台账 of a unit (None: of all) in [since, until), oldest first."""
    query = (
        select(VoluntarySubmission, Case, Party)
        .join(Case, Case.id == VoluntarySubmission.case)
        .join(Party, Party.id == VoluntarySubmission.party)
        .where(VoluntarySubmission.at >= since, VoluntarySubmission.at < until)
        .order_by(VoluntarySubmission.id)
        .limit(limit)
    )
    if unit is not None:
        query = query.where(VoluntarySubmission.unit == unit)
    return _lines(session, list(session.execute(query).tuples()))


def _lines(session: Session, found: list[tuple[VoluntarySubmission, Case, Party]]) -> list[VoluntaryLine]:
    matters = dict(session.execute(select(Matter.code, Matter.name)).tuples().all())
    proofs = dict(session.execute(select(ProofKind.code, ProofKind.name)).tuples().all())
    lines = []
    for row, case, party in found:
        key = cases.case_key(case)
        name = key.decrypt_text(Place("parties", "name", party.id), party.name)
        number = key.decrypt_text(Place("parties", "id_number", party.id), party.id_number)
        lines.append(
            VoluntaryLine(
                row, case.number, matters[case.matter], proofs.get(row.proof, row.proof), mask_name(name), mask_number(number)
            )
        )
    return lines


