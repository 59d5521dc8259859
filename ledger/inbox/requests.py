"""部门核验 on the record (obligations 10.1, 10.4): the request in an issuing unit's inbox, its limits, its answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, func, not_, select
from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.limits import LimitKind
from domain.methods import Answer, Method, verdict
from domain.notices import NoticeKind
from domain.progress import promise_is_short
from domain.refusal import Refusal
from domain.roles import Role
from domain.scope import CatalogEntry
from ledger import paging
from ledger.deadlines import clocks, promises
from ledger.deadlines.pauses import rests
from ledger.inbox import supplements
from ledger.inbox.claims import claimed_by, hold, tell_holder
from ledger.lifecycle.moves import Lease, move, request_wake
from ledger.lifecycle.remedies import call_a_person
from ledger.lifecycle.snapshots import load, step_context
from ledger.methods import routing
from ledger.outbox.alarms import clear_alarm
from ledger.outbox.notifications import notify_unit
from ledger.paging import EARLIEST, FIRST, LATEST, Page, PageRequest
from ledger.succession import estate, heir
from ledger.supervision import escalation, supervisions
from ledger.tables.cases import Case
from ledger.tables.verifications import Deadline, Request, Verification
from ledger.vault import CaseKey, Place


class FieldsMissing(Refusal, code="fields_missing"):
    """属实 without the fields that the proof needs."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(errors=[(f"fields.{name}", "缺少这一项。") for name in names])


@dataclass(frozen=True)
class Reply:
    """An issuing unit's structured answer; `fields` and `note` are personal data."""

    answer: Answer
    fields: dict[str, str]
    note: str = ""

    def __repr__(self) -> str:
        return f"Reply({self.answer})"


def ask(session: Session, lease: Lease, *, now: datetime, actor: str) -> None:
    """Put the request into the issuing unit's inbox and start its clocks (reading 6). Asking again changes nothing."""
    row = load(session, lease.number)
    if row.state is not State.TO_ASK:
        return
    about = step_context(session, lease.number)
    assert row.issuing_unit is not None  # the catalog's constraint
    unit = heir(session, row.issuing_unit)
    request = Request(id=uuid4(), verification=row.number, unit=unit, received_at=now)
    session.add(request)
    session.flush()
    promises.hand_over(session, row, now=now, actor=actor, lease=lease)
    following = clocks.set_limits(session, row, request, about.entry, now=now)
    limits = list(session.scalars(select(Deadline).where(Deadline.request == request.id)))
    _warn_of_short_promise(session, row, request, limits, now)
    move(
        session,
        row.number,
        Event.ASKED,
        State.TO_ASK,
        State.AWAITING_REPLY,
        at=now,
        actor=actor,
        lease=lease,
        detail={"request": str(request.id), "unit": unit, **_as_set(limits)}
        | ({"instead_of": row.issuing_unit} if unit != row.issuing_unit else {}),
        next_instant=following,
        issuing_unit=unit,
    )


def _as_set(limits: Sequence[Deadline]) -> dict[str, Any]:
    """The limits as this request began with them: from the event they come into the record that strangers check (decision 42)."""
    due = {limit.kind.value: limit.due_at.isoformat() if limit.due_at else None for limit in limits}
    return {"limits": due, "rules": limits[0].rule_version} if limits else {}


def _warn_of_short_promise(session: Session, row: Verification, request: Request, limits: Sequence[Deadline], now: datetime) -> None:
    """Reading 3: no longer limit is made up; the requesting unit, which alone can move the promise, is told at once."""
    for limit in limits:
        if promise_is_short(limit.obligations, limit.started_at, limit.due_at):
            notify_unit(
                session,
                NoticeKind.PROMISE_SHORT,
                row.unit,
                str(request.id),
                number=row.number,
                about=limit.due_at or now,
                now=now,
                roles=frozenset({Role.AGENT}),
            )


def reply(session: Session, request_id: UUID, unit: str, data: Reply, *, now: datetime, actor: str, override: bool = False) -> None:
    """Take an issuing unit's answer and ask for a pass. Of two answers at the same instant one is refused.

    An answer after the limit is taken all the same. Raises as `claims.hold`, and `FieldsMissing`; then nothing was
    written.
    """
    row, request = hold(session, request_id, unit, actor=actor, override=override)
    about = step_context(session, row.number)
    check_fields(about.entry, data)
    escalation.catch_up(session, row, now=now)
    supplements.end_open(session, row.number, now=now, actor=actor)
    needed = {name: value for name, value in data.fields.items() if name in about.entry.fields}
    tell_holder(session, row, request, now=now, actor=actor)
    request.answered_at, request.answered_by, request.answer = now, actor, data.answer
    request.fields = about.key.encrypt(Place("requests", "fields", request.id), json.dumps(needed, ensure_ascii=False).encode())
    request.note = about.key.encrypt_text(Place("requests", "note", request.id), data.note)
    clear_alarm(session, "needs_attention", row.number, now=now)
    outcome = verdict(data.answer, about.entry.sealed_when_negative)
    detail = {"request": str(request.id), "answer": data.answer.value}
    values: dict[str, Any] = {"result": outcome.result, "attention": None, "attention_from": None, "next_instant": now}
    if outcome.result is not None:
        target = State.TO_BE_SEALED if outcome.sealed else State.TO_BE_DELIVERED
        move(session, row.number, Event.REPLIED, row.state, target, at=now, actor=actor, detail=detail, **values)
    else:  # 无法核验: the next method, or a person
        _go_on(session, row, about.entry, detail, values, now=now, actor=actor)
        # The unit has answered: its clock is not that of whoever goes on, but the promise runs.
        clocks.end_limits(session, row.number, now=now, actor=actor, answered=True, request=request.id)
        promises.run_on(session, row, now=now)
    supervisions.handled(session, request.id, now=now)
    request_wake(session, row.number)


