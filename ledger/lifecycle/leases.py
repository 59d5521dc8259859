"""租约: one worker at a time works on a verification, and a dead worker's work becomes free again.

All instants here are the database's wall clock, one clock for all hosts; none of them has a legal meaning.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN
from ledger.lifecycle.fresh import FRESH
from ledger.lifecycle.moves import Lease
from ledger.tables.effects import Worker
from ledger.tables.verifications import Verification
from settings import settings

_NOW = func.clock_timestamp()


def _from_now(seconds: float) -> object:
    return _NOW + timedelta(seconds=seconds)


def acquire(session: Session, number: str, owner: str, flow_run: UUID | None = None) -> Lease | None:
    """Take the lease of an open verification that is due, or None: another pass holds it, it is paused, it has
    ended, or nothing is to be done yet (a worker that polled Prefect a moment too early would else hold the lease
    until the next deadline).

    What had asked for a pass is answered by this one, which looks at the ledger from here on; what arrives later
    asks again. With `flow_run`: only for the run that tells this verification's story, and where none does yet (the
    gateway died between making the run and noting it), this one does from now on.
    """
    ours = [or_(Verification.flow_run.is_(None), Verification.flow_run == flow_run)] if flow_run else []
    token = session.execute(
        update(Verification)
        .where(
            Verification.number == number,
            Verification.state.in_(OPEN),
            Verification.paused_at.is_(None),
            or_(Verification.lease_until.is_(None), Verification.lease_until < _NOW),
            or_(Verification.wake_requested_at.is_not(None), Verification.next_instant <= settings().now()),
            *ours,
        )
        .values(
            flow_run=flow_run or Verification.flow_run,
            lease_owner=owner,
            lease_token=Verification.lease_token + 1,
            lease_until=_from_now(settings().lease_seconds),
            wake_requested_at=None,
            wake_claimed_until=None,
        )
        .returning(Verification.lease_token)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return Lease(number, owner, token) if token is not None else None


def renew(session: Session, name: str, owner: str, numbers: Collection[str]) -> None:
    """The worker's heartbeat: its own lease and those of `numbers`, on which it is at work, in one transaction."""
    until = _from_now(settings().lease_seconds)
    session.execute(
        insert(Worker)
        .values(name=name, owner=owner, started_at=_NOW, lease_until=until)
        .on_conflict_do_update(index_elements=["name"], set_={"owner": owner, "lease_until": until})
    )
    # A row that somebody holds is left for the next beat: waiting for it would let all the other leases run out.
    held = Verification.number.in_(numbers), Verification.lease_owner == owner, Verification.lease_until.is_not(None)
    mine = select(Verification.number).where(*held)
    session.execute(
        update(Verification)
        .where(Verification.number.in_(mine.with_for_update(skip_locked=True)))
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )


