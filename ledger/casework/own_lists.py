"""本单位的办件、核验和待办: a unit's own lists, newest first, and how much waits in its inbox.

No persons' data is opened. What a unit inherited by a merger is its own (ledger.succession).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, exists, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.instants import is_past
from domain.lifecycle import State
from ledger import paging
from ledger.actor import person_of
from ledger.catalog import published, versions
from ledger.catalog.published import Wanted
from ledger.inbox.requests import DUE, HARD_DUE
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.inbox import Suspension
from ledger.tables.registry import Matter, Unit
from ledger.tables.verifications import Request, Verification

_ENTRIES = 500  #: of a unit, that a search for a matter goes through


def cases(session: Session, unit: str, page: PageRequest = FIRST, *, still_open: bool | None) -> Page[tuple[Case, str]]:
    """The unit's cases with their matter's name."""
    own = select(Case.id)
    if still_open is not None:
        own = own.where(Case.closed_at.is_(None) if still_open else Case.closed_at.is_not(None))
    newest = Case.registered_at.desc(), Case.number.desc(), Case.id.desc()
    chosen = _of_each(session, unit, paging.within(own, newest, page), Case.unit)
    query = select(Case, Matter.name).join(chosen, chosen.c.id == Case.id).join(Matter, Matter.code == Case.matter)
    return paging.tuples(session, query, newest, page)


def verifications(
    session: Session, unit: str, page: PageRequest = FIRST, *, states: Sequence[State], case: str | None
) -> Page[tuple[Verification, Entry, str]]:
    """The unit's verifications with their entry of the list and the case's number."""
    own = select(Verification.number)
    if states:
        own = own.where(Verification.state.in_(states))
    if case is not None:
        numbered = select(Case.id).where(Case.number == case, Case.unit.in_(estate(session, unit)))
        own = own.where(Verification.case.in_(session.scalars(numbered).all()))
    newest = Verification.filed_at.desc(), Verification.number.desc()
    chosen = _of_each(session, unit, paging.within(own, newest, page), Verification.unit)
    query = (
        select(Verification, Entry, Case.number)
        .join(chosen, chosen.c.number == Verification.number)
        .join(Entry, Entry.id == Verification.entry)
        .join(Case, Case.id == Verification.case)
    )
    return paging.tuples(session, query, newest, page)


def _of_each(session: Session, unit: str, page: Select[Any], column: InstrumentedAttribute[str]) -> Subquery:
    """The page of this unit and of each that was merged into it: each is read in the order of its index, and no further
    than a page; of all together PostgreSQL would read everything and sort it."""
    one = page.where(column == Unit.code).lateral("page")
    return select(one).select_from(Unit).join(one, true()).where(Unit.code.in_(estate(session, unit))).subquery("chosen")


def matters(session: Session, unit: str, words: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
    """The unit's matters in the published list, of which an entry has all the words: code -> name and these entries' proofs."""
    found: dict[str, tuple[str, list[str]]] = {}
    version = versions.current(session)
    for one in estate(session, unit):
        for listed in published.page(session, version, Wanted(tuple(words), one), limit=_ENTRIES):
            found.setdefault(listed.entry.matter, (listed.entry.matter_name, []))[1].append(listed.entry.proof_name)
    return found


@dataclass(frozen=True)
class InboxCounts:
    open: int
    unclaimed: int
    mine: int
    overdue: int
    overdue_hard: int  #: of them those that are red: a hard limit or a 督办 has passed (obligations 10.6, 10.8, 10.12)
    resting: int


def inbox_counts(session: Session, unit: str, person: str, *, now: datetime) -> InboxCounts:
    """What waits in the unit's inbox, and how much of it this person claimed."""
    rests = exists().where(Suspension.request == Request.id, Suspension.ended_at.is_(None)).correlate(Request)
    waiting = (
        select(Request.claimed_by, DUE.label("due_at"), HARD_DUE.label("hard_due_at"), rests.label("resting"))
        .where(Request.unit.in_(estate(session, unit)), Request.answered_at.is_(None), Request.withdrawn_at.is_(None))
        .subquery()
    )
    query = select(
        waiting.c.claimed_by,
        func.count(),
        func.count().filter(is_past(waiting.c.due_at, now)),
        func.count().filter(is_past(waiting.c.hard_due_at, now)),
        func.count().filter(waiting.c.resting),
    ).group_by(waiting.c.claimed_by)
    rows = session.execute(query).tuples().all()
    return InboxCounts(
        open=sum(row[1] for row in rows),
        unclaimed=sum(row[1] for row in rows if row[0] is None),
        mine=sum(row[1] for row in rows if row[0] is not None and person_of(row[0]) == person),
        overdue=sum(row[2] for row in rows),
        overdue_hard=sum(row[3] for row in rows),
        resting=sum(row[4] for row in rows),
    )
