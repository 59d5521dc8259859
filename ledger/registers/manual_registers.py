"""登记册 (obligations 4.1, 4.2, 5.8, 6.1, 8.1, 14.1, 15.1, 15.3, 16.4, 19.1): entered by people, never changed: a correction is a
row of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.limits import aware
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.registers import FieldKind, RegisterKind, faults, people_of
from domain.roles import Role
from ledger import paging, recusal, task_force
from ledger.actor import person_of
from ledger.catalog.added import is_added
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate, heir, matter_codes
from ledger.tables.oversight import RegisterEntry
from ledger.tables.registry import Person, Unit
from settings import settings

Columns = TypeVar("Columns", bound=tuple[Any, ...])


class EntryRefused(Refusal, code="entry_refused"):
    """It cannot be entered so; `errors` say what is wrong with which value."""


def enter(
    session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str], *, person: str, now: datetime, replaces: int | None = None
) -> RegisterEntry:
    """A new row, or one in the place of `replaces`. Raises `EntryRefused`."""
    if kind.about.moved:
        raise EntryRefused(kind.about.moved)
    _open_unit(session, kind, unit)
    if kind.about.judges:
        recusal.check(session, Subject.INSPECTION, unit, [unit], actor=person)
    replaced = _replaceable(session, kind, unit, replaces) if replaces is not None else None
    if wrong := _faults(session, kind, unit, values, replaced, aware(now).astimezone(LOCAL).date()):
        raise EntryRefused("所填的内容不合格。", errors=[(f"values.{name}", text) for name, text in wrong.items()])
    if kind is RegisterKind.COLLECTIONS and not is_added(session, [*estate(session, unit)], values["事项"], values["证明"]):
        raise EntryRefused("现行清单中该事项没有由清单调整增加的这项证明,不需要登记;清单所列证明一律不得索取。")
    _decide(session, kind, unit, values, replaced, person)
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


def take_turn(session: Session, kind: RegisterKind, unit: str) -> None:
    """Until the end of the transaction nobody else looks whether this unit's row is there: of two at once the later finds the earlier's."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"register {kind} {unit}", 0))))


def enter_once(
    session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str], *, person: str, now: datetime, replaces: int | None = None
) -> tuple[RegisterEntry, bool]:
    """As `enter`, and of what is sent a second time the row that is there; gives whether it is new. A correction that changes
    nothing is none. Raises `EntryRefused`."""
    take_turn(session, kind, unit)
    there = known(session, kind, unit, values) if replaces is None else _corrected_so(session, kind, unit, values, person, replaces)
    return (there, False) if there else (enter(session, kind, unit, values, person=person, now=now, replaces=replaces), True)


def enter_row(session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str], *, person: str, now: datetime) -> bool:
    """A row of a file; what stands there already is not entered twice, and what says more of it goes on with it. Gives whether it is
    new. Raises `EntryRefused`."""
    take_turn(session, kind, unit)
    if known(session, kind, unit, values) is not None:
        return False
    enter(session, kind, unit, values, person=person, now=now, replaces=completed(session, kind, unit, values))
    return True


def _corrected_so(
    session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str], person: str, replaces: int
) -> RegisterEntry | None:
    said = {name: text for name, text in values.items() if text}
    same = (RegisterEntry.register == kind, RegisterEntry.unit == unit, RegisterEntry.values == said)
    sent = and_(RegisterEntry.replaces == replaces, RegisterEntry.entered_by == person)
    unchanged = and_(RegisterEntry.serial == replaces, RegisterEntry.stands())
    return session.scalar(select(RegisterEntry).where(*same, sent | unchanged))


def known(session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str]) -> RegisterEntry | None:
    """The entry that says the same of this unit, or the same and more since, and stands: a file that is imported again enters nothing
    twice."""
    said = {name: text for name, text in values.items() if text}
    more = select(RegisterEntry).where(_of_the_same(kind, unit, said), RegisterEntry.values.contains(said))
    return session.scalar(more.limit(1))


