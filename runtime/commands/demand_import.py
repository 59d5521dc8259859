"""`./run import demands FILE`: demands for proofs that somebody told of (obligation 7.5), row by row; a bad row stops nothing."""

from __future__ import annotations

from pathlib import Path

from domain.demands import DemandTold
from domain.refusal import Refusal
from runtime.commands.imports import Sheet, read_rows
from runtime.commands.verifications import operator
from runtime.progress import console
from settings import settings

SHEET = Sheet("索要证明", ("单位编码", "事项编码", "证明编码", "反映来源"), ("索要日期",))
_TOLD = {"申请人": DemandTold.APPLICANT, "工作人员": DemandTold.COLLEAGUE, "业务系统": DemandTold.SYSTEM}


def import_demands(file: Path) -> int:
    """Gives the exit code: 1 where a row was refused. Raises Failure where the file cannot be read at all."""
    from datetime import datetime, time

    from ledger.database import transaction
    from ledger.registers import demands
    from runtime.commands.import_rows import RowRefused, day
    from settings import LOCAL

    taken, faults, now = 0, {}, settings().now()
    for line, row in read_rows(file, SHEET):
        try:
            told_by = _TOLD.get(row.get("反映来源", ""))
            if told_by is None:
                raise RowRefused(f"“反映来源”应为{'、'.join(_TOLD)}之一。")
            on = day(row.get("索要日期", ""))
            at = datetime.combine(on, time(), LOCAL) if on else None
            with transaction() as session:
                told = demands.Told(row.get("单位编码", ""), row.get("事项编码", ""), row.get("证明编码", ""), told_by, at)
                demands.record(session, told, now=now, actor=operator())
            taken += 1
        except demands.InFuture:
            faults[line] = "“索要日期”在将来。"
        except Refusal as refused:
            faults[line] = str(refused)
    console.print(f"共 {taken + len(faults)} 行:登记 {taken} 行,未登记 {len(faults)} 行。")
    for line, fault in faults.items():
        console.print(f"第 {line} 行未登记:{fault}")
    return 1 if faults else 0
