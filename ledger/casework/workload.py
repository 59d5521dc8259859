"""在办情况: who of a unit holds what, and what of it is late or about to be, as the unit's 督办员 reads it. No person's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import Event
from domain.progress import Colour
from domain.roles import Role
from ledger import paging
from ledger.actor import person_of
from ledger.calendars import stand_ins
from ledger.deadlines import promises
from ledger.deadlines.pauses import rests
from ledger.deadlines.timing import colour_of
from ledger.inbox.claims import claimed_by
from ledger.inbox.requests import DUE
from ledger.paging import FIRST, LATEST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.catalog import Entry
from ledger.tables.inbox import Suspension
from ledger.tables.registry import Person, Unit
from ledger.tables.verifications import Deadline, EventRow, Request, Verification

_ANSWERING = [Role.AGENT.value, Role.SUPERVISOR.value]


@dataclass(frozen=True)
class Load:
    """What one person holds; `person` empty: what nobody claimed. `late` is part of `urgent`, and both of `open`."""

    person: str
    name: str
    away: bool
    open: int
    urgent: int
    late: int


@dataclass(frozen=True)
class Held:
    """One request; `holder` empty: nobody claimed it."""

    request: Request
    due_at: datetime | None
    proof_name: str
    requesting_unit: str
    colour: Colour
    resting: bool
    holder: str


@dataclass(frozen=True)
class Hand:
    """One step of 经手: claimed, released or given. Persons by their names, where the roster still knows them.

    `given_to`: by the 督办员. `taken_from`: who held it. `stands_in_for`: for whom the 督办员 acted.
    """

    at: datetime
    event: Event
    by: str
    given_to: str | None
    taken_from: str | None
    stands_in_for: str | None


def loads(session: Session, unit: str, *, now: datetime) -> list[Load]:
    """Everybody of the unit who answers requests, and who else holds one; what nobody holds first, then by code."""
    waiting = _open(session, unit).add_columns(_urgent(now).label("urgent"), is_past(DUE, now).label("late")).subquery()
    counted = select(
        waiting.c.claimed_by, func.count(), func.count().filter(waiting.c.urgent), func.count().filter(waiting.c.late)
    ).group_by(waiting.c.claimed_by)
    sums: dict[str, list[int]] = {"": [0, 0, 0]}
    for actor, *numbers in session.execute(counted).tuples():
        one = sums.setdefault(person_of(actor) if actor else "", [0, 0, 0])
        one[:] = [before + more for before, more in zip(one, numbers, strict=True)]
    of_unit = and_(Person.unit == unit, Person.active.is_(True), Person.roles.overlap(_ANSWERING))
    names = dict(
        session.execute(select(Person.code, Person.name).where(or_(of_unit, Person.code.in_(sums))).order_by(Person.code)).tuples().all()
    )
    away = stand_ins.away_at(session, list(names), now)
    people = {"": "", **names}
    return [Load(code, name, code in away, *sums.get(code, [0, 0, 0])) for code, name in people.items()]


def held(session: Session, unit: str, page: PageRequest = FIRST, *, urgent: bool, holder: str | None = None, now: datetime) -> Page[Held]:
    """What waits for the unit, batches too, what is due first on top; `urgent`: what is late or about to be alone; `holder`: of
    this person, of nobody where it is empty."""
    query = (
        _open(session, unit)
        .with_only_columns(Request, DUE, Entry.proof_name, Unit.name)
        .join(Verification, Verification.number == Request.verification)
        .join(Entry, Entry.id == Verification.entry)
        .join(Unit, Unit.code == Verification.unit)
    )
    if urgent:
        query = query.where(_urgent(now))
    if holder is not None:
        query = query.where(claimed_by(holder) if holder else Request.claimed_by.is_(None))
    found = paging.tuples(session, query, (func.coalesce(DUE, LATEST), Request.received_at, Request.id), page)
    limits, resting = _limits(session, [row[0] for row in found.rows])
    return found.map(
        lambda row: Held(
            row[0],
            row[1],
            row[2],
            row[3],
            colour_of(limits.get(row[0].id, []), now, resting=row[0].id in resting),
            row[0].id in resting,
            person_of(row[0].claimed_by) if row[0].claimed_by else "",
        )
    )


def hands(session: Session, request: Request) -> list[Hand]:
    """经手: through whose hands a request of the inbox went, the oldest first."""
    events = session.scalars(
        select(EventRow)
        .where(
            EventRow.verification == request.verification,
            EventRow.event.in_((Event.CLAIMED, Event.RELEASED)),
            EventRow.detail["request"].astext == str(request.id),
        )
        .order_by(EventRow.id)
    ).all()
    codes = {code for one in events for code in (person_of(one.actor), *map(one.detail.get, ("to", "from", "stands_in_for"))) if code}
    names = dict(session.execute(select(Person.code, Person.name).where(Person.code.in_(codes))).tuples().all())

    def called(code: str | None) -> str | None:
        return names.get(code, code) if code else None

    return [
        Hand(
            one.at, one.event, called(person_of(one.actor)) or "", *(called(one.detail.get(key)) for key in ("to", "from", "stands_in_for"))
        )
        for one in events
    ]


def _open(session: Session, unit: str) -> Select[Any]:
    return select(Request.id, Request.claimed_by).where(
        Request.unit.in_(estate(session, unit)), Request.answered_at.is_(None), Request.withdrawn_at.is_(None)
    )


def _urgent(now: datetime) -> ColumnElement[bool]:
    """黄 or 红, or 未定: what may be due at any moment."""
    pressing = select(Deadline.id).where(
        Deadline.request == Request.id,
        Deadline.met_at.is_(None),
        Deadline.closed_at.is_(None),
        ~rests(),
        or_(Deadline.due_at.is_(None), Deadline.warn_at <= now, is_past(Deadline.due_at, now)),
    )
    return or_(pressing.correlate(Request).exists(), promises.was_missed_before())


def _limits(session: Session, asked: list[Request]) -> tuple[dict[UUID, list[Deadline]], set[UUID]]:
    ids = [one.id for one in asked]
    found = promises.missed_before(session, asked)
    for limit in session.scalars(select(Deadline).where(Deadline.request.in_(ids))):
        if limit.request is not None:
            found.setdefault(limit.request, []).append(limit)
    resting = session.scalars(select(Suspension.request).where(Suspension.request.in_(ids), Suspension.ended_at.is_(None)))
    return found, set(resting)
