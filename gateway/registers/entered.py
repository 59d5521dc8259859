"""登记册: devices, systems, publicity, responsibility, training, inspections: entered, corrected by a new row, exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Path, Query, Response

from domain.cells import as_it_stands
from domain.clear_text import named
from domain.registers import REGISTERS, Field, FieldKind, RegisterKind
from gateway.edge.authentication import CurrentCaller
from gateway.edge.csv_files import CSV, csv_answer
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.visibility import MANUAL_REGISTERS, may_enter, whose
from gateway.registers.entered_schemas import EntriesOut, EntryOut, EntryValuesIn, FieldOut, RegisterOut, RegistersOut
from ledger.actor import person_of
from ledger.database import transaction
from ledger.paging import Page, PageRequest, every
from ledger.registers import manual_registers
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.tables.oversight import RegisterEntry
from settings import LOCAL, settings

router = api_router("oversight")

Kind = Annotated[str, Path(max_length=20, description="登记册", examples=["publicity"])]
Corrected = Annotated[bool, Query(description="连同已被更正的")]


@router.get("/v1/entered-registers", summary="登记册目录", responses=problems())
def get_registers(caller: CurrentCaller) -> RegistersOut:
    """有哪些登记册,各有哪些栏。"""
    return RegistersOut(
        items=[
            RegisterOut(
                kind=kind,
                obligation=about.obligation,
                name=about.name,
                by_office=about.by_office,
                moved=about.moved,
                fields=[field_out(field) for field in about.fields],
            )
            for kind, about in REGISTERS.items()
        ]
    )


@router.post(
    "/v1/entered-registers/{kind}",
    status_code=201,
    summary="登记一条",
    responses=problems("register_unknown", "register_not_yours", "entry_refused", "must_recuse", body=True),
)
def enter_register(kind: Kind, body: EntryValuesIn, caller: CurrentCaller) -> EntryOut:
    """新增,或以新的一条更正 replaces 所指的一条;原有的保留。不登记个人信息,人员写编码。"""
    register, unit = _may_enter(kind, body, caller)
    with transaction() as session:
        row = manual_registers.enter(
            session, register, unit, body.values, person=caller.person, now=settings().now(), replaces=body.replaces
        )
        return EntryOut.of(row)


def enter_once(kind: str, body: EntryValuesIn, caller: Caller) -> bool:
    """What a page sends, however often; False where it is there already. Raises as `enter_register` does."""
    register, unit = _may_enter(kind, body, caller)
    with transaction() as session:
        _, new = manual_registers.enter_once(
            session, register, unit, body.values, person=caller.person, now=settings().now(), replaces=body.replaces
        )
        return new


def _may_enter(kind: str, body: EntryValuesIn, caller: Caller) -> tuple[RegisterKind, str]:
    """Raises Problem `register_unknown`, `register_not_yours`, `entry_refused`."""
    register, unit = register_of(kind), body.unit or caller.unit
    if not may_enter(caller, unit, by_office=register.about.by_office):
        raise Problem("register_not_yours")
    found = {name: what for name, text in body.values.items() if (what := named(text) or named(name))}
    if found:
        raise Problem("entry_refused", errors=[(f"values.{name}", f"不得含{what}。") for name, what in found.items()])
    return register, unit


@router.get("/v1/entered-registers/{kind}", summary="登记册", responses=problems("register_unknown", "invalid"))
def get_entries(kind: Kind, caller: CurrentCaller, page: Paging, corrected: Corrected = False) -> EntriesOut:
    """本单位的,按序号;专班办公室和管理员看到全部单位的。"""
    register = register_of(kind)
    with transaction() as session:
        found = manual_registers.listed(session, register, whose(caller, MANUAL_REGISTERS), page, replaced=corrected)
        return page.answer(EntriesOut, found, EntryOut.of)


@router.get(
    "/v1/entered-registers/{kind}/export.csv",
    summary="导出登记册",
    response_class=Response,
    responses=problems("register_unknown", "invalid", also={200: {"content": CSV}}),
)
def export_entries(kind: Kind, caller: CurrentCaller, corrected: Corrected = False) -> Response:
    """UTF-8 带签名的 CSV,可直接用表格软件打开。"""
    register = register_of(kind)
    names = [field.name for field in register.about.fields]
    header = ("序号", "单位", "单位名称", *names, "登记时间", "登记人", "登记人姓名", "更正")
    rows = _rows(register, names, whose(caller, MANUAL_REGISTERS), corrected)
    return csv_answer(f"{register.value}.csv", header, rows, cell=as_it_stands)


def _rows(register: RegisterKind, names: list[str], unit: str | None, corrected: bool) -> Iterator[tuple[object, ...]]:
    def read(page: PageRequest) -> Page[RegisterEntry]:
        with transaction() as session:
            return manual_registers.listed(session, register, unit, page, replaced=corrected)

    with transaction() as session:
        units, people = registry.unit_names(session), registry.names_of_people(session)
    for row in every(read):
        entered_at = f"{row.entered_at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"
        said = (row.values.get(name, "") for name in names)
        named = people.get(person_of(row.entered_by))
        yield row.serial, row.unit, units.get(row.unit), *said, entered_at, row.entered_by, named, row.replaces


def field_out(field: Field) -> FieldOut:
    """With the words of its choice: the field's own, or the district's."""
    duties = settings().task_force_duties.split("、") if field.kind is FieldKind.CHOICE else []
    return FieldOut(
        name=field.name, kind=field.kind.value, needed=field.needed, choices=list(field.choices) or duties, decided=field.decided
    )


def register_of(text: str) -> RegisterKind:
    """Raises Problem `register_unknown`."""
    try:
        return RegisterKind(text)
    except ValueError:
        raise Problem("register_unknown") from None
