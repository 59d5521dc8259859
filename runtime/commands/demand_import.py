"""`./run import demands FILE`: demands for proofs that somebody told of (obligations 7.5, 16.2), row by row; a bad row stops nothing, and
the same file again records nothing twice: of rows that say the same of one day, as many are on the record as a file has.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from domain.demands import DemandTold
from domain.refusal import Refusal
from runtime.commands.imports import Sheet, read_rows
from runtime.commands.verifications import operator
from runtime.progress import console
from settings import settings

SHEET = Sheet("索要证明", ("单位编码", "事项编码", "反映来源"), ("证明编码", "证明名称", "索要日期"))
_TOLD = {"申请人": DemandTold.APPLICANT, "工作人员": DemandTold.COLLEAGUE, "业务系统": DemandTold.SYSTEM}


def import_demands(file: Path) -> int:
    """Gives the exit code: 1 where a row was refused. Raises Failure where the file cannot be read at all."""
    from datetime import datetime, time

    from catalog.loading import proofs_named
    from ledger.database import transaction
    from ledger.registers import demands
    from runtime.commands.import_rows import RowRefused, day
    from settings import LOCAL

    taken, repeated, faults, now = 0, 0, dict[int, str](), settings().now()
    same = Counter[object]()
    for line, row in read_rows(file, SHEET, faults):
        try:
            told_by = _TOLD.get(row.get("反映来源", ""))
            if told_by is None:
                raise RowRefused(f"“反映来源”应为{'、'.join(_TOLD)}之一。")
            on = day(row.get("索要日期", ""))
            at = datetime.combine(on, time(), LOCAL) if on else None
            with transaction() as session:
                paper = row.get("证明名称") or None  # in words alone: what nobody registered is just what 16.2 asks for
                proof = row.get("证明编码") or (demands.only_one(proofs_named(session, paper)) if paper else None)
                told = demands.Told(
                    row.get("单位编码", ""), row.get("事项编码", ""), proof, told_by, at, paper=paper, some_time=on is not None
                )
                if told.demanded_at is None:  # nobody can tell one from another
                    demands.record(session, told, now=now, actor=operator())
                    new = True
                else:
                    same[told] += 1
                    new = demands.record_up_to(session, told, same[told], now=now, actor=operator())
            taken, repeated = taken + new, repeated + (not new)
        except demands.InFuture:
            faults[line] = "“索要日期”在将来。"
        except Refusal as refused:
            faults[line] = str(refused)
    console.print(f"共 {taken + repeated + len(faults)} 行:登记 {taken} 行,此前已登记 {repeated} 行,未登记 {len(faults)} 行。")
    for line, fault in sorted(faults.items()):
        console.print(f"第 {line} 行未登记:{fault}")
    if faults:
        console.print("更正后整表重新导入即可:写明索要日期的,已登记的不会重复。")
    return 1 if faults else 0
