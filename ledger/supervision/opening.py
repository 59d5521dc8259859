"""督办 opens, and reaches the 专班 office where its half hour passes too (obligation 10.12): for one verification as for many at once.

What each is owed stands in its own rows; what many share (a unit's hours, who is on duty, whom to tell) is read once.
Their verifications are locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from domain.lifecycle import Event, State
from domain.notices import NoticeKind
from domain.roles import Role
from ledger import rules
from ledger.deadlines import clocks, supervision_basis
from ledger.deadlines.known_units import KnownUnits
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.moves_of_many import Step, move_all, note_all
from ledger.outbox.alarms import raise_alarms
from ledger.outbox.notifications import Telling, notify_office_of, notify_units
from ledger.tables.inbox import Supervision, Suspension
from ledger.tables.verifications import Deadline, Request, Verification

_ELSE = frozenset({Role.SUPERVISOR, Role.AGENT})  #: whom to tell where nobody is appointed


@dataclass(frozen=True)
class Owed:
    """A request of which 督办 counts from an instant and is not open yet."""

    row: Verification
    request: Request
    since: datetime


def owed(session: Session, rows: Iterable[Verification]) -> list[Owed]:
    """Of these verifications the open requests with a missed limit and no 督办 yet."""
    open_ones = {row.number: row for row in rows if row.state in {State.AWAITING_REPLY, State.NEEDS_ATTENTION}}
    if not open_ones:
        return []
    asked = select(Request).where(
        Request.verification.in_(open_ones),
        Request.answered_at.is_(None),
        Request.withdrawn_at.is_(None),
        ~select(Supervision.id).where(Supervision.request == Request.id, Supervision.closed_at.is_(None)).exists(),
        ~select(Suspension.id).where(Suspension.request == Request.id, Suspension.ended_at.is_(None)).exists(),
    )
    requests = session.scalars(asked.order_by(Request.verification)).all()
    grounds = supervision_basis.grounds(session, requests) if requests else {}
    return [Owed(open_ones[one.verification], one, grounds[one.id]) for one in requests if one.id in grounds]


def open_all(session: Session, found: list[Owed], units: KnownUnits, *, now: datetime, actor: str, lease: Lease | None) -> None:
    """Open 督办 at the instants that were missed; each half hour begins there or at its unit's next opening."""
    if not found:
        return
    own = rules.of_requests(session, [one.request.id for one in found])
    half_hours = [Deadline(id=uuid4(), verification=one.row.number, request=one.request.id) for one in found]
    for one, half_hour in zip(found, half_hours, strict=True):
        unit = units.heir(one.request.unit)
        hours = units.hours(unit, one.since)
        supervision_basis.set_half_hour(session, half_hour, unit, one.since, hours=hours, own=own[one.request.id], now=now)
    session.flush()
    opened = [_opened(one, half_hour, units) for one, half_hour in zip(found, half_hours, strict=True)]
    session.add_all(supervision for _, supervision, _ in opened)
    session.flush()
    _record(session, opened, actor, lease)
    unwatched = {supervision.unit for _, supervision, _ in opened if supervision.supervisor is None}
    text = "{}:督办开始时没有在岗的督办员,请工作专班办公室督促该单位指定。"
    raise_alarms(session, "no_supervisor", {unit: (text.format(unit), now) for unit in unwatched})
    told = [telling for one, supervision, _ in opened for telling in _tellings(one, supervision, units, now)]
    notify_units(session, NoticeKind.SUPERVISION, told, now=now, roles=_ELSE)


def _opened(one: Owed, half_hour: Deadline, units: KnownUnits) -> tuple[Owed, Supervision, datetime | None]:
    """With the end of its half hour; None: 未定."""
    unit = units.heir(one.request.unit)
    supervision = Supervision(
        id=uuid4(),
        verification=one.row.number,
        request=one.request.id,
        deadline=half_hour.id,
        unit=unit,
        supervisor=units.supervisor(unit, half_hour.started_at or one.since),
        opened_at=one.since,
    )
    return one, supervision, half_hour.due_at


def _record(session: Session, opened: list[tuple[Owed, Supervision, datetime | None]], actor: str, lease: Lease | None) -> None:
    waiting, with_a_person = [], []
    for one, supervision, until in opened:
        detail = {"supervision": str(supervision.id), "until": until.isoformat() if until else "undetermined"}
        if one.row.state is State.AWAITING_REPLY:
            waiting.append(Step(one.row.number, one.since, detail, {"next_instant": until}))
        else:  # a person has the case; a retry goes on under 督办
            with_a_person.append(Step(one.row.number, one.since, detail))
    move_all(session, Event.SUPERVISED, State.AWAITING_REPLY, State.ESCALATED, waiting, actor=actor, lease=lease)
    if with_a_person:
        note_all(session, Event.SUPERVISED, with_a_person, actor=actor, lease=lease, attention_from=State.ESCALATED)


def _tellings(one: Owed, supervision: Supervision, units: KnownUnits, now: datetime) -> Iterator[Telling]:
    """The issuing unit's 督办员, and the requesting unit's."""
    asks = units.heir(one.row.unit)
    for unit, person in ((supervision.unit, supervision.supervisor), (asks, units.supervisor(asks, now))):
        yield Telling(unit, str(supervision.id), one.row.number, one.since, (person,) if person else ())


@dataclass(frozen=True)
class Late:
    """督办 whose half hour was missed, at an instant, and that the office does not know of yet."""

    row: Verification
    supervision: Supervision
    missed_at: datetime


def untold(session: Session, rows: Iterable[Verification]) -> list[Late]:
    """Those of these verifications, the first missed first."""
    of = {row.number: row for row in rows}
    if not of:
        return []
    late = (
        select(Supervision, Deadline.missed_at)
        .join(Deadline, Deadline.id == Supervision.deadline)
        .where(
            Supervision.verification.in_(of),
            Supervision.office_told_at.is_(None),
            Supervision.closed_at.is_(None),
            Deadline.missed_at.is_not(None),
            clocks.known_in_time(),
        )
        .order_by(Deadline.missed_at)
    )
    return [Late(of[found.verification], found, at) for found, at in session.execute(late).tuples() if at is not None]


def tell_office(session: Session, found: list[Late], units: KnownUnits, *, now: datetime, actor: str, lease: Lease | None) -> None:
    """督办超时 reaches the 专班 office, once each."""
    if not found:
        return
    told = update(Supervision).where(Supervision.id.in_([one.supervision.id for one in found])).values(office_told_at=now)
    session.execute(told.execution_options(synchronize_session=False))
    waiting, others = [], []
    for one in found:
        set_committed_value(one.supervision, "office_told_at", now)
        detail = {"supervision": str(one.supervision.id)}
        if one.row.state is State.ESCALATED:  # told now, reminded on the unit's next day
            following = {"next_instant": units.reminder(one.supervision.unit, now)}
            waiting.append(Step(one.row.number, one.missed_at, detail, following))
        else:
            others.append(Step(one.row.number, one.missed_at, detail))
    for steps in (waiting, others):
        note_all(session, Event.OFFICE_TOLD, steps, actor=actor, lease=lease)
    text = "{}:督办超时,请工作专班办公室处理。"
    raise_alarms(session, "supervision_missed", {one.row.number: (text.format(one.row.number), one.missed_at) for one in found})
    causes = [(str(one.supervision.id), one.row.number, one.missed_at) for one in found]
    notify_office_of(session, NoticeKind.SUPERVISION_MISSED, causes, now=now)
