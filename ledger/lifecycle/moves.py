"""The only writer of a verification's state: moves and their events, one conditional statement, one transaction.

A pass of the flow carries its lease; a person's action through the gateway does not. Either way the UPDATE names
the state it expects, so that of two who move at the same time exactly one does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, TextClause, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from domain.lifecycle import ENDED, NOTES, Event, State, may_move
from domain.limits import aware
from domain.refusal import Refusal
from ledger import timekeeping
from ledger.listen_notify import ENDED_CHANNEL, WAKE_CHANNEL, notify
from ledger.tables.verifications import Verification


class MoveRefused(Refusal, code="state_conflict"):
    """The verification is not where the caller thinks: somebody else was faster. Nothing was written."""


class LeaseLost(MoveRefused):
    """This pass no longer holds the lease: it ends at once, without effects."""


class Paused(MoveRefused):
    """由运维暂停: the pass ends before its next effect."""


#: `Prefer: wait` looks again.
TOLD = ENDED | {State.AWAITING_CHOICE, State.NEEDS_ATTENTION}


@dataclass(frozen=True)
class Lease:
    """The right to work on one verification: `token` grows with each holder and goes with every move (fencing)."""

    number: str
    owner: str
    token: int


@dataclass(frozen=True)
class Turn:
    """One event on the way; without `target` it changes no state."""

    event: Event
    target: State | None = None


@dataclass(frozen=True)
class Goer:
    """Who takes the way: under its pass's lease, or a person's without one. A detail for each step holds codes and ids,
    never personal data."""

    number: str
    lease: Lease | None
    details: Sequence[Mapping[str, Any]]


def go(
    session: Session, origin: State | None, steps: Sequence[Turn], goers: Sequence[Goer], *, at: datetime, actor: str, **columns: Any
) -> dict[str, list[int]]:
    """All `goers` from `origin` through `steps`, with `columns` set and every event on the record, in one round trip.

    Gives the events' ids of each that went; who is not where he should be, whose lease is lost, who is paused, is left
    out, and nothing of his was written. `origin` None: wherever the one step may be noted. A move is progress, so that
    the count of failed passes in a row begins anew. Raises ValueError where the table of `domain.lifecycle` does not
    know the way.
    """
    last = _end_of(origin, steps)
    if last is not None and last is not origin:
        columns = {"state": last, "failed_passes": 0} | columns
    if last in ENDED:
        columns |= {"ended_at": at, "next_instant": None, "wake_requested_at": None}
    leases = [goer.lease for goer in goers if goer.lease is not None]
    session.flush()
    timekeeping.ensure(session)  # which sees the ORM's own statements alone
    told = last is not origin and last in TOLD
    found = session.execute(
        _statement(tuple(sorted(columns)), len(steps), bool(leases), told),
        {
            **{f"set_{name}": value for name, value in columns.items()},
            **{f"event_{turn}": step.event for turn, step in enumerate(steps)},
            **{f"target_{turn}": step.target for turn, step in enumerate(steps)},
            **{f"origin_{turn}": came for turn, came in enumerate(_origins(origin, steps))},
            "origins": sorted(NOTES[steps[0].event]) if origin is None else [origin],
            "numbers": [goer.number for goer in goers],
            "tokens": [goer.lease.token if goer.lease else 0 for goer in goers],
            "owner": leases[0].owner if leases else None,
            "details": [json.dumps([dict(detail) for detail in goer.details]) for goer in goers],
            "at": aware(at),
            "actor": actor,
            "channel": ENDED_CHANNEL,
        },
    )
    ids: dict[str, list[int]] = {}
    for row in sorted(found, key=lambda row: row.id):
        ids.setdefault(row.number, []).append(row.id)
    return ids


def _end_of(origin: State | None, steps: Sequence[Turn]) -> State | None:
    state = origin
    for step in steps:
        if step.target is None:
            known = state is None or state in NOTES[step.event]
        else:
            known = state is not None and may_move(state, step.event, step.target)
        if not known:
            raise ValueError(f"no such move: {state} --{step.event}--> {step.target}")
        state = step.target or state
    return state


def _origins(origin: State | None, steps: Sequence[Turn]) -> list[State | None]:
    """Where each step begins, as its event says: a note has none."""
    found, state = [], origin
    for step in steps:
        found.append(state if step.target is not None else None)
        state = step.target or state
    return found


@lru_cache(maxsize=64)
def _statement(columns: tuple[str, ...], steps: int, leased: bool, told: bool) -> TextClause:
    held = "AND v.lease_token = g.token AND v.lease_owner = :owner AND v.paused_at IS NULL" if leased else ""
    here = f"v.number = g.number AND v.state = ANY(:origins) {held}"
    went = (
        f"UPDATE verifications v SET {', '.join(f'{name} = :set_{name}' for name in columns)} FROM given g WHERE {here} RETURNING v.number"
        if columns  # what changes nothing writes nothing
        else f"SELECT v.number FROM verifications v JOIN given g ON {here} FOR UPDATE OF v"
    )
    happened = ", ".join(f"({turn}, :event_{turn}, :origin_{turn}, :target_{turn})" for turn in range(steps))
    return text(
        f"""
        WITH given AS (
            SELECT * FROM unnest(CAST(:numbers AS text[]), CAST(:tokens AS bigint[]), CAST(:details AS text[])) WITH ORDINALITY
                AS given (number, token, details, place)
        ), went AS ({went})
        INSERT INTO events (verification, event, at, recorded_at, actor, origin, target, detail)
        SELECT number, event, :at, clock_timestamp(), :actor, origin, target, CAST(details AS jsonb) -> turn
        FROM went JOIN given USING (number) CROSS JOIN (VALUES {happened}) AS h (turn, event, origin, target)
        ORDER BY place, turn
        RETURNING verification AS number, id {", pg_notify(:channel, verification)" if told else ""}
        """
    ).bindparams(*(bindparam(f"set_{name}", type_=Verification.__table__.c[name].type) for name in columns))


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
) -> int:
    """Move `number` from `origin` to `target` because of `event`, as `go` does for many; gives the event's id.

    Raises `LeaseLost`, `Paused` or `MoveRefused` where it did not go.
    """
    goer = Goer(number, lease, [detail or {}])
    ids = go(session, origin, [Turn(event, target)], [goer], at=at, actor=actor, **columns)
    if not ids:
        raise why_refused(session, number, origin, lease)
    return ids[number][0]


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
) -> int:
    """Put an event on the record that changes no state, with `columns` set; gives its id. Raises as `move`."""
    ids = go(session, None, [Turn(event)], [Goer(number, lease, [detail or {}])], at=at, actor=actor, **columns)
    if not ids:
        raise why_refused(session, number, None, lease)
    return ids[number][0]


def schedule(session: Session, number: str, instant: datetime, lease: Lease | None) -> None:
    """Set when the verification is due next, under the pass's lease; no event, since nothing happened."""
    hit = session.execute(
        update(Verification)
        .where(Verification.number == number, *held(lease))
        .values(next_instant=aware(instant))
        .execution_options(synchronize_session=False)
    )
    if not _exactly_one(hit):
        raise why_refused(session, number, None, lease)


def confirm(session: Session, lease: Lease, state: State) -> None:
    """Raise `LeaseLost`, `Paused` or `MoveRefused` unless this pass may have an effect in `state` that moves nothing."""
    query = select(Verification.number).where(Verification.number == lease.number, Verification.state == state, *held(lease))
    if session.scalar(query.with_for_update()) is None:
        raise why_refused(session, lease.number, state, lease)


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


def held(lease: Lease | None) -> list[ColumnElement[bool]]:
    if lease is None:
        return []
    return [Verification.lease_token == lease.token, Verification.lease_owner == lease.owner, Verification.paused_at.is_(None)]


def _exactly_one(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def why_refused(session: Session, number: str, origin: State | None, lease: Lease | None) -> MoveRefused:
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
