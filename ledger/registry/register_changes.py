"""登记变更: the way in which people change the registers. What gives a right or a printed name waits for a second person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.limits import aware
from domain.refusal import Refusal
from domain.register_changes import Register, RegisterChangeKind, RegisterChangeStatus, parted
from domain.roles import Role
from ledger import paging
from ledger.actor import person_of
from ledger.inbox import claims
from ledger.paging import FIRST, Page, PageRequest
from ledger.registry import register_checks, registry, unit_changes
from ledger.registry.register_checks import TABLES
from ledger.tables.register_changes import RegisterChange
from ledger.tables.registry import Person, Unit

_PUT = {
    Register.UNITS: registry.put_units,
    Register.PEOPLE: registry.put_people,
    Register.SYSTEMS: registry.put_systems,
    Register.MATTERS: registry.put_matters,
    Register.PROOFS: registry.put_proofs,
    Register.DATABASES: registry.put_databases,
}
_CONFIRM = frozenset({Role.ADMINISTRATOR.value, Role.OFFICE.value})  #: who may confirm
_CONFIRMING = (Register.PEOPLE, Register.UNITS)  #: where somebody may cease to be able to


class ChangeRefused(Refusal, code="register_change_refused"):
    """The change cannot be confirmed so; the text is Chinese. Nothing was written."""


class ChangeUnknown(Refusal, code="register_change_unknown"):
    """There is no such change."""


class NobodyLeft(ChangeRefused):
    """The change would leave nobody who could confirm the next one; the text is Chinese. Nothing may be committed."""

    def __init__(self) -> None:
        super().__init__("这样登记后,再没有在岗的管理员或专班办公室人员可以确认变更。请先登记接任人员并由现任人员确认,再登记离岗。")


def put(session: Session, register: Register, rows: Iterable[Mapping[str, Any]], *, actor: str, now: datetime) -> list[RegisterChange]:
    """Write rows of a register: what may stand at once does, the rest waits; gives what waits. Raises
    `RowRefused` (ledger.registry.register_checks), `NobodyLeft`.

    The first installation has nobody yet who could confirm: there everything stands at once, and is recorded so. Afterwards
    nobody makes it new again: somebody who can confirm always stays.
    """
    if register in _CONFIRMING:  # two who leave at once see each other
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext("who confirms"))))
    found, first, rows = [], _nobody_confirms(session) and not actor.startswith("person:"), list(rows)
    together = {row["code"]: row for row in rows}
    for row in rows:
        register_checks.check(session, register, row, together, now=now)
    for row in rows:
        before = _row(session, register, row["code"])
        stands, waits = parted(register, before, row)
        if first:
            _PUT[register](session, [row])
            if waits:
                _add(
                    session,
                    register,
                    row["code"],
                    RegisterChangeKind.PUT,
                    before,
                    waits,
                    RegisterChangeStatus.INSTALLED,
                    actor=actor,
                    now=now,
                )
            continue
        _PUT[register](session, [stands])
        change = _propose(session, register, row["code"], RegisterChangeKind.PUT, before or stands, waits, said=row, actor=actor, now=now)
        if change is not None:
            found.append(change)
    if not first and register in _CONFIRMING and _nobody_confirms(session):
        raise NobodyLeft
    return found


def rename(session: Session, unit: str, name: str, *, at: datetime, document: str, now: datetime, actor: str) -> RegisterChange:
    """更名 proposed. Raises `unit_changes.UnitChangeRefused` where it could not be, now already."""
    return _propose_unit(
        session, unit, RegisterChangeKind.RENAME, {"name": name, "at": aware(at).isoformat(), "document": document}, now, actor
    )


def merge(session: Session, unit: str, into: str, *, at: datetime, document: str, now: datetime, actor: str) -> RegisterChange:
    """合并 proposed. Raises `unit_changes.UnitChangeRefused` where it could not be, now already."""
    after = {"merged_into": into, "at": aware(at).isoformat(), "document": document}
    return _propose_unit(session, unit, RegisterChangeKind.MERGE, after, now, actor)


def confirm(session: Session, change: UUID, *, actor: str, now: datetime) -> RegisterChange:
    """确认 by another person: from now on it stands. Raises `ChangeRefused`, `ChangeUnknown`."""
    row = _waiting(session, change)
    person = person_of(actor)
    if person in _proposers(session, row):
        raise ChangeRefused("变更须由提出人以外的另一人确认。")
    if row.register is Register.PEOPLE and person == row.code:
        raise ChangeRefused("不能确认自己的岗位,请由他人确认。")
    row.standing, row.decided_at, row.decided_by = RegisterChangeStatus.CONFIRMED, aware(now), actor
    if row.kind is RegisterChangeKind.PUT:
        _apply(session, row, now=now)
    else:
        _apply_to_unit(session, row, now=now, actor=f"{row.proposed_by}、{actor}")
    session.flush()
    return row


def refuse(session: Session, change: UUID, *, actor: str, now: datetime) -> RegisterChange:
    """不予确认, also by who proposed it. Raises `ChangeRefused`, `ChangeUnknown`."""
    row = _waiting(session, change)
    row.standing, row.decided_at, row.decided_by = RegisterChangeStatus.REFUSED, aware(now), actor
    session.flush()
    return row


def listed(session: Session, page: PageRequest = FIRST, standing: RegisterChangeStatus | None = None) -> Page[RegisterChange]:
    """The newest first."""
    query = select(RegisterChange)
    if standing is not None:
        query = query.where(RegisterChange.standing == standing)
    return paging.scalars(session, query, (RegisterChange.proposed_at.desc(), RegisterChange.id.desc()), page)


def _nobody_confirms(session: Session) -> bool:
    able = select(Person.code).join(Unit, Unit.code == Person.unit).where(Person.active.is_(True), Unit.active.is_(True))
    return session.scalar(able.where(Person.roles.overlap(list(_CONFIRM))).limit(1)) is None


def _proposers(session: Session, row: RegisterChange) -> set[str]:
    """Whose words it holds: a proposal that took another's place keeps what the later file does not speak of."""
    replaced = select(RegisterChange).where(
        RegisterChange.register == row.register, RegisterChange.code == row.code, RegisterChange.standing == RegisterChangeStatus.REPLACED
    )
    found, at = {person_of(row.proposed_by)}, row.proposed_at
    for earlier in session.scalars(replaced.order_by(RegisterChange.decided_at.desc(), RegisterChange.proposed_at.desc())):
        if earlier.decided_at != at:
            continue
        at = earlier.proposed_at
        if any(row.after.get(name) == value for name, value in earlier.after.items()):
            found.add(person_of(earlier.proposed_by))
    return found


