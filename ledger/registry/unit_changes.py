"""单位更名与合并: on the record with its document, and `units` in the same transaction; reports read who was called what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN, Event
from domain.limits import aware
from domain.refusal import Refusal
from domain.spelling import words
from ledger.calendars import duty
from ledger.lifecycle.moves import note
from ledger.tables.registry import Person, System, Unit, UnitChange
from ledger.tables.verifications import Verification


class UnitChangeRefused(Refusal, code="register_change_refused"):
    """The change cannot be; the text says why, in Chinese."""


def rename(session: Session, unit: str, name: str, *, at: datetime, document: str, now: datetime, actor: str) -> UnitChange:
    """更名 from `at` on. Raises `UnitChangeRefused`; then nothing was written. The same again gives what is recorded."""
    row = _locked(session, unit)
    name = name.strip()
    if (known := _same(session, unit, at)) is not None and known.after == name:
        return known
    if not name or name == row.name:
        raise UnitChangeRefused("新名称为空或与现名称相同。")
    if called(session, name, but=unit) is not None:
        raise UnitChangeRefused(f"名称“{name}”已由其他单位使用。")
    change = _record(session, row, at, document, now, actor)
    change.after = row.name = name
    session.add(change)
    session.flush()
    return change


def called(session: Session, name: str, *, but: str) -> str | None:
    """Another unit that is called so, by the rule for words: width, brackets and spaces make no other name."""
    meant = words(name)
    named = session.execute(select(Unit.code, Unit.name).where(Unit.code != but)).tuples()
    return next((code for code, other in named if words(other) == meant), None)


def merge(session: Session, unit: str, into: str, *, at: datetime, document: str, now: datetime, actor: str) -> UnitChange:
    """并入 another unit from `at` on, which has at once everything that it had (ledger.succession).

    Its people and systems are the successor's from now on, with their keys; its requests, cases and what is asked of it
    later are the successor's work, their clocks running on, which each open verification says. What it did stays its
    own, in the reports too; its duty ends, its matters move with an adjustment of the list. Raises
    `UnitChangeRefused`; then nothing was written.
    """
    for code in sorted({unit, into}):  # in one order: two mergers at once must not wait for each other
        session.get(Unit, code, with_for_update=True)
    row = _locked(session, unit)
    if (known := _same(session, unit, at)) is not None and known.merged_into == into:
        return known
    target = session.get(Unit, into)
    if target is None or not target.active or into == unit:
        raise UnitChangeRefused("并入的单位不存在、已停用或就是本单位。")
    if not row.active:
        raise UnitChangeRefused("本单位已停用。")
    change = _record(session, row, at, document, now, actor)
    change.merged_into, row.active = into, False
    change.moved = {"people": _move(session, Person, unit, into), "systems": _move(session, System, unit, into)}
    session.add(change)
    inherited = (unit, *row.inherits)
    target.inherits = [*target.inherits, *inherited]
    for code in inherited:
        session.get_one(Unit, code).merged_into = into
    duty.end_all(session, unit, now=now)
    session.flush()
    for number in _open_work(session, inherited):
        note(session, number, Event.SUCCEEDED, at=now, actor=actor, detail={"unit": into, "instead_of": unit})
    return change


def _move(session: Session, table: type[Person] | type[System], unit: str, into: str) -> list[str]:
    moved = update(table).where(table.unit == unit).values(unit=into).returning(table.code)
    return sorted(session.scalars(moved))


def _open_work(session: Session, units: tuple[str, ...]) -> list[str]:
    """Open verifications that the unit asked for, is asked about, or is about to be asked about."""
    ours = or_(Verification.unit.in_(units), Verification.issuing_unit.in_(units))
    return list(session.scalars(select(Verification.number).where(ours, Verification.state.in_(OPEN)).order_by(Verification.number)))


def changes(session: Session) -> list[UnitChange]:
    """All of them, oldest first: there are few in a year."""
    return list(session.scalars(select(UnitChange).order_by(UnitChange.at, UnitChange.id)))


def _locked(session: Session, unit: str) -> Unit:
    row = session.get(Unit, unit, with_for_update=True, populate_existing=True)
    if row is None:
        raise UnitChangeRefused(f"没有这个单位:{unit}。")
    return row


def _same(session: Session, unit: str, at: datetime) -> UnitChange | None:
    return session.scalar(select(UnitChange).where(UnitChange.unit == unit, UnitChange.at == aware(at)))


def _record(session: Session, row: Unit, at: datetime, document: str, now: datetime, actor: str) -> UnitChange:
    if not document.strip():
        raise UnitChangeRefused("请写明依据的文件。")
    if aware(at) > now:
        raise UnitChangeRefused("生效时间不能晚于现在,请在生效之后登记。")
    newest = select(UnitChange.at).where(UnitChange.unit == row.code).order_by(UnitChange.at.desc()).limit(1)
    if (last := session.scalar(newest)) is not None and at <= last:
        raise UnitChangeRefused("生效时间不能早于上一次变更。")
    return UnitChange(unit=row.code, at=at, before=row.name, document=document, changed_by=actor, recorded_at=now)
