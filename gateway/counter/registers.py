"""登记册的页面 (obligations 4.1, 4.2, 5.8, 6.1, 8.1, 14.1, 15.1, 15.3, 16.4, 19.1): what stands in each and what was corrected, and a
form for each that is made from the register's own fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from catalog.register_table import MOST_ROWS
from domain.refusal import Refusal
from domain.registers import REGISTERS, Field, FieldKind, RegisterKind
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of
from gateway.counter.register_form import named_of, questions
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging, Search, words_of
from gateway.edge.problems import Problem
from gateway.edge.refusals import problem_of
from gateway.edge.visibility import MANUAL_REGISTERS, may_enter, whose
from gateway.registers import entered as api
from gateway.registers.entered import Corrected, Kind
from gateway.registers.entered_schemas import EntryValuesIn
from ledger.database import transaction
from ledger.paging import PageRequest
from ledger.registers import manual_registers
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.tables.oversight import RegisterEntry
from settings import LOCAL, settings

router = pages()

_LIST = "/counter/registers"
_ONE = f"{_LIST}/{{kind}}"
_ON_A_PAGE, _UNITS = 50, 1000
_VALUE = "values."  #: before the name of a field, as the API's refusals have it


@router.get(_LIST, name="counter_registers")
def registers(request: Request, caller: PageCaller) -> Response:
    """What each is for, how much stands in it, and since when nothing came."""
    unit = whose(caller, MANUAL_REGISTERS)
    with transaction() as session:
        counted = manual_registers.counted(session, unit)
    return render(request, "registers.html", registers=REGISTERS, counted=counted, every=unit is None)


@router.get(_ONE, name="counter_register")
def one(request: Request, kind: Kind, caller: PageCaller, page: Paging, done: str = "", q: Search = "") -> Response:
    """The newest first, each with what it was before it was corrected; `q`: those that say so. `done`: what was just sent."""
    register, unit = api.register_of(kind), whose(caller, MANUAL_REGISTERS)
    with transaction() as session:
        found = manual_registers.listed(session, register, unit, replace(page, limit=_ON_A_PAGE), newest_first=True, words=words_of(q))
        before = manual_registers.replaced_by(session, [row.serial for row in found.rows if row.replaces is not None])
        everything = [*found.rows, *before.values()]
        may = set(_may_enter(session, register, caller))
        return render(
            request,
            "register.html",
            kind=register,
            about=register.about,
            rows=[(row, _history(row, before), manual_registers.corrected_at(session, row.unit) in may) for row in found.rows],
            following=page.cursor(found),
            every=unit is None,
            may=bool(may),
            by="工作专班办公室" if register.about.by_office else "各单位的督办员",
            units=registry.unit_names(session),
            names=registry.names_of_actors(session, named_of(register, everything)),
            people=(FieldKind.PEOPLE, FieldKind.MEMBERS),
            done="" if page.after else done,
            q=q.strip(),
            most=MOST_ROWS,
        )


@router.get(f"{_ONE}/export.csv", name="counter_register_export")
def export(kind: Kind, caller: PageCaller, corrected: Corrected = False) -> Response:
    """For a spreadsheet."""
    return api.export_entries(kind, caller, corrected)


@router.get(f"{_ONE}/entry", name="counter_register_entry")
def form(
    request: Request,
    kind: Kind,
    caller: PageCaller,
    unit: Annotated[str, Query(max_length=64)] = "",
    replaces: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """A new entry, or a correction filled with what stands; who enters for several units says for which."""
    register = api.register_of(kind)
    if register.about.moved:
        raise Problem("entry_refused", detail=register.about.moved, remedy="原有的可以在登记册中查看。")
    with transaction() as session:
        row = manual_registers.standing(session, register, whose(caller, MANUAL_REGISTERS), replaces) if replaces else None
        if replaces and row is None:
            raise Problem("entry_refused", detail="没有要更正的这一条,或者它已被更正。", remedy="请回到登记册,更正最新的一条。")
        may = _may_enter(session, register, caller)
        asked = [unit, caller.unit, *may]  # what the link says, else the own one
        if row:
            asked = [manual_registers.corrected_at(session, row.unit)]
        wanted = next((one for one in asked if one in may), "")
        if not wanted:
            raise Problem("register_not_yours")
        return render(
            request,
            "register_entry.html",
            kind=register,
            about=register.about,
            unit=wanted,
            units=may,
            replaced=row,
            questions=questions(session, register, wanted, row, api.field_out),
            today=settings().now().astimezone(LOCAL).date(),
        )


@router.post(f"{_ONE}/entry", name="counter_register_enter")
def enter(kind: Kind, caller: PageCaller, sent: SentForm) -> Response:
    """登记 or 更正: once however often it is sent."""
    values = {name.removeprefix(_VALUE): _typed(sent, name) for name in sent.form if name.startswith(_VALUE)}
    said = {"unit": sent.text("unit") or None, "values": values, "replaces": sent.number("replaces")}
    labels = {field.name: field.name for field in api.register_of(kind).about.fields}
    body = model_of(EntryValuesIn, said, labels | {"unit": "单位", "replaces": "更正哪一条"})
    try:
        new = api.enter_once(kind, body, caller)
    except (Refusal, Problem) as why:
        raise _by_name(problem_of(why)) from None
    return goes_on(f"{_LIST}/{kind}?done={'known' if not new else 'corrected' if body.replaces else 'entered'}")


def _typed(sent: Sent, name: str) -> str:
    """In one line; of what was ticked, all of it."""
    return "、".join(filter(None, (" ".join(text.split()) for text in sent.all(name))))


def _by_name(problem: Problem) -> Problem:
    """What is wrong with a field, beside the field's name, and what to do on a page: the API says both in keys of its own."""
    if problem.code == "entry_refused":
        problem.remedy = "请更正下列各项,再提交。" if problem.errors else "请核对后再提交,或者回到登记册查看。"
    problem.errors = tuple(
        (field, f"“{field.removeprefix(_VALUE)}”:{text}" if field.startswith(_VALUE) else text) for field, text in problem.errors
    )
    return problem


def _may_enter(session: Session, register: RegisterKind, caller: Caller) -> dict[str, str]:
    """For which units the caller may enter, with their names."""
    if register.about.moved or page_refusal("counter_register_enter", caller) is not None:
        return {}
    units = registry.others(session, "", PageRequest(_UNITS)).rows
    return {one.code: one.name for one in units if may_enter(caller, one.code, by_office=register.about.by_office)}


def _history(row: RegisterEntry, before: dict[int, RegisterEntry]) -> Sequence[tuple[RegisterEntry, list[tuple[Field, str, str]]]]:
    """Each correction, the latest first: the entry that it made, and of each field that it changed what stood there and what does."""
    found = []
    while row.replaces is not None and (earlier := before.get(row.replaces)):
        of = [(field, earlier.values.get(field.name, ""), row.values.get(field.name, "")) for field in row.register.about.fields]
        found.append((row, [(field, old, new) for field, old, new in of if old != new]))
        row = earlier
    return found
