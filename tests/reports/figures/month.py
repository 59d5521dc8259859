"""A month of a small district as rows, by chance from a seed: everything that can become of a verification becomes of some.

Written past the rules, since only so can each kind of row be had in every mixture; what the rules make of a week is
simulated in `test_week.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from ledger.database import transaction
from ledger.registry import unit_changes
from ledger.tables.cases import Case
from ledger.tables.commitments import Commitment, CommitmentCheck, CreditBlock
from ledger.tables.inbox import Return, Supervision, Suspension
from ledger.tables.records import Mismatch, OffSystemLookup, Outage, VoluntarySubmission
from ledger.tables.verifications import Deadline, EventRow, Lookup, Request, Verification
from tests.ledger.acting import do
from tests.ledger.filing import file

LOCAL = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASKING = ("370402-PERMIT", "370402-CIVIL", "370402-JUSTICE")
ISSUING = ("370402-GUANGMING", "370402-ARCHIVE", "370402-CIVIL", "370402-HOUSING", "370402-HEAT")


@dataclass(frozen=True)
class Month:
    """So many verifications over some days: five weeks from a Monday on, if nothing else is said; who is merged and renamed in them."""

    first: date
    seed: int
    days: int = 35
    count: int = 700
    asking: tuple[str, ...] = ASKING
    issuing: tuple[str, ...] = ISSUING
    mergers: tuple[tuple[str, str, timedelta], ...] = (("370402-ARCHIVE", "370402-CIVIL", timedelta(days=16, hours=3)),)  #: after so long
    renamed: tuple[str, str, timedelta] = ("370402-HOUSING", "市中区住房保障局", timedelta(days=20))

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), LOCAL).astimezone(UTC)

    def some(self, number: int) -> int:
        """As many as `number` is among seven hundred verifications."""
        return max(1, number * self.count // 700)

    def instant(self, chance: random.Random) -> datetime:
        return self.start + chance.random() * self.days * DAY

    def change_units(self) -> None:
        """更名和合并, by the rules, when all rows are written."""
        unit, name, after = self.renamed
        at = self.start + after
        do(unit_changes.rename, unit, name, at=at, document="x", now=at, actor="x")
        for unit, into, after in self.mergers:
            at = self.start + after
            do(unit_changes.merge, unit, into, at=at, document="x", now=at, actor="x")


@dataclass
class Rows:
    """What is to be written, by table."""

    chance: random.Random
    month: Month
    number: int = 0
    resting: set[UUID] = field(default_factory=set)  #: requests whose supplement has not come
    supervised: set[UUID] = field(default_factory=set)
    found: dict[type, list[dict[str, Any]]] = field(default_factory=dict)

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def add(self, table: type, **values: Any) -> dict[str, Any]:
        self.found.setdefault(table, []).append(values)
        return values


def write(month: Month, change: Callable[[Rows], None] = lambda rows: None) -> None:
    """Fill the ledger; `change` adds to the rows before they are written."""
    rows = Rows(random.Random(month.seed), month)
    base, party, entry = copies(file())
    for _ in range(month.count):
        _one(rows, base, party, entry)
    for place in range(month.some(80)):
        at = month.instant(rows.chance)
        rows.add(
            VoluntarySubmission,
            id=rows.id(),
            at=at,
            unit=rows.chance.choices(month.asking, (*(1 for _ in month.asking[1:]), 4 * len(month.asking)))[0],
            listed=True,
            marks=["not_spared"] if place % 4 == 3 else [],
            stated=b"x",
            clerk="x",
            reason="at_hand",
            retain_until=at,
        )
    outage = month.start + 18 * DAY + 3 * HOUR
    rows.add(
        Outage,
        id=rows.id(),
        since=outage,
        until=outage + 50 * MINUTE,
        automatic=False,
        reason="断电",
        recorded_by="x",
        recorded_at=outage + HOUR,
    )
    change(rows)
    save(rows)


def copies(pattern: str) -> tuple[dict[str, Any], UUID, int]:
    """A real verification's case to be copied, and the party and entry that rows can point to."""
    with transaction() as session:
        row = session.get_one(Verification, pattern)
        case = session.get_one(Case, row.case)
        return {column.key: getattr(case, column.key) for column in Case.__mapper__.column_attrs}, row.party, row.entry


def save(rows: Rows) -> None:
    """All at once, what is pointed to first."""
    with transaction() as session:
        for table in (
            Case,
            Verification,
            EventRow,
            Lookup,
            Request,
            Return,
            Suspension,
            Deadline,
            Supervision,
            VoluntarySubmission,
            OffSystemLookup,
            Mismatch,
            Commitment,
            CommitmentCheck,
            CreditBlock,
            Outage,
        ):
            if rows.found.get(table):
                _insert(session, table, rows.found[table])


def _insert(session: Any, table: type, values: list[dict[str, Any]]) -> None:
    names = sorted({name for row in values for name in row})
    session.execute(insert(table), [{name: row.get(name) for name in names} for row in values])