def _row(session: Session, register: Register, code: str) -> dict[str, Any] | None:
    row = session.get(TABLES[register], code, with_for_update=True, populate_existing=True)
    return None if row is None else {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}


def _propose(
    session: Session,
    register: Register,
    code: str,
    kind: RegisterChangeKind,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    said: Mapping[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> RegisterChange | None:
    """One waits for each row: the same again is the same, another takes its place. None where nothing is to wait. Of what a
    file does not speak (`said`) goes on waiting."""
    known = session.scalar(
        select(RegisterChange)
        .where(RegisterChange.register == register, RegisterChange.code == code, RegisterChange.standing == RegisterChangeStatus.WAITING)
        .with_for_update()
    )
    if known is not None:
        if said is not None and known.kind is kind:
            kept = {name: value for name, value in known.after.items() if name not in said}
            after, before = {**kept, **after}, {**known.before, **before}
        if (known.kind, known.after) == (kind, dict(after)):
            return known
        known.standing, known.decided_at, known.decided_by = RegisterChangeStatus.REPLACED, aware(now), actor
        session.flush()
    return _add(session, register, code, kind, before, after, RegisterChangeStatus.WAITING, actor=actor, now=now) if after else None


def _add(
    session: Session,
    register: Register,
    code: str,
    kind: RegisterChangeKind,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    standing: RegisterChangeStatus,
    *,
    actor: str,
    now: datetime,
) -> RegisterChange:
    decided_at, decided_by = (None, None) if standing is RegisterChangeStatus.WAITING else (aware(now), actor)
    was = {name: value for name, value in (before or {}).items() if name in after or kind is not RegisterChangeKind.PUT}
    row = RegisterChange(
        id=uuid4(),
        register=register,
        code=code,
        kind=kind,
        before=was,
        after=dict(after),
        proposed_at=aware(now),
        proposed_by=actor,
        standing=standing,
        decided_at=decided_at,
        decided_by=decided_by,
    )
    session.add(row)
    session.flush()
    return row


def _waiting(session: Session, change: UUID) -> RegisterChange:
    row = session.get(RegisterChange, change, with_for_update=True, populate_existing=True)
    if row is None:
        raise ChangeUnknown
    if row.standing is not RegisterChangeStatus.WAITING:
        raise ChangeRefused(f"这项变更{row.standing.label}。")
    return row


def _apply(session: Session, change: RegisterChange, *, now: datetime) -> None:
    row = session.get_one(TABLES[change.register], change.code, with_for_update=True, populate_existing=True)
    if moved := [name for name, was in change.before.items() if getattr(row, name) != was]:
        raise ChangeRefused(f"登记内容已经不同({'、'.join(moved)}),请重新提出。")
    if change.register is Register.UNITS and "name" in change.after:
        if unit_changes.called(session, change.after["name"], but=change.code) is not None:
            raise ChangeRefused("名称已由其他单位使用,请重新提出。")
    for name, value in change.after.items():
        setattr(row, name, value)
    session.flush()
    if "unit" in change.after and change.register is Register.PEOPLE:  # who works elsewhere holds back nothing
        claims.leave(session, change.code, now=now, actor="system:roster")


def _propose_unit(
    session: Session, unit: str, kind: RegisterChangeKind, after: dict[str, Any], now: datetime, actor: str
) -> RegisterChange:
    trial = session.begin_nested()
    try:
        _do_to_unit(session, unit, kind, after, now=now, actor=actor)
    finally:
        trial.rollback()
    row = session.get_one(Unit, unit, populate_existing=True)
    found = _propose(session, Register.UNITS, unit, kind, {"name": row.name}, after, actor=actor, now=now)
    assert found is not None
    return found


def _apply_to_unit(session: Session, change: RegisterChange, *, now: datetime, actor: str) -> None:
    _do_to_unit(session, change.code, change.kind, change.after, now=now, actor=actor)


def _do_to_unit(session: Session, unit: str, kind: RegisterChangeKind, after: Mapping[str, Any], *, now: datetime, actor: str) -> None:
    at, document = datetime.fromisoformat(after["at"]), after["document"]
    if kind is RegisterChangeKind.RENAME:
        unit_changes.rename(session, unit, after["name"], at=at, document=document, now=now, actor=actor)
    else:
        unit_changes.merge(session, unit, after["merged_into"], at=at, document=document, now=now, actor=actor)
