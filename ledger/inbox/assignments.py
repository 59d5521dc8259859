"""交办: the 督办员 on duty puts a request of the unit into somebody's hands (obligation 10.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import Event
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.roles import Role
from ledger.actor import person_of
from ledger.calendars import duty, stand_ins
from ledger.inbox.claims import hold, tell_holder
from ledger.lifecycle.moves import note
from ledger.succession import estate
from ledger.supervision.supervisions import NotOnDuty
from ledger.tables.recusals import Recusal
from ledger.tables.registry import Person
from ledger.tables.verifications import Request

_HANDS = frozenset({Role.AGENT.value, Role.SUPERVISOR.value})  #: those who answer requests


class CannotHold(Refusal, code="cannot_hold"):
    """Whom it was to be given to cannot work on it; the text says why, in Chinese."""


def give(session: Session, request_id: UUID, unit: str, to: str, *, now: datetime, actor: str) -> bool:
    """交办, also to herself; of what a colleague claimed, who is told of it. False: `to` holds it already.

    Raises `NotOnDuty`, `CannotHold`, and as `claims.hold`; then nothing was written.
    """
    holder = may_receive(session, unit, to, now=now, actor=actor)
    row, request = hold(session, request_id, unit, actor=actor, override=True)
    withdrawn = select(Recusal.id).where(Recusal.person == to, Recusal.subject == Subject.VERIFICATION, Recusal.key == row.number)
    if session.scalar(withdrawn) is not None:
        raise CannotHold(f"{holder.name}已就这项核验登记回避。")
    if request.claimed_by is not None and person_of(request.claimed_by) == to:
        return False
    former = tell_holder(session, row, request, now=now, actor=f"person:{to}")
    request.claimed_by, request.claimed_at = f"person:{to}", now
    detail = {"request": str(request.id), "to": to} | former | stand_ins.for_whom(session, unit, person_of(actor), now=now)
    note(session, row.number, Event.CLAIMED, at=now, actor=actor, detail=detail)
    return True


def numbers(session: Session, unit: str, requests: Collection[UUID]) -> dict[UUID, str]:
    """核验编号 of those among these requests that are the unit's."""
    query = select(Request.id, Request.verification).where(Request.id.in_(requests), Request.unit.in_(estate(session, unit)))
    return dict(session.execute(query).tuples().all())


def may_receive(session: Session, unit: str, to: str, *, now: datetime, actor: str) -> Person:
    """Whom the unit's 督办员 on duty may give requests to: somebody of the unit who answers requests and is there.

    The row of the roster is locked until the transaction ends: who leaves meanwhile has nothing put into her hands.
    Raises `NotOnDuty`, `CannotHold`.
    """
    if duty.supervisor_at(session, unit, now) != person_of(actor):
        raise NotOnDuty("交办由本单位此刻值守的督办员(含代理)办理。")
    person = session.get(Person, to, with_for_update={"read": True}, populate_existing=True)
    if person is None or person.unit != unit or not person.active:
        raise CannotHold("所选人员不是本单位在岗人员。")
    if not _HANDS & set(person.roles) and to != person_of(actor):
        raise CannotHold(f"{person.name}不是代办员或督办员。")
    if stand_ins.away_at(session, [to], now):
        raise CannotHold(f"{person.name}此刻离岗。")
    return person
