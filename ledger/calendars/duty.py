"""值守: exactly one 督办员 of a unit at every instant, one 代办员 or more (obligations 10.2, 10.3, reading 16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.refusal import Refusal
from domain.roles import Role
from ledger import rules
from ledger.actor import person_of
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.tables.duty import Absence, Appointment
from ledger.tables.registry import Person, Unit

AHEAD = timedelta(days=7)
_APPOINTS = frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})  #: who appoints by role; an acting one does by duty


class DutyUnknown(Refusal, code="duty_unknown"):
    """The unit has no such appointment or absence."""


class DutyRefused(Refusal, code="duty_refused"):
    """The appointment or absence cannot be; the text says why, in Chinese."""


class GapKind(StrEnum):
    """What is missing."""

    NO_SUPERVISOR = "no_supervisor"
    NO_AGENT = "no_agent"
    SELF_SUPERVISION = "self_supervision"  #: the 督办员 is the only 代办员

    @property
    def label(self) -> str:
        return {"no_supervisor": "没有督办员", "no_agent": "没有在岗的代办员", "self_supervision": "督办员兼唯一的代办员"}[self.value]


@dataclass(frozen=True)
class Gap:
    """What is missing from `since` until `until` (None: further than looked)."""

    kind: GapKind
    since: datetime
    until: datetime | None


def appoint(
    session: Session, unit: str, person: str, since: datetime | None, until: datetime | None, *, acting: bool, now: datetime, actor: str
) -> Appointment:
    """指定督办员, or an acting one for a period, from now (`since` None) or later.

    An open-ended one ends the one before it; one with an end goes before the open-ended one, who is on duty again
    afterwards. Raises `DutyRefused`; then nothing was written. Two at once: the unit's row is locked, the second one
    is refused.
    """
    holder = session.get(Person, person)
    if holder is None or holder.unit != unit or not holder.active:
        raise DutyRefused("所指定的人员不是本单位在岗人员。")
    _by_right(session, actor, person, acting=acting)
    since = _ahead(since, until, now)
    if acting and until is None:
        raise DutyRefused("代理督办须写明结束时间。")
    session.get_one(Unit, unit, with_for_update=True)
    others = session.scalars(select(Appointment).where(Appointment.unit == unit, Appointment.acting.is_(acting)))
    former = None
    for other in others:
        before = other.until is None and other.since < since  # never an acting one
        if before and until is None:
            former = other
        elif not before and _meets(other, since, until):
            kind = "代理督办" if acting else "督办员"
            raise DutyRefused(f"这段时间已有{kind}({other.person}),同一时刻只能有一名。请先结束原来的指定。")
    if _only_agents(session, unit) == {person} and not rules.readings().self_supervision:
        raise DutyRefused("该人员是本单位唯一的代办员,不能同时任督办员。请先增加代办员,或由专班办公室调整规则。")
    row = Appointment(id=uuid4(), unit=unit, person=person, acting=acting, since=since, until=until, appointed_by=actor, appointed_at=now)
    session.add(row)
    session.flush()
    if former is not None:
        former.until, former.handed_to = since, row.id  # 交接: the former one until then
    return row


def end_appointment(session: Session, unit: str, appointment: UUID, until: datetime | None, *, now: datetime, actor: str) -> Appointment:
    """End it earlier, now (`until` None) or later; one that has not begun is cancelled, and who handed over to it stays.

    Raises `DutyUnknown`, `DutyRefused`.
    """
    session.get_one(Unit, unit, with_for_update=True)
    row = session.get(Appointment, appointment, populate_existing=True)
    if row is None or row.unit != unit:
        raise DutyUnknown
    _by_right(session, actor, None, acting=row.acting)
    until = _ahead(until, None, now)
    if row.until is not None and until > row.until:
        raise DutyRefused("结束时间应在任期之内。")
    row.until, row.handed_to = max(until, row.since), None
    if row.until == row.since:
        for former in session.scalars(select(Appointment).where(Appointment.handed_to == row.id)):
            former.until, former.handed_to = None, None
    return row


def _by_right(session: Session, actor: str, appointed: str | None, *, acting: bool) -> None:
    """Raise `DutyRefused` where somebody who only stands in would prolong it herself, or change who the regular 督办员 is."""
    who = session.get(Person, person_of(actor))
    if who is None or _APPOINTS & set(who.roles) or (acting and appointed != who.code):
        return
    cannot = "指定本人" if acting else "变更督办员"
    raise DutyRefused(f"代理期间不能{cannot}:代理的延长或者接任由督办员或者系统管理员办理。")


def end_all(session: Session, unit: str, *, now: datetime) -> None:
    """The unit was merged: nobody is on duty for it any more. Its successor's duty stands, and covers what it inherits."""
    for row in session.scalars(select(Appointment).where(Appointment.unit == unit)):
        if row.until is None or row.until > now:
            row.until, row.handed_to = max(now, row.since), None


