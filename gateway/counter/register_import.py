"""以文件登记许多行: a table of a 登记册 sent from its page, taken row by row as by the command (obligations 4.1, 4.2, 15.1, 15.3, 16.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response

from catalog.cleaning import key
from catalog.register_table import MOST_ROWS, UNIT, read_register, values_of
from domain.refusal import Refusal
from domain.registers import RegisterKind
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm
from gateway.edge.counter_pages import render
from gateway.edge.csv_files import csv_answer
from gateway.edge.doors import KEYED
from gateway.edge.problems import Problem
from gateway.edge.refusals import problem_of
from gateway.edge.uploads import upload_of
from gateway.edge.visibility import may_enter
from gateway.registers.entered import Kind, register_of
from ledger.database import transaction
from ledger.registers import manual_registers
from ledger.registry import registry
from ledger.registry.keys import Caller
from settings import settings

router = pages()

_ONE = "/counter/registers/{kind}"
_SHOWN = 200  #: rows that were not entered, each with its reason
_entering = CapacityLimiter(2)  #: files at once: nobody else's page waits for one


@router.get(f"{_ONE}/empty.csv", name="counter_register_table")
def empty_table(kind: Kind, caller: PageCaller) -> Response:
    """The header alone, to be filled in."""
    register = register_of(kind)
    return csv_answer(f"{register.value}.csv", (UNIT, *(field.name for field in register.about.fields if not field.decided)), ())


@router.post(f"{_ONE}/file", name="counter_register_file")
async def enter_file(request: Request, kind: Kind, caller: PageCaller, sent: SentForm) -> Response:
    """Each row by itself: a bad one is named and stops none, what stands there is not entered twice."""
    register, file = register_of(kind), await upload_of(sent.file("file"))
    if register.about.moved:
        raise Problem("entry_refused", detail=register.about.moved, remedy="原有的可以在登记册中查看。")
    if not file.content:
        raise Problem("no_list_file")
    rows = await KEYED.read(read_register, file.content, register)
    taken, refused = await to_thread.run_sync(_enter, register, rows, caller, limiter=_entering)
    return render(
        request,
        "register_file.html",
        kind=register,
        about=register.about,
        taken=taken,
        repeated=len(rows) - taken - len(refused),
        refused=refused[:_SHOWN],
        others=max(0, len(refused) - _SHOWN),
        count=len(rows),
        most=MOST_ROWS,
    )


def _enter(register: RegisterKind, rows: list[tuple[int, dict[str, str], str]], caller: Caller) -> tuple[int, list[tuple[int, str]]]:
    """How many are new, and which were not entered and why."""
    with transaction() as session:
        names = registry.unit_names(session)
    codes = {code: code for code in names} | {key(name): code for code, name in names.items()}
    taken, refused = 0, []
    for line, cells, wrong in rows:
        said = "；".join(_faults(register, cells, wrong, codes, caller))
        if not said:
            try:
                taken += _enter_row(register, cells, codes, caller)
            except Refusal as why:
                problem = problem_of(why)
                said = "；".join(f"“{name.removeprefix('values.')}”{text}" for name, text in problem.errors) or problem.detail
        if said:
            refused.append((line, said))
    return taken, refused


def _faults(register: RegisterKind, cells: Mapping[str, str], wrong: str, codes: Mapping[str, str], caller: Caller) -> Iterator[str]:
    """What keeps a row out before anything is looked up."""
    if wrong:
        yield wrong
        return
    unit = _unit_of(cells, codes, caller.unit)
    if unit is None:
        yield f"没有这个单位编码或名称:{cells[UNIT]}"
    elif not may_enter(caller, unit, by_office=register.about.by_office):
        yield "由该单位自己登记"
    try:
        values_of(register, cells)
    except ValueError as why:
        yield str(why)


def _unit_of(cells: Mapping[str, str], codes: Mapping[str, str], own: str) -> str | None:
    """By its code or its name; where nothing is written, the `own` unit."""
    written = cells.get(UNIT, "")
    return (codes.get(written) or codes.get(key(written))) if written else own


def _enter_row(register: RegisterKind, cells: Mapping[str, str], codes: Mapping[str, str], caller: Caller) -> bool:
    unit = _unit_of(cells, codes, caller.unit)
    assert unit is not None
    with transaction() as session:
        return manual_registers.enter_row(session, register, unit, values_of(register, cells), person=caller.person, now=settings().now())
