"""The only writer of a verification's state: a move and its event, one conditional UPDATE, one transaction.

A pass of the flow carries its lease; a person's action through the gateway does not. Either way the UPDATE names
the state it expects, so that of two who move at the same time exactly one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from domain.lifecycle import ENDED, NOTES, Event, State, may_move
from domain.limits import LimitKind, aware
from domain.refusal import Refusal
from ledger.listen_notify import ENDED_CHANNEL, WAKE_CHANNEL, notify
from ledger.tables.verifications import EventRow, Verification


class MoveRefused(Refusal, code="state_conflict"):
    """The verification is not where the caller thinks: somebody else was faster. Nothing was written."""


class LeaseLost(MoveRefused):
    """This pass no longer holds the lease: it ends at once, without effects."""


class Paused(MoveRefused):
    """由运维暂停: the pass ends before its next effect."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one verification: `token` grows with each holder and goes with every move (fencing)."""

    number: str
    owner: str
    token: int


def move(
    session: Session,
    number: str,
    event: Event,
    origin: State,
    target: State,
    *,
    at: datetime,
    actor: str,
    lease: Lease | None = None,
    detail: dict[str, Any] | None = None,
    **columns: Any,
) -> EventRow:
    """Move `number` from `origin` to `target` because of `event`, and put the event on the record.

    `columns` are further columns of the verification set by the same UPDATE; a move is progress, so that the count of
    failed passes in a row begins anew. `detail` holds codes and ids, never personal data. Raises `LeaseLost`,
    `Paused` or `MoveRefused` where the UPDATE does not hit exactly one row; ValueError where the table of
    `domain.lifecycle` does not know the move.
    """
    if not may_move(origin, event, target):
        raise ValueError(f"no such move: {origin} --{event}--> {target}")
    columns = {"failed_passes": 0} | columns
    if target in ENDED:
        columns |= {"ended_at": at, "next_instant": None, "wake_requested_at": None}
    hit = session.execute(
        update(Verification)
        .where(Verification.number == number, Verification.state == origin, *_held(lease))
        .values(state=target, **columns)
        .execution_options(synchronize_session=False)
    )
    if not _exactly_one(hit):
        raise _why_refused(session, number, origin, lease)
    row = _record(session, number, event, at, actor, detail, origin, target)
    if target in ENDED or target in {State.AWAITING_CHOICE, State.NEEDS_ATTENTION}:
        notify(session, ENDED_CHANNEL, number)
    return row


def note(
    session: Session,
    number: str,
    event: Event,
    *,
    at: datetime,
    actor: str,
    lease: Lease | None = None,
    detail: dict[str, Any] | None = None,
    **columns: Any,
) -> EventRow:
    """Put an event on the record that changes no state, with `columns` set by the same conditional UPDATE."""
    hit = session.execute(
        update(Verification)
        .where(Verification.number == number, Verification.state.in_(NOTES[event]), *_held(lease))
        .values(**(columns or {"state": Verification.state}))
        .execution_options(synchronize_session=False)
    )
    if not _exactly_one(hit):
        raise _why_refused(session, number, None, lease)
    return _record(session, number, event, at, actor, detail, None, None)


@dataclass(frozen=True)
class Missed:
    """One limit that has passed; `more` goes into the event's detail."""

    number: str
    kind: LimitKind
    obligations: list[str]
    at: datetime
    more: dict[str, str]


def note_misses(session: Session, missed: list[Missed], *, actor: str) -> list[str]:
    """Put many misses on the record at once, each at the instant that was due; gives the numbers, in that order.

    The caller holds the rows of these verifications, and a miss may be noted in any state, so that no condition is
    left to check.
    """
    ordered = sorted(missed, key=lambda one: one.at)
    if ordered:
        recorded = session.scalar(select(func.clock_timestamp()))
        session.execute(
            insert(EventRow),
            [
                {
                    "verification": one.number,
                    "event": Event.MISSED,
                    "at": one.at,
                    "actor": actor,
                    "origin": None,
                    "target": None,
                    "recorded_at": recorded,
                    "detail": {"kind": one.kind.value, "obligations": ",".join(one.obligations)} | one.more,
                }
                for one in ordered
            ],
        )
    return list(dict.fromkeys(one.number for one in ordered))


def schedule(session: Session, number: str, instant: datetime, lease: Lease | None) -> None:
    """Set when the verification is due next, under the pass's lease; no event, since nothing happened."""
    hit = session.execute(
        update(Verification)
        .where(Verification.number == number, *_held(lease))
        .values(next_instant=aware(instant))
        .execution_options(synchronize_session=False)
    )
    if not _exactly_one(hit):
        raise _why_refused(session, number, None, lease)


def confirm(session: Session, lease: Lease, state: State) -> None:
    """Raise `LeaseLost`, `Paused` or `MoveRefused` unless this pass may have an effect in `state` that moves nothing."""
    query = select(Verification.number).where(Verification.number == lease.number, Verification.state == state, *_held(lease))
    if session.scalar(query.with_for_update()) is None:
        raise _why_refused(session, lease.number, state, lease)


def request_wake(session: Session, number: str) -> None:
    """Ask the workers to look at `number` now: committed with what happened, so it cannot be lost.

    Also where a person ended it: its flow run still waits, and must end too.
    """
    session.execute(
        update(Verification)
        .where(Verification.number == number)
        .values(wake_requested_at=func.clock_timestamp(), wake_claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    notify(session, WAKE_CHANNEL, number)


def _held(lease: Lease | None) -> list[ColumnElement[bool]]:
    if lease is None:
        return []
    return [Verification.lease_token == lease.token, Verification.lease_owner == lease.owner, Verification.paused_at.is_(None)]


def _exactly_one(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _why_refused(session: Session, number: str, origin: State | None, lease: Lease | None) -> MoveRefused:
    columns = Verification.state, Verification.lease_token, Verification.lease_owner, Verification.paused_at
    row = session.execute(select(*columns).where(Verification.number == number)).one_or_none()
    if row is None:
        return MoveRefused(f"{number}: 没有这个核验编号")
    # The owner too: a worker that starts again takes its dead predecessor's leases away without a new token.
    if lease is not None and (row.lease_token, row.lease_owner) != (lease.token, lease.owner):
        return LeaseLost(f"{number}: 租约已失效")
    if lease is not None and row.paused_at is not None:
        return Paused(f"{number}: 由运维暂停")
    return MoveRefused(f"{number}: 现状为“{row.state.label}”" + (f",不是“{origin.label}”" if origin else ""))


def _record(
    session: Session,
    number: str,
    event: Event,
    at: datetime,
    actor: str,
    detail: dict[str, Any] | None,
    origin: State | None,
    target: State | None,
) -> EventRow:
    row = EventRow(
        verification=number,
        event=event,
        at=aware(at),
        recorded_at=func.clock_timestamp(),
        actor=actor,
        detail=detail or {},
        origin=origin,
        target=target,
    )
    session.add(row)
    session.flush()
    return row