def completed(session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str]) -> int | None:
    """The serial of the entry that says the same and less: handed in again with its 办结日期, 截止日期 or 批准, it is that entry which
    goes on (obligations 4.2, 5.8, 19.1). None where there is none, or several."""
    said = {name: text for name, text in values.items() if text}
    less = and_(RegisterEntry.values.contained_by(said), RegisterEntry.values != said)
    found = session.scalars(select(RegisterEntry.serial).where(_of_the_same(kind, unit, said), less).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _of_the_same(kind: RegisterKind, unit: str, said: Mapping[str, str]) -> ColumnElement[bool]:
    """What stands and says the same but for what is filled in later: with another 启用日期 it is another device."""
    later = [field.name for field in kind.about.fields if field.later]
    fixed = {name: text for name, text in said.items() if name not in later}
    same = RegisterEntry.values.op("-", return_type=JSONB())(cast(later, ARRAY(Text))) == fixed
    return and_(RegisterEntry.register == kind, RegisterEntry.unit == unit, RegisterEntry.stands(), same)


def may_collect(session: Session, unit: str, matter: str, proof: str, at: datetime) -> bool:
    """Obligation 5.8: at that instant the office had allowed this unit to ask for the added proof."""
    allowed = {"证明": proof, "批准": "是"}
    query = select(RegisterEntry.serial).where(
        RegisterEntry.register == RegisterKind.COLLECTIONS,
        RegisterEntry.unit.in_(estate(session, unit)),
        RegisterEntry.values["事项"].astext.in_(matter_codes(session, matter)),
        *(RegisterEntry.values[name].astext == text for name, text in allowed.items()),
        RegisterEntry.stood(at),
    )
    return session.scalar(query.limit(1)) is not None


def _open_unit(session: Session, kind: RegisterKind, unit: str) -> None:
    row = session.get(Unit, unit)
    if row is None:
        raise EntryRefused("没有所填的单位。")
    if not row.active:
        heir = session.get_one(Unit, row.merged_into).name if row.merged_into else ""
        raise EntryRefused(f"{row.name}已并入{heir},请登记在该单位。" if heir else f"{row.name}已停用,不再登记。")
    allowed = settings().member_units()
    if kind is RegisterKind.MEMBERS and allowed and unit not in allowed:
        raise EntryRefused(f"{row.name}不是工作专班成员单位。")


def _faults(
    session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str], replaced: RegisterEntry | None, today: date
) -> dict[str, str]:
    if wrong := faults(kind, values, today, settings().task_force_duties.split("、")):
        return wrong
    for field in kind.about.fields:
        codes, before = people_of(values.get(field.name, "")), replaced.values.get(field.name, "") if replaced else ""
        if field.kind is FieldKind.PEOPLE and (fault := _strangers(session, unit, codes, people_of(before))):
            wrong[field.name] = fault
        if field.kind is FieldKind.MEMBERS and (fault := _no_members(session, codes, date.fromisoformat(values["日期"]))):
            wrong[field.name] = fault
    if kind is RegisterKind.INSPECTIONS and (plan := values.get("计划序号")) and not _planned(session, unit, int(plan)):
        wrong["计划序号"] = "应为督导检查计划中本单位一条的序号。"
    return wrong


def _decide(
    session: Session, kind: RegisterKind, unit: str, values: Mapping[str, str], replaced: RegisterEntry | None, person: str
) -> None:
    """Obligation 5.8: what the office decides it decides of an entry that stands, and what is decided is the office's to correct."""
    fields = [field.name for field in kind.about.fields if field.decided]
    if not any(values.get(name) or (replaced and replaced.values.get(name)) for name in fields):
        return
    if replaced is None:
        raise EntryRefused(f"先由单位登记,再由工作专班办公室填写{'、'.join(fields)}。")
    decider = session.get(Person, person_of(person))
    if decider is None or Role.OFFICE not in decider.roles:
        raise EntryRefused(f"{'、'.join(fields)}由工作专班办公室填写;已有决定的,由其更正。")
    if decider.code == person_of(replaced.entered_by) and not any(replaced.values.get(name) for name in fields):
        raise EntryRefused("登记的人不能批准自己的登记。")
    recusal.check(session, Subject.INSPECTION, unit, [unit], actor=person)


def _strangers(session: Session, unit: str, codes: list[str], before: list[str]) -> str:
    """People are named by their codes, are the unit's and in office (obligation 15.3: training of each 代办员); whom a corrected entry
    named already may have left since."""
    known = dict(session.execute(select(Person.code, Person.active).where(Person.unit == unit, Person.code.in_(codes))).tuples().all())
    if not codes or set(codes) - known.keys() - set(before):
        return "应为本单位在册人员的编码,以顿号分开。"
    if left := [code for code in codes if not known.get(code, True) and code not in before]:
        return f"{'、'.join(left)} 已不在岗,不再登记。"
    return ""