def _one(rows: Rows, base: dict[str, Any], party: UUID, entry: int) -> None:
    chance, month = rows.chance, rows.month
    rows.number += 1
    number, filed = f"HY2026{rows.number:012d}", month.instant(chance)
    if not rows.found.get(Case) or chance.random() > 0.3:
        rows.add(Case, **base | {"id": rows.id(), "number": f"M-{rows.number}", "unit": chance.choice(month.asking)})
    case = rows.found[Case][-1]
    row = rows.add(
        Verification,
        number=number,
        case=case["id"],
        party=party,
        entry=entry,
        unit=case["unit"],
        filed_at=filed,
        filed_by="x",
        state="received",
        follows=None,
        method=None,
        result=None,
        ended_at=None,
        share_failed=False,
        proof_version=1,
        failed_passes=0,
        lease_token=0,
        run_serial=0,
    )
    _event(rows, row, "filed", filed, None)
    kind = chance.choices(["share", "commitment", "issuer", "fell_back"], [30, 8, 45, 17])[0]
    if kind == "commitment":
        row["method"] = "commitment"
        _end(rows, row, filed + chance.random() * 20 * HOUR, "delivered", "committed")
    elif kind == "share":
        row["method"] = "data_sharing"
        outcome = chance.choices(["found", "mismatch"], [9, 1])[0]
        at = _look_up(rows, row, filed, outcome)
        _end(rows, row, at + MINUTE / 30, "delivered", "confirmed" if outcome == "found" else "mismatch")
    else:
        at = filed + MINUTE / 60
        if kind == "fell_back":
            failed = chance.random() < 0.4
            at = at if failed else _look_up(rows, row, filed, "none")
            source = chance.choice(["licence_library", "province_gateway"])
            _event(
                rows, row, "fell_back", at, "to_ask", origin="looking_up", why="source_failed:timeout" if failed else "none", source=source
            )
        _ask(rows, row, at, chance.choice([unit for unit in month.issuing if unit != row["unit"]]))


def _look_up(rows: Rows, row: dict[str, Any], at: datetime, outcome: str) -> datetime:
    answered = at + timedelta(seconds=rows.chance.choice([0.1, 0.2, 0.4, 1.5, 4.0]))
    rows.add(
        Lookup,
        id=rows.id(),
        verification=row["number"],
        attempt=1,
        source=rows.chance.choice(["licence_library", "province_gateway"]),
        outcome=outcome,
        message="",
        maker="",
        warnings=[],
        asked_at=at,
        answered_at=answered,
        fields=b"",
        candidates=b"",
        reply=b"",
        document=b"",
    )
    return answered


def _ask(rows: Rows, row: dict[str, Any], at: datetime, unit: str, before: int = 0) -> None:
    """One request and what becomes of it."""
    chance = rows.chance
    row["method"], row["issuing_unit"], row["state"] = "issuer", unit, "awaiting_reply"
    asked = rows.add(Request, id=rows.id(), verification=row["number"], unit=unit, received_at=at)
    began = at + chance.choice([timedelta(), timedelta(), 5 * HOUR])
    soft, hard = began + chance.choice([30 * MINUTE, DAY]), began + chance.choice([2, 4]) * DAY
    fate = chance.choices(["answer", "answer_unsent", "cannot", "return", "withdraw", "open", "by_hand"], [62, 3, 4, 12, 6, 10, 3])[0]
    end = at + chance.choice([chance.random() * 25 * MINUTE, chance.random() * 20 * HOUR, chance.random() * 6 * DAY])
    waits = fate == "open" and chance.random() < 0.4
    if waits or chance.random() < 0.15:  # a supplement moves the soft limit once it has come
        since = at + (end - at) * chance.random() / 2
        until = None if waits else since + (end - since) * chance.random()
        if waits:
            rows.resting.add(asked["id"])
        rows.add(
            Suspension,
            id=rows.id(),
            verification=row["number"],
            request=asked["id"],
            asked_at=since,
            asked_by="x",
            what=b"x",
            ended_at=until,
        )
        soft += (until - since) if until else timedelta()
    answered = fate in ("answer", "answer_unsent", "cannot")
    if fate != "open":
        asked["ended_at"] = None if fate == "answer_unsent" else end
    if answered:
        asked["answered_at"] = end - MINUTE / 2 if fate != "cannot" else end
        asked["answer"] = "cannot_verify" if fate == "cannot" else chance.choice(["true", "false", "no_record"])
    elif fate != "open":
        asked["withdrawn_at"] = end
    ended = asked.get("ended_at")
    _limit(rows, row, asked, "soft", began, soft, ended, answered, pausable=True)
    if chance.random() < 0.04:
        rows.add(Deadline, **_deadline(rows, row, asked, "hard", began), due_at=None, missing_year=2028)
    else:
        _limit(rows, row, asked, "hard", began, hard, ended, answered)
    if chance.random() < 0.05:
        rows.add(Deadline, **_deadline(rows, row, None, "choice", began), due_at=began + HOUR, met_at=began)
    if fate == "return":
        _return(rows, row, asked, end, before)
    elif fate == "withdraw":
        _end(rows, row, end, "withdrawn", None)
    elif fate == "by_hand":
        _end(rows, row, end, "closed", None)
    elif fate == "answer":
        _end(rows, row, end, "delivered", {"true": "confirmed", "false": "denied", "no_record": "no_record"}[asked["answer"]])
    elif fate == "cannot" and before < 2:
        others = [one for one in rows.month.issuing if one not in (unit, row["unit"])]
        _ask(rows, row, end + chance.random() * DAY, chance.choice(others), before + 1)


