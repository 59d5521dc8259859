"""补正 (reading 10): the issuing unit asks the requesting unit for what is missing; its clock rests meanwhile."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.notices import NoticeKind
from domain.records import Cause
from domain.refusal import Refusal
from domain.roles import Role
from ledger import rules
from ledger.cases.cases import key_of
from ledger.deadlines import clocks, supervision_basis
from ledger.inbox.claims import hold, tell_holder
from ledger.lifecycle.moves import MoveRefused, move, request_wake
from ledger.lifecycle.snapshots import lock
from ledger.outbox.callbacks_sent import announce
from ledger.outbox.notifications import notify_unit
from ledger.supervision import escalation, recomputing
from ledger.tables.inbox import Suspension
from ledger.tables.verifications import Verification
from ledger.vault import Place


class SupplementsOff(Refusal, code="supplements_off"):
    """The district does not allow 补正 (reading 10)."""


class LimitPassed(Refusal, code="limit_passed"):
    """A limit has passed: nothing stops the clock any more; 无法核验 says what is missing."""


def ask(session: Session, request_id: UUID, unit: str, what: str, *, now: datetime, actor: str, override: bool = False) -> None:
    """要求补正. Raises as `claims.hold`, `SupplementsOff`, `LimitPassed`, and `MoveRefused` while one is open."""
    if not rules.readings().supplements:
        raise SupplementsOff
    row, request = hold(session, request_id, unit, actor=actor, override=override)
    escalation.catch_up(session, row, now=now)
    if supervision_basis.ground(session, request) is not None:
        raise LimitPassed
    if row.state is not State.AWAITING_REPLY:
        raise MoveRefused(f"{row.number}: 现状为“{row.state.label}”,不能要求补正")
    tell_holder(session, row, request, now=now, actor=actor)
    rest = Suspension(id=uuid4(), verification=row.number, request=request.id, asked_at=now, asked_by=actor)
    key = key_of(session, row.case)
    rest.what = key.encrypt_text(Place("suspensions", "what", rest.id), what)
    session.add(rest)
    session.flush()
    asked = move(
        session,
        row.number,
        Event.SUPPLEMENT_ASKED,
        State.AWAITING_REPLY,
        State.AWAITING_SUPPLEMENT,
        at=now,
        actor=actor,
        detail={"request": str(request.id), "supplement": str(rest.id)},
        next_instant=clocks.next_look(session, row.number, row.unit, now),
    )
    announce(session, {row.number: asked}, State.AWAITING_SUPPLEMENT, now=now)
    notify_unit(
        session,
        NoticeKind.SUPPLEMENT,
        row.unit,
        str(rest.id),
        number=row.number,
        about=now,
        now=now,
        roles=frozenset({Role.AGENT}),
        announced=True,
    )
    request_wake(session, row.number)


def supply(session: Session, number: str, text: str, *, now: datetime, actor: str) -> None:
    """补正: the clock goes on; the 30-minute and 24-hour instants have moved by exactly the pause. `MoveRefused`."""
    row = lock(session, number)
    rest = _open(session, number)
    if row.state is not State.AWAITING_SUPPLEMENT or rest is None:
        raise MoveRefused(f"{number}: 现状为“{row.state.label}”,没有待补正的内容")
    key = key_of(session, row.case)
    rest.supply = key.encrypt_text(Place("suspensions", "supply", rest.id), text)
    detail = {"supplement": str(rest.id), "seconds": int((now - rest.asked_at).total_seconds())}
    move(
        session,
        number,
        Event.SUPPLEMENTED,
        State.AWAITING_SUPPLEMENT,
        State.AWAITING_REPLY,
        at=now,
        actor=actor,
        detail=detail,
        next_instant=now,
    )
    end_open(session, number, now=now, actor=actor)


def end_open(session: Session, number: str, *, now: datetime, actor: str) -> None:
    """The pause ends, supplied or not needed any more: answered, returned, withdrawn. Whatever ended it, the limits
    have moved by its length, before anything is decided by them."""
    rest = _open(session, number)
    if rest is not None:
        rest.ended_at, rest.ended_by = now, actor
        session.flush()
        recomputing.recompute(session, number, now=now, actor=actor, cause=Cause.SUPPLEMENT)


def _open(session: Session, number: str) -> Suspension | None:
    return session.scalar(select(Suspension).where(Suspension.verification == number, Suspension.ended_at.is_(None)))


def texts(session: Session, row: Verification, request: UUID | None = None) -> list[tuple[Suspension, str, str | None]]:
    """What was asked and supplied, in clear, oldest first (of one request, or of all): personal data."""
    key = key_of(session, row.case)
    query = select(Suspension).where(Suspension.verification == row.number).order_by(Suspension.asked_at)
    if request is not None:
        query = query.where(Suspension.request == request)
    return [
        (
            rest,
            key.decrypt_text(Place("suspensions", "what", rest.id), rest.what),
            key.decrypt_text(Place("suspensions", "supply", rest.id), rest.supply) if rest.supply else None,
        )
        for rest in session.scalars(query)
    ]
