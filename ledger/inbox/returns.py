"""退回与转办 (obligations 10.10, 10.11, readings 9, 10): back to the requesting unit, and on to the next one by its one action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import Event, State
from domain.methods import Method
from domain.notices import NoticeKind
from domain.refusal import Refusal
from domain.roles import Role
from ledger import rules
from ledger.cases.cases import key_of
from ledger.deadlines import clocks, promises, return_limits
from ledger.inbox import supplements
from ledger.inbox.claims import hold, tell_holder
from ledger.lifecycle.moves import MoveRefused, move, request_wake
from ledger.lifecycle.remedies import call_a_person
from ledger.lifecycle.snapshots import lock
from ledger.outbox.alarms import clear_alarm
from ledger.outbox.callbacks_sent import announce
from ledger.outbox.notifications import notify_office, notify_unit
from ledger.succession import heir
from ledger.supervision import escalation, supervisions
from ledger.tables.inbox import Return
from ledger.tables.registry import Unit
from ledger.tables.verifications import Verification
from ledger.vault import Place


class SuggestsItself(Refusal, code="suggests_itself"):
    """The suggestion names the unit that returns."""


class NamesRequester(Refusal, code="names_requester"):
    """The unit that is named is the requesting unit itself: what it asks for, another one must answer."""


class UnitUnknown(Refusal, code="suggested_unit_unknown"):
    """There is no such unit, or it is not active."""


class NoSuggestion(Refusal, code="no_suggestion"):
    """The returning unit could not tell: the requesting unit names the next one itself."""


class ReturnedBefore(Refusal, code="returned_before"):
    """That unit has returned this verification already."""


@dataclass(frozen=True)
class ReturnReason:
    """退回理由和转办建议: a unit, or why none can be named. `reason` and `unsure_why` may hold personal data."""

    reason: str
    suggested_unit: str | None
    unsure_why: str | None

    def __repr__(self) -> str:
        return f"ReturnReason({self.suggested_unit})"


def give_back(
    session: Session, request_id: UUID, unit: str, why: ReturnReason, *, now: datetime, actor: str, override: bool = False
) -> State:
    """退回: not this unit's duty. Gives the state that follows; late or not is on the record (obligation 10.10).

    The second return is the 专班 office's (reading 9). Where the requesting unit's standing rule is on and a unit is
    suggested that has not returned it before, it is filed there in the same transaction. Raises as `claims.hold`,
    `SuggestsItself`, `NamesRequester`, `UnitUnknown`; then nothing was written.
    """
    if why.suggested_unit is not None:
        why = replace(why, suggested_unit=_existing(session, why.suggested_unit))
        if why.suggested_unit == unit:
            raise SuggestsItself
    row, request = hold(session, request_id, unit, actor=actor, override=override)
    if why.suggested_unit == heir(session, row.unit):
        raise NamesRequester
    escalation.catch_up(session, row, now=now)
    supplements.end_open(session, row.number, now=now, actor=actor)
    limit = return_limits.due_of(session, request)
    back = Return(id=uuid4(), verification=row.number, request=request.id, unit=unit, at=now, by=actor)
    key = key_of(session, row.case)
    back.reason = key.encrypt_text(Place("returns", "reason", back.id), why.reason)
    back.suggested_unit = why.suggested_unit
    back.unsure_why = None if why.unsure_why is None else key.encrypt_text(Place("returns", "unsure_why", back.id), why.unsure_why)
    back.limit_at, back.late = limit, limit is not None and is_past(limit, now)
    session.add(back)
    tell_holder(session, row, request, now=now, actor=actor)
    request.withdrawn_at = now
    clocks.end_limits(session, row.number, now=now, actor=actor, answered=False, request=request.id)
    supervisions.handled(session, request.id, now=now)  # its feedback is still owed (reading 11)
    promises.run_on(session, row, now=now)
    count = session.scalar(select(func.count()).select_from(Return).where(Return.verification == row.number)) or 0
    to_office = count >= rules.readings().returns_to_office
    target = State.NEEDS_ATTENTION if to_office else State.RETURNED
    detail = {"request": str(request.id), "return": str(back.id), "late": back.late, "count": count}
    detail |= {"suggested": why.suggested_unit or "unsure"}
    returned = move(
        session,
        row.number,
        Event.RETURNED,
        row.state,
        target,
        at=now,
        actor=actor,
        detail=detail,
        attention="returned_twice" if to_office else None,
        attention_from=State.RETURNED if to_office else None,
        next_instant=clocks.next_look(session, row.number, row.unit, now),
    )
    clear_alarm(session, "needs_attention", row.number, now=now)
    session.refresh(row)
    if to_office:
        call_a_person(session, row.number, "returned_twice", now=now)
        announce(session, {row.number: returned}, target, now=now)
        cause, number = str(back.id), row.number
        notify_office(session, NoticeKind.RETURNED_TWICE, cause, number=number, about=now, now=now)
        notify_unit(
            session,
            NoticeKind.RETURNED_TWICE,
            row.unit,
            cause,
            number=number,
            about=now,
            now=now,
            roles=frozenset({Role.AGENT}),
            announced=True,
        )
    elif _by_standing_rule(session, row, why):
        _forward(session, row, back, why.suggested_unit or "", now=now, actor=f"rule:{row.unit}", standing=True)
        target = State.TO_ASK
    else:
        announce(session, {row.number: returned}, target, now=now)
        notify_unit(
            session,
            NoticeKind.RETURNED,
            row.unit,
            str(back.id),
            number=row.number,
            about=now,
            now=now,
            roles=frozenset({Role.AGENT}),
            announced=True,
        )
    request_wake(session, row.number)
    return target


def _by_standing_rule(session: Session, row: Verification, why: ReturnReason) -> bool:
    if why.suggested_unit is None or not session.get_one(Unit, heir(session, row.unit)).forwards_itself:
        return False
    return why.suggested_unit not in _returned_by(session, row.number)


def set_standing_rule(session: Session, unit: str, on: bool) -> None:
    """自动转办 (obligation 10.11, reading 10): whether what comes back to this unit is filed on to the suggested unit by itself."""
    session.get_one(Unit, unit, with_for_update=True).forwards_itself = on


def forward(session: Session, number: str, unit: str | None, *, now: datetime, actor: str) -> str:
    """转办 by the requesting unit: to the suggested unit, or to the one it names; gives that unit.

    Its own clock starts with the request; the promise and the requesting unit's total time run on (reading 9).
    Raises `MoveRefused`, `NoSuggestion`, `NamesRequester`, `UnitUnknown`, `ReturnedBefore`.
    """
    row = lock(session, number)
    back = _newest(session, number)
    if row.state is not State.RETURNED or back is None:
        raise MoveRefused(f"{number}: 现状为“{row.state.label}”,没有待转办的退回")
    target = unit or back.suggested_unit
    if target is None:
        raise NoSuggestion
    target = _existing(session, target)
    if target == heir(session, row.unit):
        raise NamesRequester
    if target in _returned_by(session, number):
        raise ReturnedBefore
    _forward(session, row, back, target, now=now, actor=actor, standing=False)
    request_wake(session, number)
    return target


def _forward(session: Session, row: Verification, back: Return, unit: str, *, now: datetime, actor: str, standing: bool) -> None:
    back.forwarded_to, back.forwarded_at, back.forwarded_by, back.by_standing_rule = unit, now, actor, standing
    move(
        session,
        row.number,
        Event.FORWARDED,
        State.RETURNED,
        State.TO_ASK,
        at=now,
        actor=actor,
        detail={"unit": unit, "standing_rule": standing},
        issuing_unit=unit,
        method=Method.ISSUER,
        next_instant=now,
    )


def _existing(session: Session, unit: str) -> str:
    """The unit that is named, or its successor."""
    found = session.get(Unit, heir(session, unit))
    if found is None or not found.active:
        raise UnitUnknown
    return found.code


def _returned_by(session: Session, number: str) -> set[str]:
    return {heir(session, unit) for unit in session.scalars(select(Return.unit).where(Return.verification == number))}


def _newest(session: Session, number: str) -> Return | None:
    return session.scalar(select(Return).where(Return.verification == number).order_by(Return.at.desc()).limit(1))


def texts(session: Session, row: Verification) -> list[tuple[Return, str, str | None]]:
    """The returns of a verification with reason and, where no unit was suggested, why; in clear, oldest first."""
    key = key_of(session, row.case)
    query = select(Return).where(Return.verification == row.number).order_by(Return.at)
    return [
        (
            back,
            key.decrypt_text(Place("returns", "reason", back.id), back.reason),
            key.decrypt_text(Place("returns", "unsure_why", back.id), back.unsure_why) if back.unsure_why else None,
        )
        for back in session.scalars(query)
    ]