def report_absence(
    session: Session, unit: str, person: str, since: datetime | None, until: datetime, *, now: datetime, actor: str
) -> Absence:
    """离岗, from now (`since` None) or later. Raises `DutyRefused`."""
    holder = session.get(Person, person)
    if holder is None or holder.unit != unit:
        raise DutyRefused("所填人员不是本单位人员。")
    row = Absence(
        id=uuid4(), person=person, since=_ahead(since, until, now), until=until, reported_by=actor, reported_at=now, cancelled_at=None
    )
    session.add(row)
    session.flush()
    return row


def cancel_absence(session: Session, unit: str, absence: UUID, *, now: datetime) -> Absence:
    """销假: present from now on; what has passed of it stays. Raises `DutyUnknown`."""
    row = session.get(Absence, absence)
    if row is None or session.get_one(Person, row.person).unit != unit:
        raise DutyUnknown
    row.cancelled_at = row.cancelled_at or now
    return row


def _ahead(since: datetime | None, until: datetime | None, now: datetime) -> datetime:
    """`since`, or now. Raises `DutyRefused`: who was on duty is the record, and the record is not written anew."""
    since = since or now
    if since < now:
        raise DutyRefused("时间不能早于现在:已经过去的值守不再更改。从现在起的,可以不填。")
    if until is not None and until <= since:
        raise DutyRefused("结束时间应晚于开始时间。")
    return since


def supervisor_at(session: Session, unit: str, at: datetime) -> str | None:
    """The one 督办员 on duty at `at`: the acting one first, then a regular one with an end, then the open-ended one.

    Who is away is passed over; None is a gap.
    """
    return supervisors(session, unit)(at)


def supervisors(session: Session, unit: str) -> Callable[[datetime], str | None]:
    """`supervisor_at` for several instants, read once."""
    found, away, active = appointments(session, unit), _absences(session, unit), _active(session, unit)
    return lambda at: _supervisor(found, away, active, at)


def agents_at(session: Session, unit: str, at: datetime) -> list[str]:
    """The 代办员 on duty at `at`."""
    return sorted(_only_agents(session, unit) - _away(_absences(session, unit), at))


def appointments(session: Session, unit: str) -> list[Appointment]:
    """All of them, by their beginning."""
    return list(session.scalars(select(Appointment).where(Appointment.unit == unit).order_by(Appointment.since, Appointment.acting)))


def gaps(session: Session, unit: str, since: datetime, until: datetime) -> list[Gap]:
    """What is missing in [since, until), exactly: duty changes only where a period begins or ends."""
    found, away = appointments(session, unit), _absences(session, unit)
    return _gaps(found, away, _active(session, unit), _only_agents(session, unit), since, until)


def gaps_of(session: Session, units: list[str], since: datetime, until: datetime) -> dict[str, list[Gap]]:
    """The same for many units, in three queries; what the district's readings allow is no gap."""
    people = session.scalars(select(Person).where(Person.unit.in_(units), Person.active.is_(True))).all()
    held = session.scalars(select(Appointment).where(Appointment.unit.in_(units))).all()
    absences = (
        session.execute(select(Person.unit, Absence).join(Absence, Absence.person == Person.code).where(Person.unit.in_(units)))
        .tuples()
        .all()
    )
    result = {}
    for unit in units:
        own = [person for person in people if person.unit == unit]
        agents = {person.code for person in own if Role.AGENT.value in person.roles}
        found = _gaps(
            [row for row in held if row.unit == unit],
            [row for whose, row in absences if whose == unit],
            {person.code for person in own},
            agents,
            since,
            until,
        )
        result[unit] = [gap for gap in found if not _is_allowed(gap)]
    return result