def release(session: Session, lease: Lease, *, finished: bool = True, flow_run: UUID | None = None) -> bool:
    """Give the lease back; True where something asked for another pass meanwhile. A newer pass keeps its own.

    `flow_run`: the run that the pass made to tell this verification's story.

    Not `finished`: Prefect may not have the pass's last state, so that the search for suspects must find it, also where
    the lease had run out and somebody has looked after the run since: the pass may have written to Prefect after him.
    """
    holders = [Verification.lease_owner == lease.owner]
    if not finished:
        holders.append(Verification.lease_owner.is_(None))
    asked = session.execute(
        update(Verification)
        .where(Verification.number == lease.number, Verification.lease_token == lease.token, or_(*holders))
        .values(lease_owner=None, lease_until=None if finished else _NOW, **({"flow_run": flow_run} if flow_run else {}))
        .returning(Verification.wake_requested_at)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return asked is not None


def enlist(session: Session, name: str, owner: str) -> None:
    """A worker starts: what an earlier process of the same name held is free at once, not only after its expiry."""
    session.execute(
        update(Verification)
        .where(Verification.lease_owner.startswith(f"{name}/", autoescape=True), Verification.lease_owner != owner)
        .values(lease_owner=None, lease_until=_NOW)  # a past expiry, not NULL: the suspects' search finds it
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(Worker)
        .values(name=name, owner=owner, started_at=_NOW, lease_until=_from_now(settings().lease_seconds))
        .on_conflict_do_update(
            index_elements=["name"], set_={"owner": owner, "started_at": _NOW, "lease_until": _from_now(settings().lease_seconds)}
        )
    )


def dismiss(session: Session, name: str, owner: str) -> None:
    """A worker ends in order: its lease and those of its passes end with it."""
    session.execute(
        update(Verification)
        .where(Verification.lease_owner == owner)
        .values(lease_owner=None, lease_until=_NOW)
        .execution_options(synchronize_session=False)
    )
    session.execute(update(Worker).where(Worker.name == name, Worker.owner == owner).values(lease_until=_NOW))


def claim_wakes(session: Session, limit: int = 200, claim_seconds: float = 15) -> list[str]:
    """Verifications that asked for a pass, or ended, and that nobody works on: each to one worker only.

    The claim lapses after `claim_seconds`: a worker that dies between claim and wake loses nothing.
    """
    chosen = (
        select(Verification.number)
        .where(
            Verification.wake_requested_at.is_not(None),
            not_(FRESH),
            Verification.paused_at.is_(None),
            or_(Verification.wake_claimed_until.is_(None), Verification.wake_claimed_until < _NOW),
            or_(Verification.lease_until.is_(None), Verification.lease_until < _NOW),
        )
        .order_by(Verification.wake_requested_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(
        session.scalars(
            update(Verification)
            .where(Verification.number.in_(chosen))
            .values(wake_claimed_until=_from_now(claim_seconds))
            .returning(Verification.number)
            .execution_options(synchronize_session=False)
        )
    )


@dataclass(frozen=True)
class Suspect:
    """A verification that looks stranded, and the flow run that tells its story."""

    number: str
    flow_run: UUID | None
    ended: bool


def suspects(session: Session, overdue_seconds: float = 60, limit: int = 200) -> list[Suspect]:
    """What looks stranded: a lease that ran out, or something due for long and nobody at work.

    Only these are looked up in Prefect. An ended verification is among them where its pass died between the last
    move and Prefect's last state. `next_instant` is on the regulation's clock, so it is compared with that.
    """
    late = settings().now() - timedelta(seconds=overdue_seconds * settings().clock_rate)
    lapsed = and_(Verification.lease_until.is_not(None), Verification.lease_until < _NOW)
    overdue = and_(
        Verification.state.in_(OPEN),
        not_(FRESH),  # a long line is none that is lost
        Verification.lease_until.is_(None),
        or_(Verification.next_instant < late, Verification.wake_requested_at < _from_now(-overdue_seconds)),
    )
    rows = session.execute(
        select(Verification.number, Verification.flow_run, Verification.state)
        .where(
            Verification.paused_at.is_(None),
            or_(Verification.wake_claimed_until.is_(None), Verification.wake_claimed_until < _NOW),
            or_(lapsed, overdue),
        )
        .order_by(Verification.lease_until, Verification.next_instant)
        .limit(limit)
    )
    return [Suspect(number, flow_run, state not in OPEN) for number, flow_run, state in rows]


@dataclass(frozen=True)
class Binding:
    """A verification's side of its flow run."""

    flow_run: UUID | None
    serial: int
    leased: bool  #: a live lease: a pass is at work
    wake_requested: bool
    unit: str  #: 需求单位, the run's tag


def binding(session: Session, number: str) -> Binding:
    """How `number` is bound to Prefect now; the row exists."""
    row = session.execute(
        select(
            Verification.flow_run,
            Verification.run_serial,
            func.coalesce(Verification.lease_until > _NOW, False),
            Verification.wake_requested_at.is_not(None),
            Verification.unit,
        ).where(Verification.number == number)
    ).one_or_none()
    return Binding(*row) if row else Binding(None, 0, False, False, "")


def is_current(session: Session, number: str, flow_run: UUID) -> bool:
    """True where this run tells the story of an open verification that is not paused: an older run's Cancel is past."""
    query = select(Verification.number).where(
        Verification.number == number, Verification.flow_run == flow_run, Verification.state.in_(OPEN), Verification.paused_at.is_(None)
    )
    return session.scalar(query) is not None


def paused_and_due(session: Session, limit: int = 200) -> list[str]:
    """Paused verifications whose next instant has come: no pass will look, yet clocks and 督办 run on."""
    query = select(Verification.number).where(
        Verification.state.in_(OPEN), Verification.paused_at.is_not(None), Verification.next_instant <= settings().now()
    )
    return list(session.scalars(query.order_by(Verification.next_instant).limit(limit)))


def forget_lapsed(session: Session, number: str) -> None:
    """The run of an open verification was looked after: its lapsed lease is no ground for suspicion any more."""
    session.execute(
        update(Verification)
        .where(Verification.number == number, Verification.lease_until < _NOW)
        .values(lease_owner=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def settle(session: Session, number: str) -> None:
    """An ended verification whose run has ended too: nothing is asked for any more."""
    session.execute(
        update(Verification)
        .where(Verification.number == number, or_(Verification.lease_until.is_(None), Verification.lease_until < _NOW))
        .values(lease_owner=None, lease_until=None, wake_requested_at=None, wake_claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def begin_next_run(session: Session, number: str, ended: UUID) -> int | None:
    """Let go of the run that has `ended`; gives the serial of the next one, or None where another worker was faster.

    Before the next run is made: a worker that polls it at once must not take it for a stranger.
    """
    return session.execute(
        update(Verification)
        .where(Verification.number == number, Verification.flow_run == ended)
        .values(flow_run=None, run_serial=Verification.run_serial + 1)
        .returning(Verification.run_serial)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def bind_run(session: Session, number: str, flow_run: UUID, serial: int) -> None:
    """Remember which flow run tells this verification's story. A later serial is never overwritten by an earlier."""
    session.execute(
        update(Verification)
        .where(Verification.number == number, Verification.run_serial <= serial)
        .values(flow_run=flow_run, run_serial=serial)
        .execution_options(synchronize_session=False)
    )


def living_workers(session: Session) -> list[str]:
    """Names of the workers whose lease is alive."""
    return list(session.scalars(select(Worker.name).where(Worker.lease_until > _NOW).order_by(Worker.name)))


def working_since(session: Session) -> datetime | None:
    """Since when the oldest of the living workers works; None where none lives."""
    return session.scalar(select(func.min(Worker.started_at)).where(Worker.lease_until > _NOW))


def seconds_without_worker(session: Session) -> float | None:
    """How long no worker's lease has been alive; 0 while one is, None where there never was one."""
    gap: timedelta | None = session.scalar(select(_NOW - func.max(Worker.lease_until)))
    return None if gap is None else max(0.0, gap.total_seconds())
