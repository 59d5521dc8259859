"""认领: who of a unit works on a request; and the one look that precedes every action on it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN, Event, State
from domain.notices import NoticeKind
from domain.refusal import Refusal
from ledger.actor import person_of
from ledger.lifecycle.moves import note
from ledger.lifecycle.snapshots import NotYours, lock
from ledger.outbox.notifications import notify_unit
from ledger.succession import estate
from ledger.tables.inbox import Return
from ledger.tables.verifications import Request, Verification


class AlreadyAnswered(Refusal, code="already_answered"):
    """A second answer is refused; the first one stands."""


class RequestWithdrawn(Refusal, code="request_withdrawn"):
    """The requesting unit withdrew."""


class RequestReturned(RequestWithdrawn, code="request_returned"):
    """The caller's unit returned it itself (obligation 10.10)."""


class RequestMoved(RequestWithdrawn, code="request_moved"):
    """It went to another unit."""


class RequestEnded(RequestWithdrawn, code="request_ended"):
    """A person ended the verification (办结)."""


class ClaimedByOther(Refusal, code="claimed_by_other"):
    """A colleague works on it."""


def hold(session: Session, request_id: UUID, unit: str, *, actor: str, override: bool = False) -> tuple[Verification, Request]:
    """The verification, locked, and the open request of `unit` on which `actor` may act now.

    Of two who act at the same instant the second one finds what the first did. `override`: the unit's 督办员 may act
    on what a 代办员 claimed. Raises `NotYours`, `AlreadyAnswered`, `RequestWithdrawn` (or what else it became),
    `ClaimedByOther`.
    """
    request = session.get(Request, request_id)
    if request is None or request.unit not in estate(session, unit):
        raise NotYours
    # The verification's row is locked, so that nobody moves it between our look and our move; then we look again.
    row = lock(session, request.verification)
    session.refresh(request)
    if request.answered_at is not None:
        raise AlreadyAnswered
    if request.withdrawn_at is not None or row.state not in OPEN:
        raise gone(session, row, request)
    if request.claimed_by is not None and not override and person_of(request.claimed_by) != person_of(actor):
        raise ClaimedByOther
    return row, request


def gone(session: Session, row: Verification, request: Request) -> RequestWithdrawn:
    """Why an unanswered request is not in the inbox any more, in its own words."""
    if session.scalar(select(Return.id).where(Return.request == request.id)) is not None:
        return RequestReturned()
    if row.ended_at is None or (request.withdrawn_at is not None and request.withdrawn_at < row.ended_at):
        return RequestMoved()
    return RequestEnded() if row.state is State.CLOSED else RequestWithdrawn()


def claim(session: Session, request_id: UUID, unit: str, *, now: datetime, actor: str, override: bool = False) -> None:
    """认领. Claiming one's own again changes nothing; a 督办员 may take over. Raises as `hold`."""
    row, request = hold(session, request_id, unit, actor=actor, override=override)
    if request.claimed_by is not None and person_of(request.claimed_by) == person_of(actor):
        return
    former = tell_holder(session, row, request, now=now, actor=actor)
    request.claimed_by, request.claimed_at = actor, now
    note(session, row.number, Event.CLAIMED, at=now, actor=actor, detail={"request": str(request.id)} | former)


def release(session: Session, request_id: UUID, unit: str, *, now: datetime, actor: str, override: bool = False) -> None:
    """放回, by whoever claimed it or a 督办员. Releasing what nobody claimed changes nothing. Raises as `hold`."""
    row, request = hold(session, request_id, unit, actor=actor, override=override)
    if request.claimed_by is None:
        return
    former = tell_holder(session, row, request, now=now, actor=actor)
    request.claimed_by = request.claimed_at = None
    note(session, row.number, Event.RELEASED, at=now, actor=actor, detail={"request": str(request.id)} | former)


def tell_holder(session: Session, row: Verification, request: Request, *, now: datetime, actor: str) -> dict[str, str]:
    """接手: whoever had claimed it is told when somebody else acts on it. Gives what the event says of it."""
    if request.claimed_by is None or request.claimed_at is None or person_of(request.claimed_by) == person_of(actor):
        return {}
    holder = person_of(request.claimed_by)
    cause = f"{request.id}/{request.claimed_at.isoformat()}"  # told once of each claim
    notify_unit(session, NoticeKind.TAKEN_OVER, request.unit, cause, number=row.number, about=now, now=now, persons=[holder], system=False)
    return {"from": holder}


def claimed_by(person: str) -> ColumnElement[bool]:
    """Requests that this person claimed, with an own key, on a page or through a system."""
    return (Request.claimed_by == f"person:{person}") | Request.claimed_by.startswith(f"person:{person} via ", autoescape=True)


def leave(session: Session, person: str, *, now: datetime, actor: str) -> int:
    """离任: what a person had claimed and not answered is free again for the colleagues. Gives how many."""
    held = select(Request).where(claimed_by(person), Request.answered_at.is_(None), Request.withdrawn_at.is_(None))
    count = 0
    for request in session.scalars(held.order_by(Request.verification)).all():
        row = lock(session, request.verification)
        session.refresh(request)
        if request.claimed_by is None or person_of(request.claimed_by) != person or row.state not in OPEN:
            continue
        if request.answered_at is not None or request.withdrawn_at is not None:
            continue
        request.claimed_by = request.claimed_at = None
        detail = {"request": str(request.id), "from": person, "why": "left"}
        note(session, row.number, Event.RELEASED, at=now, actor=actor, detail=detail)
        count += 1
    return count
