"""批次的结果: row after row in their order, opened a few at a time, so that the largest batch costs no more memory than a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from domain.lifecycle import State
from domain.methods import Result
from domain.retention import ERASED
from ledger.batches.intake import key_of, opened
from ledger.cases.cases import case_key
from ledger.database import transaction
from ledger.sealing import papers
from ledger.tables.batches import Batch, BatchRow
from ledger.tables.cases import Case
from ledger.tables.effects import Access, Proof
from ledger.tables.verifications import Verification

_AT_ONCE = 200


@dataclass(frozen=True)
class RowResult:
    """One row with what was found: personal data."""

    line: int
    own: list[str]
    refusal: str | None
    said: str | None
    verification: str | None
    repeated: bool
    state: State | None
    result: Result | None  #: once it is delivered
    fields: list[tuple[str, str]]  #: as printed, where a sealed proof stands
    revoked: bool

    def __repr__(self) -> str:
        return f"RowResult({self.line})"


def results(batch: Batch, *, actor: str, unit: str, now: datetime) -> Iterator[RowResult]:
    """Every row. Whose results are shown is on the record before they are (obligation 15.4)."""
    after, secret = -1, key_of(batch)
    while True:
        with transaction() as session:
            rows = session.execute(
                select(BatchRow, Verification, Case, Proof)
                .outerjoin(Verification, Verification.number == BatchRow.verification)
                .outerjoin(Case, Case.id == Verification.case)
                .outerjoin(Proof, _CURRENT)
                .where(BatchRow.batch == batch.number, BatchRow.line > after)
                .order_by(BatchRow.line)
                .limit(_AT_ONCE)
            ).all()
            found = [_result(row, opened(secret, row)[0], verification, case, proof) for row, verification, case, proof in rows]
            _record(session, [one.verification for one in found if one.verification and one.fields], "result", actor, unit, now)
        yield from found
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1][0].line


def _result(row: BatchRow, own: list[str], verification: Verification | None, case: Case | None, proof: Proof | None) -> RowResult:
    delivered = verification is not None and verification.state is State.DELIVERED
    fields: list[tuple[str, str]] = []
    if delivered and proof is not None and case is not None and proof.revoked_at is None:
        fields = papers.open_content(proof, case_key(case)) if case.data_key else [("", ERASED)]
    return RowResult(
        row.line,
        own,
        row.refusal,
        row.said,
        row.verification,
        row.repeated,
        verification.state if verification else None,
        verification.result if verification and delivered else None,
        fields,
        proof is not None and proof.revoked_at is not None,
    )


def proofs(batch: Batch, *, actor: str, unit: str, now: datetime) -> Iterator[tuple[int, str, bytes]]:
    """Each sealed proof that was delivered: line, the name of its file, the file. One at a time in memory, each reading on the record."""
    after = -1
    while True:
        with transaction() as session:
            rows = session.execute(
                select(BatchRow.line, BatchRow.verification, Proof.id)
                .join(Verification, Verification.number == BatchRow.verification)
                .join(Proof, _CURRENT)
                .where(BatchRow.batch == batch.number, BatchRow.line > after)
                .where(Verification.state == State.DELIVERED, Proof.revoked_at.is_(None))
                .order_by(BatchRow.line)
                .limit(_AT_ONCE)
            ).all()
        for line, number, identity in rows:
            with transaction() as session:
                proof = session.get_one(Proof, identity)
                case = session.scalars(
                    select(Case).join(Verification, Verification.case == Case.id).where(Verification.number == number)
                ).one()
                if not case.data_key:
                    continue
                name, file = f"{number}{proof.form.suffix}", papers.open_pdf(proof, case_key(case))
                _record(session, [number], "proof", actor, unit, now)
            yield line, name, file
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1][0]


_CURRENT = (Proof.verification == Verification.number) & (Proof.version == Verification.proof_version)


def _record(session: Session, numbers: list[str], what: str, actor: str, unit: str, now: datetime) -> None:
    if numbers:
        session.execute(
            insert(Access), [{"at": now, "actor": actor, "unit": unit, "verification": number, "what": what} for number in numbers]
        )
