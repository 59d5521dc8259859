"""登记册 (6.1, 8.1, 14.1, 15.1, 15.3, 19.1): entered by people, never changed: a correction is a row of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from domain.limits import aware
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.registers import FieldKind, RegisterKind, faults, people_of
from ledger import paging, recusal
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.oversight import RegisterEntry
from ledger.tables.registry import Person, Unit


class EntryRefused(Refusal, code="entry_refused"):
    """It cannot be entered so; `errors` say what is wrong with which value."""


def enter(
    session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str], *, person: str, now: datetime, replaces: int | None = None
) -> RegisterEntry:
    """A new row, or one in the place of `replaces`. Raises `EntryRefused`."""
    if kind.about.moved:
        raise EntryRefused(kind.about.moved)
    if session.get(Unit, unit) is None:
        raise EntryRefused("没有所填的单位。")
    if kind.about.by_office:
        recusal.check(session, Subject.INSPECTION, unit, [unit], actor=person)
    if wrong := faults(kind, values) or _unknown_people(session, kind, unit, values):
        raise EntryRefused("所填的内容不合格。", errors=[(f"values.{name}", text) for name, text in wrong.items()])
    if replaces is not None:
        _replaceable(session, kind, unit, replaces)
    row = RegisterEntry(
        register=kind,
        unit=unit,
        values={name: text for name, text in values.items() if text},
        entered_at=aware(now),
        entered_by=person,
        replaces=replaces,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise EntryRefused("这一条刚被别人更正,请刷新后更正最新的一条。") from None
    return row


def _unknown_people(session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str]) -> dict[str, str]:
    """People are named by their codes, and are the unit's (15.3: training of each 代办员)."""
    wrong = {}
    for field in kind.about.fields:
        if field.kind is FieldKind.PEOPLE:
            codes = people_of(values.get(field.name, ""))
            known = set(session.scalars(select(Person.code).where(Person.unit == unit, Person.code.in_(codes))))
            if not codes or set(codes) - known:
                wrong[field.name] = "应为本单位在册人员的编码,以顿号分开。"
    return wrong


def _replaceable(session: Session, kind: RegisterKind, unit: str, serial: int) -> None:
    row = session.get(RegisterEntry, serial)
    if row is None or row.register is not kind or row.unit not in estate(session, unit):
        raise EntryRefused("没有要更正的这一条。")
    if session.scalar(select(RegisterEntry.serial).where(RegisterEntry.replaces == serial)) is not None:
        raise EntryRefused("这一条已被更正,请更正最新的一条。")


def listed(
    session: Session, kind: RegisterKind, unit: str | None, page: PageRequest = FIRST, *, replaced: bool = False
) -> Page[RegisterEntry]:
    """A page of a register, of a unit or of all: what stands, and with `replaced` what was corrected as well."""
    query = select(RegisterEntry).where(RegisterEntry.register == kind)
    if unit is not None:
        query = query.where(RegisterEntry.unit.in_(estate(session, unit)))
    if not replaced:
        later = aliased(RegisterEntry)
        query = query.where(~select(later.serial).where(later.replaces == RegisterEntry.serial).exists())
    return paging.scalars(session, query, (RegisterEntry.serial,), page)
