"""A year of a small district for the annex, as rows by chance from a seed: lists, adjustments, refusals, cases, registers.

Written past the rules, as `month.py` is; one unit is renamed and one merged within it, by the rules.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from domain.adjusting import ProposalKind
from domain.listing import Change
from domain.registers import DECISIONS
from domain.roles import Channel
from domain.scope import Exclusion
from ledger.catalog.entries import find_entry
from ledger.database import transaction
from ledger.registry import unit_changes
from ledger.tables.cases import Case
from ledger.tables.catalog import CatalogVersion, Entry, Proposal, ProposalStep
from ledger.tables.effects import Proof, RefusalRow, SealUse
from ledger.tables.oversight import RegisterEntry
from ledger.tables.registry import Person, ProofKind
from tests.ledger.acting import do
from tests.ledger.filing import file
from tests.reports.figures.month import copies

START, DAYS = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(hours=8), 365
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UNITS = ("370402-PERMIT", "370402-CIVIL", "370402-JUSTICE", "370402-GUANGMING", "370402-HOUSING")
MERGED, INTO, AT = "370402-GUANGMING", "370402-CIVIL", START + 190 * DAY
RENAMED = "370402-HOUSING"


def write(seed: int) -> None:
    """Fill the ledger."""
    fill(seed, UNITS)
    do(unit_changes.rename, RENAMED, "市中区住房保障局", at=START + 100 * DAY, document="x", now=START + 100 * DAY, actor="x")
    do(unit_changes.merge, MERGED, INTO, at=AT, document="x", now=AT, actor="x")


def fill(seed: int, units: Sequence[str]) -> None:
    """The rows of these units, before any of them is renamed or merged."""
    chance = random.Random(seed)
    filed = file()
    base, _, _ = copies(filed)
    with transaction() as session:
        proofs = [f"P-Y{number}" for number in range(40)]
        session.execute(insert(ProofKind), [_proof(chance, units, code) for code in proofs])
        _lists(session, chance, units, base["matter"], proofs)
        _refusals(session, chance, units, base["matter"], proofs)
        for number in range(600):
            session.add(Case(**base | _case(chance, units, number)))
        session.flush()
        for number in range(60):
            _proposal(session, chance, units, number)
        _registers(session, chance, units)
        _governance(session, chance, units, base["matter"])
        _proofs(session, chance, filed)


def instant(chance: random.Random) -> datetime:
    return START + chance.random() * DAYS * DAY


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _proof(chance: random.Random, units: Sequence[str], code: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"演示证明{code}",
        "basis": chance.choice(["", "《演示条例》第一条"]),
        "cancelled": chance.random() < 0.3,
        "otherwise": chance.choice(["", "", "《演示法》第三条"]),
        "issuing_unit": chance.choice([None, *units]),
    }


def _case(chance: random.Random, units: Sequence[str], number: int) -> dict[str, Any]:
    return {
        "id": _id(chance),
        "number": f"Y-{number}",
        "unit": chance.choice(units),
        "registered_at": instant(chance),
        "channel": chance.choice(list(Channel)),
    }


def _lists(session: Any, chance: random.Random, units: Sequence[str], matter: str, proofs: list[str]) -> None:
    """Versions across the year; each takes away some entries and brings others."""
    numbers = range(2, 14)
    for number in numbers:
        at = START + (number - 1) * 28 * DAY + chance.random() * 20 * DAY
        session.add(CatalogVersion(number=number, published_at=at, published_by="x", document="x", digest="x"))
    session.flush()
    pattern = session.scalars(select(Entry).order_by(Entry.matter, Entry.proof)).first()
    values = {column.key: getattr(pattern, column.key) for column in Entry.__mapper__.column_attrs if column.key != "id"}
    for proof in proofs:
        since: int | None = chance.choice(numbers)
        while since is not None:
            until = chance.choice([None, *range(since + 1, 14)]) if since < 13 else None
            exclusion = chance.choice([None, None, *Exclusion])
            session.add(
                Entry(
                    **values
                    | {
                        "matter": matter,
                        "proof": proof,
                        "unit": chance.choice(units),
                        "basis": chance.choice(["", "《演示条例》"]),
                        "since_version": since,
                        "until_version": until,
                        "exclusion": exclusion,
                        "exclusion_decided_by": "x" if exclusion else None,
                        "exclusion_evidence": "x" if exclusion else None,
                        "outside_region": chance.random() < 0.4,
                        "checkable_online": chance.random() < 0.6,
                        "reviewed_above": chance.random() < 0.3,
                    }
                )
            )
            since = until
    session.flush()


def _refusals(session: Any, chance: random.Random, units: Sequence[str], matter: str, proofs: list[str]) -> None:
    codes = ("excluded_category", "excluded_category", "excluded_outside", "excluded_review", "proof_not_listed")
    for _ in range(400):
        session.add(
            RefusalRow(
                at=instant(chance),
                unit=chance.choice([None, *units]),
                actor="x",
                code=chance.choice(codes),
                obligation=None,
                detail={"matter": matter, "proof": chance.choice(proofs)},
            )
        )


def _proposal(session: Any, chance: random.Random, units: Sequence[str], number: int) -> None:
    """Drafted, reported, sent back or agreed, once more perhaps, published perhaps."""
    at, kind = instant(chance), chance.choice(["list", "adjustment"])
    identity, unit = _id(chance), chance.choice(units)
    found = find_entry(session, "DEMO-0001", "P-HOUSEHOLD")
    assert found is not None
    law = {"法规": f"《演示条例{number}》", "施行日期": f"{at.date()}"}
    named = _entered(session, "law_changes", unit, at - DAY, law) if kind == "adjustment" and number % 4 == 0 else None
    row = Proposal(
        id=identity,
        kind=kind,
        unit=unit,
        law_change=named,
        drafted_by="370402-OFFICE",
        standing="drafted",
        reason="x",
        reason_date=date(2026, 1, 1) + chance.randrange(300) * DAY if kind == "adjustment" else None,
        document=f"《演示{number:03}号文》",
        base=0,
        changes=(Change(found[1], found[1]),) if number % 2 else (),
        drafted_at=at,
    )
    session.add(row)
    session.flush()
    agree = "consent" if kind == "list" else "decide"
    course = chance.choice(
        [
            [],
            ["report"],
            ["report", "return", "report", agree, "publish"],
            ["report", agree],
            ["report", agree, "publish"],
            ["report", agree, "publish"],
            ["report", agree, "return"],
            ["report", agree, "return", "report", agree, "publish"],
            ["report", "reject"],
            ["report", "withdraw"],
        ]
    )
    if kind == "adjustment" and "report" in course and number % 5:  # else a year without calendar
        row.due_at = datetime.combine(row.reason_date, time(), UTC) - 8 * HOUR + 5 * DAY
    if course[-1:] == ["publish"]:
        row.version = chance.randrange(2, 14)
    for step in ("draft", *course):
        session.add(ProposalStep(proposal=row.id, step=step, at=at, person="x", unit=row.unit, record={}))
        session.flush()
        at += chance.random() * 12 * DAY


def _proofs(session: Any, chance: random.Random, number: str) -> None:
    """Versions of proofs of one verification: whose it is does not matter here, when it was made does."""
    for version in range(1, 40):
        use = SealUse(id=_id(chance), verification=number, version=version, seal="share", used_by="x", started_at=START)
        session.add(use)
        session.flush()
        at = instant(chance)
        words = chance.choice(["", "《演示法》第三条"])
        session.add(
            Proof(
                id=_id(chance),
                verification=number,
                version=version,
                seal_use=use.id,
                digest=f"{version}",
                code_digest="x",
                pdf=b"x",
                content=b"x",
                made_at=at,
                valid_until=at + DAY,
                otherwise=words,
            )
        )


def _entered(session: Any, register: str, unit: str, at: datetime, values: dict[str, str], replaces: int | None = None) -> int:
    row = RegisterEntry(register=register, unit=unit, values=values, entered_at=at, entered_by="x", replaces=replaces)
    session.add(row)
    session.flush()
    return row.serial


def _governance(session: Any, chance: random.Random, units: Sequence[str], matter: str) -> None:
    """Members and decisions of the 工作专班, changes of law; some corrected."""
    _entered(session, "members", units[0], START + DAY, {"人员": "x", "职责": "成员", "起始日期": "2026-01-01"})
    causes = list(session.scalars(select(Proposal).where(Proposal.kind == ProposalKind.ADJUSTMENT).order_by(Proposal.document)))
    adjusted = {(row.version, row.unit) for row in causes}
    came = [row for row in session.scalars(select(Entry).order_by(Entry.id)) if (row.since_version, row.unit) in adjusted]
    for entry in came[::2]:
        asked = {"事项": entry.matter, "证明": entry.proof, "理由": "其他"}
        serial = _entered(session, "collections", entry.unit, START + 30 * DAY, asked)
        _entered(session, "collections", entry.unit, START + 40 * DAY, asked | {"批准": "是"}, serial)
    for number in range(60):
        at = instant(chance)
        day = (at - chance.randrange(20) * DAY).date()
        decision = {"种类": chance.choice(DECISIONS), "日期": f"{day}", "议题": "x", "参加成员": "x", "结果": "x"}
        serial = _entered(session, "decisions", chance.choice(["370402-OFFICE", units[0]]), at, decision)
        if number % 5 == 0:
            _entered(session, "decisions", "370402-OFFICE", at + 9 * DAY, decision | {"种类": chance.choice(DECISIONS)}, serial)
        until = {"截止日期": f"{day + chance.randrange(200) * DAY}"} if chance.random() < 0.7 else {}
        if number % 6 == 0:
            unit = chance.choice(units)
            serial = _entered(session, "members", unit, at, {"人员": "x", "职责": "成员", "起始日期": f"{day}"} | until)
            if chance.random() < 0.4:
                _entered(
                    session, "members", unit, at + DAY, {"人员": "x", "职责": "成员", "起始日期": f"{day}", "截止日期": f"{day}"}, serial
                )
        if number % 3 == 0:
            asked = {"事项": matter, "证明": f"P-Y{chance.randrange(40)}", "理由": "其他"}
            serial = _entered(session, "collections", chance.choice(units), at, asked)
            for back in range(1, chance.randrange(4)):
                said = {"批准": chance.choice(["是", "是", "否"])}
                serial = _entered(session, "collections", units[1], at + back * 6 * DAY, asked | said, serial)
        if number % 2 == 0:
            cause = chance.choice(causes)
            law = {"法规": f"《演示法规{number}》", "施行日期": f"{day}"}
            match number % 10:
                case 0:
                    law |= {
                        "施行日期": f"{cause.reason_date}",
                        "涉及证明": ["户籍证明", "P-X 、P-HOUSEHOLD", "出生证明", ""][number // 10 % 4],
                    }
                case 2:
                    law |= {
                        "涉及证明": "户籍类证明:户籍证明等",
                        "公布日期": f"{cause.reason_date}",
                        "施行日期": f"{cause.reason_date + 2 * DAY}",
                    }
                case 4:
                    law |= {"法规": cause.document.strip("《》"), "施行日期": f"{cause.reason_date + 3 * DAY}"}
            serial = _entered(session, "law_changes", cause.unit, at, law)
            if number % 10 == 6:
                _entered(session, "law_changes", cause.unit, at + 5 * DAY, law | {"无需调整的理由": "不涉及"}, serial)


def _registers(session: Any, chance: random.Random, units: Sequence[str]) -> None:
    people = list(session.scalars(select(Person.code).order_by(Person.code)))
    for number in range(30):
        at = instant(chance)
        for register, values in (
            ("responsibility", {"主要领导职务": "局长"}),
            ("training", {"日期": f"{at.date() + chance.randrange(-9, 9) * DAY}", "参训人员": chance.choice(people)}),
        ):
            if chance.random() < 0.75:
                continue
            row = RegisterEntry(register=register, unit=chance.choice(units), values=values, entered_at=at, entered_by="x")
            session.add(row)
            session.flush()
            if register == "training" and number % 2 == 0:
                other = {**values, "参训人员": f" {chance.choice(people)} ,{chance.choice(people)}"}
                session.add(
                    RegisterEntry(
                        register=register, unit=row.unit, values=other, entered_at=at + 20 * DAY, entered_by="x", replaces=row.serial
                    )
                )
                session.flush()
