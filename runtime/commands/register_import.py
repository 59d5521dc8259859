"""`./run import training FILE` and the other registers that people enter (obligations 4.1, 4.2, 15.1, 15.3, 16.4): row by row; a bad
row is named and stops nothing, what stands there already is not entered twice, and what says more of it goes on with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from domain.refusal import Refusal
from domain.registers import RegisterKind
from runtime.commands.deciding import actor_of
from runtime.commands.imports import Sheet, read_rows
from runtime.commands.verifications import operator
from runtime.progress import console
from settings import settings

_UNIT = "单位"


def import_register(kind: RegisterKind, file: Path, by: str | None) -> int:
    """Gives the exit code: 1 where a row was refused. Raises Failure where the file cannot be read at all."""
    from ledger.actor import ACTOR
    from ledger.database import transaction

    ACTOR.set(operator())
    refused = dict[int, str]()
    rows = read_rows(file, _sheet(kind), refused)
    with transaction() as session:
        person = actor_of(session, by, "enter_register", "登记") if by else operator()
    taken, repeated = 0, 0
    for line, cells in rows:
        try:
            with transaction() as session:
                new = _enter(session, kind, cells, person)
            taken, repeated = taken + new, repeated + (not new)
        except Refusal as why:
            refused[line] = "".join(f"“{name.removeprefix('values.')}”{text}" for name, text in why.errors) or str(why)
    console.print(f"共 {taken + repeated + len(refused)} 行:登记 {taken} 行,此前已登记 {repeated} 行,未登记 {len(refused)} 行。")
    for line, said in sorted(refused.items()):
        console.print(f"第 {line} 行未登记:{said}")
    if refused:
        console.print("更正后整表重新导入即可:已登记的不会重复,补填了空栏的接续原来的一条。")
    return 1 if refused else 0


def _enter(session: object, kind: RegisterKind, cells: Mapping[str, str], person: str) -> bool:
    """True where it is new. Raises Refusal."""
    from sqlalchemy.orm import Session

    from catalog.register_table import values_of
    from ledger.registers import manual_registers
    from runtime.commands.import_rows import Around, RowRefused

    assert isinstance(session, Session)
    if not cells.get(_UNIT):
        raise RowRefused("单位为空")
    unit = Around(session, {}).unit(cells[_UNIT])
    try:
        values = values_of(kind, cells)
    except ValueError as why:
        raise RowRefused(str(why)) from None
    return manual_registers.enter_row(session, kind, unit, values, person=person, now=settings().now())


def _sheet(kind: RegisterKind) -> Sheet:
    fields = kind.about.fields
    needed, other = ([field.name for field in fields if field.needed is needed] for needed in (True, False))
    return Sheet(kind.about.name, (_UNIT, *needed), tuple(other))
