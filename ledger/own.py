"""本单位的办件、核验和待办: a unit's own lists, newest first, and how much waits in its inbox.

A page begins after the last line of the page before, by instant and key: what arrives meanwhile neither repeats a line
nor hides one. No persons' data is opened. What a unit inherited by a merger is its own (ledger.succession).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import State
from ledger.claims import person_of
from ledger.requests import DUE
from ledger.succession import estate
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.inbox import Suspension
from ledger.tables.registry import Matter
from ledger.tables.verifications import Request, Verification

#: Where a page ended: the instant and the key of its last line.
Place = tuple[datetime, str]


def cases(session: Session, unit: str, *, after: Place | None, still_open: bool | None, limit: int) -> list[tuple[Case, str]]:
    """The unit's cases with their matter's name; `limit` of them from `after` on."""
    query = select(Case, Matter.name).join(Matter, Matter.code == Case.matter).where(Case.unit.in_(estate(session, unit)))
    if still_open is not None:
        query = query.where(Case.closed_at.is_(None) if still_open else Case.closed_at.is_not(None))
    if after is not None:
        query = query.where(tuple_(Case.registered_at, Case.number) < after)
    found = session.execute(query.order_by(Case.registered_at.desc(), Case.number.desc()).limit(limit))
    return list(found.tuples())


def verifications(
    session: Session, unit: str, *, after: Place | None, states: Sequence[State], case: str | None, limit: int
) -> list[tuple[Verification, Entry, str]]:
    """The unit's verifications with their entry of the list and the case's number."""
    query = (
        select(Verification, Entry, Case.number)
        .join(Entry, Entry.id == Verification.entry)
        .join(Case, Case.id == Verification.case)
        .where(Verification.unit.in_(estate(session, unit)))
    )
    if states:
        query = query.where(Verification.state.in_(states))
    if case is not None:
        query = query.where(Case.number == case)
    if after is not None:
        query = query.where(tuple_(Verification.filed_at, Verification.number) < after)
    found = session.execute(query.order_by(Verification.filed_at.desc(), Verification.number.desc()).limit(limit))
    return list(found.tuples())


@dataclass(frozen=True)
class InboxCounts:
    open: int
    unclaimed: int
    mine: int
    overdue: int
    resting: int


def inbox_counts(session: Session, unit: str, person: str, *, now: datetime) -> InboxCounts:
    """What waits in the unit's inbox, and how much of it this person claimed."""
    rests = exists().where(Suspension.request == Request.id, Suspension.ended_at.is_(None)).correlate(Request)
    waiting = (
        select(Request.claimed_by, DUE.label("due_at"), rests.label("resting"))
        .where(Request.unit.in_(estate(session, unit)), Request.answered_at.is_(None), Request.withdrawn_at.is_(None))
        .subquery()
    )
    query = select(
        waiting.c.claimed_by,
        func.count(),
        func.count().filter(is_past(waiting.c.due_at, now)),
        func.count().filter(waiting.c.resting),
    ).group_by(waiting.c.claimed_by)
    rows = session.execute(query).tuples().all()
    return InboxCounts(
        open=sum(row[1] for row in rows),
        unclaimed=sum(row[1] for row in rows if row[0] is None),
        mine=sum(row[1] for row in rows if row[0] is not None and person_of(row[0]) == person),
        overdue=sum(row[2] for row in rows),
        resting=sum(row[3] for row in rows),
    )
