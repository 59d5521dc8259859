"""A month of rows (`clocked.py`) with mismatches, commitments that are checked, systems that call, kinds of proofs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from domain.commitments import CheckOutcome
from domain.lifecycle import State
from domain.methods import Method
from domain.records import MismatchStatus
from domain.seals import SealKind, SealStanding
from ledger.registry.registry import put_databases, put_systems
from ledger.tables.catalog import Entry
from ledger.tables.commitments import Commitment, CommitmentCheck, CommitmentText, CreditBlock
from ledger.tables.effects import LicenceOffer, Proof, SealUse
from ledger.tables.records import Mismatch
from ledger.tables.registry import ProofKind, SystemCall
from ledger.tables.seals import RegisteredSeal
from ledger.tables.verifications import EventRow, Lookup, Verification
from tests.ledger.acting import do
from tests.reports.figures.clocked import MONTH, fill
from tests.reports.figures.month import DAY, HOUR, LOCAL, MINUTE, Month, Rows

TEXT, SHARE, LATE = UUID(int=14), UUID(int=94), UUID(int=95)
ABOVE, ELSE = "山东省演示平台", "另一个演示系统"


def fill_checked(month: Month = MONTH) -> None:
    do(_registers, month)
    do(_seals, month)
    fill(month, _change)
    do(_licences)


def _seals(session: Session, month: Month) -> None:
    """One that stands throughout, and one that came late and was used past its certificate."""
    spans = (
        (SHARE, SealKind.SHARE, month.start - 400 * DAY, month.start + 300 * DAY, month.start + 3000 * DAY),
        (LATE, SealKind.ISSUER, month.start + 12 * DAY, month.start + 60 * DAY, month.start + 30 * DAY),
    )
    for seal, kind, start, end, valid in spans:
        made = {"making_asked_by": "x", "making_confirmed_by": "y", "fingerprint": seal.hex, "valid_from": start, "valid_until": valid}
        named = {"kind": kind, "name": "演示专用章", "unit": "370402-OFFICE", "standing": SealStanding.CHANGED}
        session.add(RegisteredSeal(id=seal, **named, **made, started_at=start, ended_at=end))


def _licences(session: Session) -> None:
    """Of what was delivered most was sealed, most of that offered, and most of that taken, a few days later at times."""
    chance, again = random.Random(63), random.Random(91)
    rows: dict[type, list[dict[str, Any]]] = {SealUse: [], Proof: [], LicenceOffer: [], EventRow: []}
    delivered = select(Verification).where(Verification.state == State.DELIVERED, Verification.ended_at.is_not(None))
    for row in session.scalars(delivered.order_by(Verification.number)):
        if chance.random() < 0.3 or row.ended_at is None:
            continue
        if row.method is Method.ISSUER and again.random() < 0.15:
            _given_up(rows, row, again)
        use, proof, at = UUID(int=chance.getrandbits(128)), UUID(int=chance.getrandbits(128)), row.ended_at
        named = {"verification": row.number, "version": row.proof_version}
        seal = SealKind.SHARE if row.method is Method.DATA_SHARING and chance.random() < 0.9 else SealKind.ISSUER
        seal = SealKind.SHARE if row.method is Method.ISSUER and chance.random() < 0.1 else seal
        which, signed = chance.random(), at + MINUTE
        registered = SHARE if which < 0.5 else LATE if which < 0.8 else None
        used = {"used_by": "x", "started_at": at, "completed_at": signed if which < 0.75 else None, "registered": registered}
        rows[SealUse].append({"id": use, **named, "seal": seal, **used})
        kept = {"digest": f"{proof.hex}", "code_digest": "x", "pdf": b"", "content": b"", "made_at": at, "valid_until": at + DAY}
        rows[Proof].append({"id": proof, **named, "seal_use": use, **kept})
        if chance.random() < 0.7:
            made = at + chance.random() * HOUR
            taken = made + chance.random() * 3 * DAY if chance.random() < 0.8 else None
            offered = {"verification": row.number, "proof": proof, "licence_kind": "x", "made_at": made, "taken_at": taken}
            rows[LicenceOffer].append({"id": UUID(int=chance.getrandbits(128)), **offered})
    for table, values in rows.items():
        session.execute(insert(table), values)


def _given_up(rows: dict[type, list[dict[str, Any]]], row: Verification, chance: random.Random) -> None:
    """It was sealed as shared data first, and re-routed before it was delivered: what is sealed now is another version."""
    use, proof, at = UUID(int=chance.getrandbits(128)), UUID(int=chance.getrandbits(128)), row.filed_at
    named, row.proof_version = {"verification": row.number, "version": row.proof_version}, row.proof_version + 1
    seal = chance.choice([SealKind.SHARE, SealKind.SHARE, SealKind.SHARE, SealKind.ISSUER])
    rows[SealUse].append({"id": use, **named, "seal": seal, "used_by": "x", "started_at": at, "completed_at": at, "registered": SHARE})
    kept = {"digest": f"{proof.hex}", "code_digest": "x", "pdf": b"", "content": b"", "made_at": at, "valid_until": at + DAY}
    rows[Proof].append({"id": proof, **named, "seal_use": use, **kept})
    told = {"event": "rerouted", "origin": None, "target": None, "actor": "x", "detail": {}}
    rows[EventRow].append({"verification": row.number, "at": at, "recorded_at": at, **told})


def _registers(session: Session, month: Month) -> None:
    [(merged, into, _), *_] = month.mergers
    session.add(
        CommitmentText(id=TEXT, proof="P-HOUSEHOLD", version=9, text="x", check_days=9, basis="x", made_at=month.start, made_by="x")
    )
    put_systems(
        session,
        [
            {"code": "s-above", "unit": into, "name": ABOVE, "level": "province", "should_connect": False},
            {"code": "s-never", "unit": into, "name": "从未调用"},
            {"code": "s-early", "unit": merged, "name": "先前调用"},
            {"code": "s-often", "unit": "370402-PERMIT", "name": "经常调用"},
        ],
    )
    chance = random.Random(14)
    days = {"s-early": range(-3, 12), "s-often": range(0, month.days, 2)}
    for system, numbers in days.items():
        for number in numbers:
            first = month.start + number * DAY + chance.random() * 20 * HOUR
            session.execute(
                insert(SystemCall).values(
                    system=system, day=first.astimezone(LOCAL).date(), first_at=first, last_at=first + chance.random() * HOUR
                )
            )
    put_databases(
        session,
        [
            {
                "code": "X-14",
                "name": "演示库",
                "owner": into,
                "source": "demo14",
                "connected_since": (month.start + 20 * DAY).date(),
                "note": "",
            }
        ],
    )
    pattern = session.scalars(select(Entry).where(Entry.matter == "DEMO-0001", Entry.proof == "P-HOUSEHOLD")).one()
    values = {column.key: getattr(pattern, column.key) for column in Entry.__mapper__.column_attrs if column.key != "id"}
    for number in range(12):
        code = f"P-E{number}"
        issuing, cancelled = chance.choice([None, *month.issuing]), chance.random() < 0.2
        session.add(ProofKind(code=code, name=f"演示证明{number}", basis="x", cancelled=cancelled, issuing_unit=issuing))
        session.flush()
        methods, source = chance.choice([(["issuer"], None), (["data_sharing"], "demo14"), (["data_sharing"], "elsewhere")])
        promised = {"commitment_basis": "第一批清单" if number % 2 else "", "reviewed_above": number == 11}
        session.add(Entry(**values | {"id": 900_100 + number, "proof": code, "methods": methods, "source": source} | promised))
        if number in (1, 3, 9):
            made = month.start + number * 4 * DAY
            session.add(
                CommitmentText(
                    id=UUID(int=200 + number), proof=code, version=1, text="x", check_days=9, basis="x", made_at=made, made_by="x"
                )
            )


def _change(rows: Rows) -> None:
    chance, month = rows.chance, rows.month
    for one in rows.found[Lookup]:
        one["maker"] = chance.choice(["", "", "", *["山东省演示厅"] * 7])
    for case in rows.found[list(rows.found)[0]]:
        case["origin_system"] = chance.choice([None, "", ABOVE, "s-above", ELSE])
    done = [row for row in rows.found[Verification] if row["state"] == "delivered"]
    for row in done:
        if row["method"] == "issuer" and chance.random() < 0.3:
            row["entry"] = 900_100 + chance.randrange(6)
    for row in chance.sample(done, month.some(90)):
        _mismatch(rows, row, chance.choice(rows.found[Verification]))
    for row in chance.sample(rows.found[Verification], month.some(160)):
        _commitment(rows, row)
    for row in chance.sample(rows.found[Verification], month.some(200)):
        _promised(rows, row)


def _promised(rows: Rows, row: dict[str, Any]) -> None:
    """Of an entry that demands 告知承诺: some were asked of an issuing unit, some came to a person, some may not commit."""
    chance = rows.chance
    row["entry"] = 900_101
    at, fate = row["filed_at"] + chance.random() * 2 * DAY, chance.choice(["", "spent", "barred", "barred_and_spent", "else"])
    if fate == "barred":
        _note(rows, row, "taken_up", at, method="issuer", skipped="commitment_blocked")
    elif fate:
        why = {"spent": "no_commitment_text", "barred_and_spent": "commitment_blocked", "else": "none"}[fate]
        _note(rows, row, "attention_needed", at, code="no_next_method" if fate != "else" else "cannot_verify", why=why)


def _note(rows: Rows, row: dict[str, Any], event: str, at: datetime, **detail: Any) -> None:
    rows.add(EventRow, verification=row["number"], event=event, at=at, recorded_at=at, origin=None, target=None, actor="x", detail=detail)


def _mismatch(rows: Rows, row: dict[str, Any], check: dict[str, Any]) -> None:
    chance = rows.chance
    at = row["ended_at"] + chance.random() * 3 * DAY
    settled = at + chance.random() * 9 * DAY if chance.random() < 0.7 else None
    status = MismatchStatus.CHECKING
    if settled is not None:
        status = chance.choice([MismatchStatus.CORRECTED, MismatchStatus.UPHELD, MismatchStatus.UNSETTLED])
    if any(one["check"] == check["number"] for one in rows.found.get(Mismatch, [])):
        return
    rows.add(
        Mismatch,
        id=rows.id(),
        verification=row["number"],
        status=status,
        reported_at=at,
        reported_by="x",
        fields=[],
        stated=b"x",
        check=check["number"] if check.get("issuing_unit") else None,
        settled_at=settled,
    )


def _commitment(rows: Rows, row: dict[str, Any]) -> None:
    chance = rows.chance
    at, commitment = row["filed_at"], rows.id()
    rows.add(
        Commitment,
        id=commitment,
        verification=row["number"],
        text_id=TEXT,
        lookup="x",
        offered_at=at,
        decision="signed",
        decided_at=at,
        recorded_by="x",
        evidence_digest="x",
    )
    due = at + chance.choice([2, 4, 9]) * DAY
    fate = chance.choice(["open", "early", "on_time", "late", "late", "undetermined"])
    done = {
        "early": due - chance.random() * 2 * DAY,
        "on_time": due,
        "late": due + timedelta.resolution + chance.choice([timedelta(), chance.random() * 9 * DAY]),
    }.get(fate)
    outcome = chance.choice([CheckOutcome.TRUE, CheckOutcome.UNTRUE]) if done is not None else None
    rows.add(
        CommitmentCheck,
        id=rows.id(),
        commitment=commitment,
        verification=row["number"],
        unit=row["unit"],
        due_at=None if fate == "undetermined" else due,
        provisional=False,
        done_at=done,
        done_by="x" if done else None,
        outcome=outcome,
    )
    if outcome is CheckOutcome.UNTRUE and done is not None:
        restored = done + chance.random() * 9 * DAY if chance.random() < 0.6 else None
        rows.add(
            CreditBlock,
            id=rows.id(),
            lookup="x",
            commitment=commitment,
            since=done,
            restored_at=restored,
            restored_by="x" if restored else None,
        )