def _no_members(session: Session, codes: list[str], day: date) -> str:
    """Who decides is a member of the 工作专班 on that day, by its register (obligations 4.1, 4.2)."""
    known = task_force.members(session, day)
    if codes and set(codes) <= known.keys():
        return ""
    return f"{'、'.join(code for code in codes if code not in known)} 在 {day} 不是工作专班成员;应为成员名册中人员的编码,以顿号分开。"


def _planned(session: Session, unit: str, serial: int) -> bool:
    """Obligation 19.1: what was inspected was planned of this unit; the plan may have been corrected since."""
    row = session.get(RegisterEntry, serial)
    return row is not None and row.register is RegisterKind.INSPECTION_PLANS and row.unit in estate(session, unit)


def _replaceable(session: Session, kind: RegisterKind, unit: str, serial: int) -> RegisterEntry:
    row = session.get(RegisterEntry, serial)
    if row is None or row.register is not kind or row.unit not in estate(session, unit):
        raise EntryRefused("没有要更正的这一条。")
    if session.scalar(select(RegisterEntry.serial).where(RegisterEntry.replaces == serial)) is not None:
        raise EntryRefused("这一条已被更正,请更正最新的一条。")
    return row


def _has(word: str) -> ColumnElement[bool]:
    said = cast(func.jsonb_path_query_array(RegisterEntry.values, "$.*"), Text)
    units = select(Unit.code).where(Unit.name.icontains(word, autoescape=True))
    people = select(Person.code).where(Person.name.icontains(word, autoescape=True), func.strpos(said, Person.code) > 0)
    return said.icontains(word, autoescape=True) | RegisterEntry.unit.in_(units) | people.correlate(RegisterEntry).exists()


def listed(
    session: Session,
    kind: RegisterKind,
    unit: str | None,
    page: PageRequest = FIRST,
    *,
    replaced: bool = False,
    newest_first: bool = False,
    words: Iterable[str] = (),
) -> Page[RegisterEntry]:
    """A page of a register, of a unit or of all: what stands, and with `replaced` what was corrected as well; only what has all the
    `words` in its fields, or in the names of its unit or of people in it."""
    query = _seen_by(session, select(RegisterEntry).where(RegisterEntry.register == kind, *(_has(word) for word in words)), unit)
    if not replaced:
        query = query.where(RegisterEntry.stands())
    return paging.scalars(session, query, (RegisterEntry.serial.desc() if newest_first else RegisterEntry.serial,), page)


def standing(session: Session, kind: RegisterKind, unit: str | None, serial: int) -> RegisterEntry | None:
    """One entry that stands, of a unit or of any."""
    query = select(RegisterEntry).where(RegisterEntry.register == kind, RegisterEntry.serial == serial, RegisterEntry.stands())
    return session.scalar(_seen_by(session, query, unit))


def corrected_at(session: Session, unit: str) -> str:
    """The unit as which an entry of `unit` is corrected today: itself, or its successor."""
    return heir(session, unit)


def counted(session: Session, unit: str | None) -> dict[RegisterKind, tuple[int, datetime]]:
    """Of each register that has any: how many entries stand, and when the newest was entered."""
    columns = (RegisterEntry.register, func.count(), func.max(RegisterEntry.entered_at))
    query = _seen_by(session, select(*columns).where(RegisterEntry.stands()).group_by(RegisterEntry.register), unit)
    return {kind: (count, newest) for kind, count, newest in session.execute(query).tuples()}


def replaced_by(session: Session, serials: Iterable[int]) -> dict[int, RegisterEntry]:
    """By its serial, each entry of these and whatever was corrected to become them."""
    found, wanted = dict[int, RegisterEntry](), set(serials)
    while wanted:
        rows = session.scalars(select(RegisterEntry).where(RegisterEntry.serial.in_(wanted))).all()
        found |= {row.serial: row for row in rows}
        wanted = {row.replaces for row in rows if row.replaces is not None} - found.keys()
    return found


def _seen_by(session: Session, query: Select[Columns], unit: str | None) -> Select[Columns]:
    return query if unit is None else query.where(RegisterEntry.unit.in_(estate(session, unit)))