def check_fields(entry: CatalogEntry, data: Reply) -> None:
    """Raise `FieldsMissing` where 属实 lacks what the proof needs."""
    missing = [name for name in entry.fields if not data.fields.get(name, "").strip()]
    if data.answer is Answer.TRUE and missing:
        raise FieldsMissing(missing)


def _go_on(
    session: Session, row: Verification, entry: CatalogEntry, detail: dict[str, Any], values: dict[str, Any], *, now: datetime, actor: str
) -> None:
    following, _ = routing.following(session, row, entry, Method.ISSUER)
    if following is None:
        values |= {"attention": "cannot_verify", "attention_from": State.AWAITING_REPLY}
        move(session, row.number, Event.REPLIED, row.state, State.NEEDS_ATTENTION, at=now, actor=actor, detail=detail, **values)
        call_a_person(session, row.number, "cannot_verify", now=now)
    else:
        del values["next_instant"]
        routing.enter(session, row, following, Event.REPLIED, row.state, at=now, actor=actor, detail=detail, **values)


def withdraw_request(session: Session, number: str, *, now: datetime, actor: str) -> None:
    """Close the open request and what is left of its limits without a score (reading 20; a re-route)."""
    request = open_request(session, number)
    escalation.catch_up(session, load(session, number), now=now)
    supplements.end_open(session, number, now=now, actor=actor)
    if request is not None:
        request.withdrawn_at = now
    clocks.end_limits(session, number, now=now, actor=actor, answered=False)
    supervisions.close(session, number, now=now)


def open_request(session: Session, number: str) -> Request | None:
    """The request that still waits for an answer, or None."""
    return session.scalar(
        select(Request).where(Request.verification == number, Request.answered_at.is_(None), Request.withdrawn_at.is_(None))
    )


def answered_request(session: Session, number: str) -> Request | None:
    """The newest request that was answered, or None."""
    return session.scalar(
        select(Request)
        .where(Request.verification == number, Request.answered_at.is_not(None))
        .order_by(Request.answered_at.desc())
        .limit(1)
    )


def answered_fields(session: Session, number: str, key: CaseKey) -> dict[str, str]:
    """The fields of the newest answer: name as printed -> value."""
    request = answered_request(session, number)
    if request is None or request.fields is None:
        return {}
    fields: dict[str, str] = json.loads(key.decrypt(Place("requests", "fields", request.id), request.fields))
    return fields


@dataclass(frozen=True)
class InboxItem:
    """One line of an inbox; `due_at` orders it: the earliest limit that binds, passed or not; None where none does."""

    request: Request
    due_at: datetime | None


#: Which limits bind a request: what was missed and is still owed is the most urgent of all; what rests for a supplement is nobody's hurry.
OWES = and_(Deadline.request == Request.id, Deadline.met_at.is_(None), Deadline.closed_at.is_(None), not_(rests()))
_OWED = select(func.min(Deadline.due_at)).where(OWES).correlate(Request)
DUE = _OWED.scalar_subquery()
#: Of those that are red once they have passed: the hard ones and 督办; a soft miss is 黄 (reading 8).
HARD_DUE = _OWED.where(Deadline.kind != LimitKind.SOFT).scalar_subquery()


_UNDETERMINED = (
    select(EARLIEST)
    .where(
        Deadline.request == Request.id, Deadline.met_at.is_(None), Deadline.closed_at.is_(None), Deadline.due_at.is_(None), not_(rests())
    )
    .limit(1)
    .correlate(Request)
    .scalar_subquery()
)


@dataclass(frozen=True)
class InboxFilter:
    """Which requests of an inbox. `batch`: of this one alone. `claimant`: claimed by this person, or by nobody where it is empty.
    `sought`: of this 核验编号 or this case, batches too."""

    answered: bool = False
    batch: str | None = None
    claimant: str | None = None
    sought: str = ""


WAITING = InboxFilter()


def inbox(session: Session, unit: str, page: PageRequest = FIRST, *, wanted: InboxFilter = WAITING) -> Page[InboxItem]:
    """收件箱 of a unit: what is 未定 on top, since it may be due at any moment; then what is due first (obligation 10.4).

    Where neither a batch nor a number is asked for, those of batches, each of which is one line (`ledger.batches.inbox`), are
    left out while they wait.
    """
    query = select(Request, DUE).where(Request.unit.in_(estate(session, unit)))
    if wanted.batch is not None or wanted.sought or not wanted.answered:
        query = query.join(Verification, Verification.number == Request.verification)
    if wanted.batch is not None or not (wanted.sought or wanted.answered):
        query = query.where(Verification.batch.is_not_distinct_from(wanted.batch))
    if wanted.sought:
        cases = select(Case.id).where(Case.number == wanted.sought)
        query = query.where((Verification.number == wanted.sought.upper()) | Verification.case.in_(cases))
    if wanted.claimant is not None:
        query = query.where(claimed_by(wanted.claimant) if wanted.claimant else Request.claimed_by.is_(None))
    if wanted.answered:
        query = query.where(Request.answered_at.is_not(None))
        found = paging.tuples(session, query, (Request.answered_at.desc(), Request.id.desc()), page)
    else:
        query = query.where(Request.answered_at.is_(None), Request.withdrawn_at.is_(None))
        due = func.coalesce(DUE, _UNDETERMINED, LATEST)
        found = paging.tuples(session, query, (due, Request.received_at, Request.id), page)
    return found.map(lambda row: InboxItem(*row))


def due_of(session: Session, request: UUID) -> datetime | None:
    """The earliest limit that binds a request, passed or not."""
    return session.scalar(select(DUE).where(Request.id == request))
