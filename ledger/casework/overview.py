"""全局: what stands still, what is late and with which unit, now; in counts and numbers, without a person in it (obligation 15.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.instants import is_past
from domain.lifecycle import OPEN, State
from ledger import paging
from ledger.inbox.requests import DUE, OWES
from ledger.lifecycle.remedies import REMEDIES
from ledger.paging import FIRST, LATEST, Page, PageRequest
from ledger.succession import HEIR, estate
from ledger.tables.catalog import Entry
from ledger.tables.inbox import OWED, Supervision
from ledger.tables.registry import Unit
from ledger.tables.verifications import Deadline, EventRow, Request, Verification

PAUSED, OTHER = "paused", "other"  #: reasons beside those of `REMEDIES`
_SAID = {PAUSED: "由运维暂停。", OTHER: "待人工处理。"}


class Standing(StrEnum):
    """What a number of the overview counts."""

    WAITING = "waiting"  #: 待答复, late ones among them
    LATE = "late"  #: 已超时 and still unanswered
    SUPERVISED = "supervised"  #: 督办中
    STILL = "still"  #: 停住: waits for a person, or was paused

    @property
    def label(self) -> str:
        return {"waiting": "待答复", "late": "已超时", "supervised": "督办中", "still": "停住"}[self.value]


@dataclass(frozen=True)
class UnitStanding:
    """One issuing unit now. `late_since`: the earliest limit that passed; None: nothing is late. `unclaimed`: nobody has taken it yet."""

    code: str
    name: str
    waiting: int
    late: int
    late_since: datetime | None
    supervised: int
    unclaimed: int = 0


@dataclass(frozen=True)
class Still:
    """What stands still for one reason, by its code and its words: how many, and since when the first of them."""

    code: str
    reason: str
    count: int
    since: datetime


@dataclass(frozen=True)
class CaseLine:
    """One verification by its number. `unit`: who is asked, or who filed what stands still; `since`: arrival, the limit that
    passed, the beginning of the 督办 or of the standstill."""

    number: str
    proof: str
    unit: str
    since: datetime | None
    reason: str = ""


OPEN_REQUEST = and_(Request.answered_at.is_(None), Request.withdrawn_at.is_(None))
STILL = and_(Verification.state.in_(OPEN), or_(Verification.state == State.NEEDS_ATTENTION, Verification.paused_at.is_not(None)))
SINCE = func.coalesce(
    Verification.paused_at,
    select(func.max(EventRow.at))
    .where(EventRow.verification == Verification.number, EventRow.target == State.NEEDS_ATTENTION)
    .correlate(Verification)
    .scalar_subquery(),
    Verification.filed_at,
)


def units(session: Session, unit: str | None, *, now: datetime) -> list[UnitStanding]:
    """Issuing units with something open (None: of the district), in their official order, which is that of their codes."""
    # Joined, and not asked of each (`DUE`): that would be as many times as it stands below, and never all at once.
    each = select(Request.unit, Request.claimed_by, func.min(Deadline.due_at).label("due")).outerjoin(Deadline, OWES)
    asked = each.where(OPEN_REQUEST, *_of(session, Request.unit, unit)).group_by(Request.id).subquery()
    passed = is_past(asked.c.due, now)
    counted = func.count(), func.count().filter(passed), func.min(asked.c.due).filter(passed)
    counts = select(HEIR, *counted, func.count().filter(asked.c.claimed_by.is_(None))).join(Unit, Unit.code == asked.c.unit)
    waiting = {code: (total, late, since, free) for code, total, late, since, free in session.execute(counts.group_by(HEIR))}
    owed = (
        select(HEIR, func.count())
        .select_from(Supervision)
        .join(Unit, Unit.code == Supervision.unit)
        .where(OWED, *_of(session, Supervision.unit, unit))
        .group_by(HEIR)
    )
    supervised = dict(session.execute(owed).tuples().all())
    names = select(Unit.code, Unit.name).where(Unit.code.in_(waiting.keys() | supervised.keys())).order_by(Unit.code)
    found = []
    for code, name in session.execute(names).tuples():
        total, late, since, free = waiting.get(code, (0, 0, None, 0))
        found.append(UnitStanding(code, name, total, late, since, supervised.get(code, 0), free))
    return found


def still(session: Session, unit: str | None) -> list[Still]:
    """What does not go on by itself (of what this unit filed; None: of the district), by its reason, the oldest first."""
    query = select(Verification.paused_at, Verification.attention, SINCE).where(STILL, *_of(session, Verification.unit, unit))
    found: dict[str, list[datetime]] = {}
    for paused, attention, since in session.execute(query):
        found.setdefault(_why(paused, attention), []).append(since)
    standing = (Still(code, reason_of(code), len(each), min(each)) for code, each in found.items())
    return sorted(standing, key=lambda one: (one.since, one.reason))


def cases(
    session: Session, kind: Standing, unit: str | None, page: PageRequest = FIRST, *, now: datetime, why: str | None = None
) -> Page[CaseLine]:
    """Behind a number of the overview: what is due first, or has stood longest, on top. `why`: of what stands still for one reason."""
    other = aliased(Unit)
    if kind is Standing.STILL:
        query = _named(select(Verification.number, Entry.proof_name, other.name, SINCE, Verification.paused_at, Verification.attention))
        query = query.join(other, other.code == Verification.unit).where(STILL, *_of(session, Verification.unit, unit), *_for(why))
        found = paging.tuples(session, query, (Verification.filed_at, Verification.number), page)
        return found.map(lambda row: CaseLine(row[0], row[1], row[2], row[3], reason_of(_why(row[4], row[5]))))
    if kind is Standing.SUPERVISED:
        query = _named(select(Verification.number, Entry.proof_name, other.name, Supervision.opened_at))
        query = query.join(Supervision, Supervision.verification == Verification.number).join(other, other.code == Supervision.unit)
        query = query.where(OWED, *_of(session, Supervision.unit, unit))
        return paging.tuples(session, query, (Supervision.opened_at, Supervision.id), page).map(lambda row: CaseLine(*row))
    since = DUE if kind is Standing.LATE else Request.received_at
    query = _named(select(Verification.number, Entry.proof_name, other.name, since))
    query = query.join(Request, Request.verification == Verification.number).join(other, other.code == Request.unit)
    query = query.where(OPEN_REQUEST, *_of(session, Request.unit, unit))
    if kind is Standing.LATE:
        query = query.where(is_past(DUE, now))
    return paging.tuples(session, query, (func.coalesce(DUE, LATEST), Request.id), page).map(lambda row: CaseLine(*row))


def _named(query: Select[Any]) -> Select[Any]:
    return query.select_from(Verification).join(Entry, Entry.id == Verification.entry)


def _of(session: Session, column: Any, unit: str | None) -> list[ColumnElement[bool]]:
    return [] if unit is None else [column.in_(estate(session, unit))]


def _why(paused: datetime | None, attention: str | None) -> str:
    return PAUSED if paused else attention if attention in REMEDIES else OTHER


def _for(why: str | None) -> list[ColumnElement[bool]]:
    """What `_why` gives this code, in the ledger's words."""
    if not why:
        return []
    if why == PAUSED:
        return [Verification.paused_at.is_not(None)]
    unnamed = func.coalesce(Verification.attention.not_in(REMEDIES), True)
    return [Verification.paused_at.is_(None), unnamed if why == OTHER else Verification.attention == why]


def reason_of(why: str) -> str:
    """In fixed words: what a case's data say of it (`attention_note`) is for who repairs it."""
    return REMEDIES[why][0] if why in REMEDIES else _SAID.get(why, _SAID[OTHER])