def _gaps(found: list[Appointment], away: list[Absence], active: set[str], agents: set[str], since: datetime, until: datetime) -> list[Gap]:
    edges = {since, *(row.since for row in found), *(row.since for row in away), *map(_back, away)}
    edges |= {row.until for row in found if row.until}
    instants = sorted(edge for edge in edges if since <= edge < until)
    missing: dict[GapKind, datetime] = {}
    result: list[Gap] = []
    for at in instants:
        supervisor = _supervisor(found, away, active, at)
        present = agents - _away(away, at)
        now_missing = {
            GapKind.NO_SUPERVISOR: supervisor is None,
            GapKind.NO_AGENT: not present,
            GapKind.SELF_SUPERVISION: supervisor is not None and present == {supervisor},
        }
        for kind, is_missing in now_missing.items():
            if is_missing:
                missing.setdefault(kind, at)
            elif kind in missing:
                result.append(Gap(kind, missing.pop(kind), at))
    result += [Gap(kind, began, None) for kind, began in missing.items()]
    return sorted(result, key=lambda gap: (gap.since, gap.kind))


def report_gaps(session: Session, now: datetime, ahead: timedelta = AHEAD) -> None:
    """An alarm for each 办事单位 that will lack somebody, before it bites; taken back once filled.

    Every unit that takes part: one that asks has a 督办员 and a 代办员 like one that answers (obligations 10.2, 10.3).
    """
    for unit in session.scalars(select(Unit).where(Unit.active.is_(True)).order_by(Unit.code)):
        found = [gap for gap in gaps(session, unit.code, now, now + ahead) if not _is_allowed(gap)]
        if GapKind.NO_SUPERVISOR not in {gap.kind for gap in found}:
            clear_alarm(session, "no_supervisor", unit.code, now=now)  # raised where 督办 found nobody
        if not found or not unit.takes_part:
            clear_alarm(session, "duty_gap", unit.code, now=now)
            continue
        first = found[0]
        local = first.since.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
        text = f"{unit.name}自 {local} 起{first.kind.label}。请督促该单位指定人员。"
        raise_alarm(session, "duty_gap", unit.code, text, now=now)


def _is_allowed(gap: Gap) -> bool:
    return gap.kind is GapKind.SELF_SUPERVISION and rules.readings().self_supervision


def _supervisor(found: list[Appointment], away: list[Absence], active: set[str], at: datetime) -> str | None:
    there = active - _away(away, at)
    present = [row for row in found if row.since <= at and (row.until is None or at < row.until) and row.person in there]
    # Of two regular ones at most one has no end, and it began first.
    return max(present, key=lambda row: (row.acting, row.since)).person if present else None


def _away(found: list[Absence], at: datetime) -> set[str]:
    return {row.person for row in found if row.since <= at < _back(row)}


def _back(row: Absence) -> datetime:
    """When whoever was away is present again."""
    return min(row.until, row.cancelled_at or row.until)


def _meets(row: Appointment, since: datetime, until: datetime | None) -> bool:
    if row.until == row.since:
        return False  # cancelled
    return (until is None or row.since < until) and (row.until is None or since < row.until)


def _active(session: Session, unit: str) -> set[str]:
    return set(session.scalars(select(Person.code).where(Person.unit == unit, Person.active.is_(True))))


def _only_agents(session: Session, unit: str) -> set[str]:
    query = select(Person.code).where(
        Person.unit == unit,
        Person.active.is_(True),
        Person.roles.any(Role.AGENT.value),  # type: ignore[arg-type]
    )
    return set(session.scalars(query))


def _absences(session: Session, unit: str) -> list[Absence]:
    return list(session.scalars(select(Absence).join(Person, Person.code == Absence.person).where(Person.unit == unit)))
