"""一栏用什么填: the fields of a 登记册 as questions of a form, with what there is to choose and what stands there now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from domain.registers import Field, FieldKind, RegisterKind, people_of
from gateway.counter.inputs import input_of
from gateway.registers.entered_schemas import FieldOut
from ledger import task_force
from ledger.registry import registry
from ledger.tables.oversight import RegisterEntry

_OF_PEOPLE = (FieldKind.PEOPLE, FieldKind.MEMBERS)
_PLAIN = {FieldKind.DAY: "day", FieldKind.PAST: "past", FieldKind.NUMBER: "number", FieldKind.CHOICE: "choice", FieldKind.YES: "choice"}


@dataclass(frozen=True)
class Question:
    """`kind`: line, long, day, past, number, choice or people; `choices`: what is kept and what is shown; `value`: what stands."""

    name: str
    kind: str
    needed: bool
    hint: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def chosen(self) -> list[str]:
        return people_of(self.value)


def questions(
    session: Session, register: RegisterKind, unit: str, row: RegisterEntry | None, described: Callable[[Field], FieldOut]
) -> list[Question]:
    """`described`: a field as the API tells of it. What is decided of an entry is asked where there is one."""
    values = row.values if row else {}
    return [
        Question(
            field.name,
            "people" if field.kind in _OF_PEOPLE else _PLAIN.get(field.kind) or ("long" if _is_long(field.name) else "line"),
            field.needed,
            "；".join(filter(None, (field.hint, _said(field)))),
            value := values.get(field.name, ""),
            _choices(session, field, unit, described(field).choices, people_of(value)),
        )
        for field in register.about.fields
        if row or not field.decided
    ]


def named_of(register: RegisterKind, rows: Iterable[RegisterEntry]) -> set[str]:
    """Who entered these, and whom they name."""
    fields = [field.name for field in register.about.fields if field.kind in _OF_PEOPLE]
    rows = list(rows)
    named = {code for row in rows for name in fields for code in people_of(row.values.get(name, ""))}
    return named | {row.entered_by for row in rows}


def _is_long(name: str) -> bool:
    return input_of(name, "").kind == "long"


def _said(field: Field) -> str:
    if field.decided:
        return "由工作专班办公室填写"
    return "还没有发生的不填,以后再更正补上" if field.later else ""


def _choices(session: Session, field: Field, unit: str, words: Iterable[str], named: Iterable[str]) -> tuple[tuple[str, str], ...]:
    match field.kind:
        case FieldKind.YES:
            return (("是", "是"), ("否", "否"))
        case FieldKind.CHOICE:
            return tuple((word, word) for word in words)
        case FieldKind.PEOPLE:
            found = registry.people_of(session, unit)
        case FieldKind.MEMBERS:  # whoever was one: which day it is about is not said yet
            members = {code for row in task_force.standing(session) for code in people_of(row.values["人员"])}
            found = registry.names_of_actors(session, members)
        case _:
            return ()
    kept = [code for code in named if code not in found]
    return tuple((found | {code: code for code in kept} | registry.names_of_actors(session, kept)).items())