def _return(rows: Rows, row: dict[str, Any], asked: dict[str, Any], end: datetime, before: int) -> None:
    chance = rows.chance
    others = [unit for unit in rows.month.issuing if unit not in (asked["unit"], row["unit"])]
    suggested = chance.choice([*others, None])
    limit = asked["received_at"] + 30 * MINUTE
    rows.add(
        Return,
        id=rows.id(),
        verification=row["number"],
        request=asked["id"],
        unit=asked["unit"],
        at=end,
        by="x",
        reason=b"x",
        suggested_unit=suggested,
        unsure_why=None if suggested else b"x",
        limit_at=limit,
        late=end > limit,
        by_standing_rule=False,
    )
    if chance.random() < 0.3:  # the promise runs while the case lies with nobody (reading 9)
        due = end + chance.random() * 2 * DAY
        rows.add(Deadline, **_deadline(rows, row, None, "hard", end), due_at=due, missed_at=due)
    if before < 2 and chance.random() < 0.8:
        _ask(rows, row, end + chance.random() * DAY, chance.choice([suggested or others[0], others[0]]), before + 1)


def _deadline(rows: Rows, row: dict[str, Any], asked: dict[str, Any] | None, kind: str, began: datetime) -> dict[str, Any]:
    return {
        "id": rows.id(),
        "verification": row["number"],
        "request": asked["id"] if asked else None,
        "kind": kind,
        "started_at": began,
        "rule_version": rows.chance.choice(["2022-06-28/1", "2022-06-28/1", "2022-06-28/1+ab"]),
        "obligations": ["10.5"],
        "note": "",
        "explanation": "",
        "provisional": rows.chance.random() < 0.05,
        "pausable": False,
    }


def _limit(
    rows: Rows,
    row: dict[str, Any],
    asked: dict[str, Any],
    kind: str,
    began: datetime,
    due: datetime,
    ended: datetime | None,
    answered: bool,
    pausable: bool = False,
) -> None:
    """Met, missed, closed or running; a miss brings 督办 with it, sometimes an excuse, sometimes is lifted later."""
    chance = rows.chance
    limit = rows.add(Deadline, **_deadline(rows, row, asked, kind, began) | {"pausable": pausable}, due_at=due)
    if chance.random() < 0.03:
        limit["closed_at"] = min(due, ended or due)  # overtaken
    elif ended is not None and ended <= due:
        limit["met_at" if answered else "closed_at"] = ended
    elif chance.random() < 0.9 and asked["id"] not in rows.resting:
        limit["missed_at"] = due  # else nobody has noticed yet
        if kind == "soft" and chance.random() < 0.4:
            limit |= {
                "excuse": "outage",
                "excuse_by": "x",
                "excuse_at": due,
                "excuse_approved": chance.random() < 0.7,
                "excuse_decided_at": due + 5 * DAY * chance.random(),
            }
        if chance.random() < 0.5:
            _supervise(rows, row, asked, due)
        if chance.random() < 0.1:
            _event(rows, row, "lifted", due + DAY, None, kind=kind, was=due.isoformat(), reason="outage")
            limit["missed_at"] = None
            limit["due_at"] = due + 50 * MINUTE


def _supervise(rows: Rows, row: dict[str, Any], asked: dict[str, Any], missed: datetime) -> None:
    if asked["id"] in rows.supervised:
        return
    rows.supervised.add(asked["id"])
    limit = rows.add(Deadline, **_deadline(rows, row, asked, "supervision", missed), due_at=missed + 30 * MINUTE)
    how = rows.chance.choice(["met_at", "missed_at", "closed_at"])
    limit[how] = missed + (30 if how == "missed_at" else 20) * MINUTE
    rows.add(
        Supervision,
        id=rows.id(),
        verification=row["number"],
        request=asked["id"],
        deadline=limit["id"],
        unit=asked["unit"],
        opened_at=missed,
    )


def _end(rows: Rows, row: dict[str, Any], at: datetime, state: str, result: str | None) -> None:
    row["state"], row["ended_at"], row["result"] = state, at, result
    _event(rows, row, state, at, state, origin="to_be_delivered")


def _event(rows: Rows, row: dict[str, Any], event: str, at: datetime, target: str | None, origin: str | None = None, **detail: Any) -> None:
    rows.add(
        EventRow, verification=row["number"], event=event, at=at, recorded_at=at, origin=origin, target=target, actor="x", detail=detail
    )
