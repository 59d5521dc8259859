"""`./run guides UNIT`: the materials of a unit's matters for the provincial site's editors, and that they were brought there."""

from __future__ import annotations

import argparse
from pathlib import Path

from runtime.commands.deciding import actor_of, add_by
from runtime.failures import Failure, told
from runtime.progress import console
from settings import settings


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run guides", description="办事指南材料清单:导出供省政务服务网编辑人员上传的 XLSX,或登记已交付")
    parser.add_argument("unit", help="单位编码")
    parser.add_argument("--changed", action="store_true", help="只要上次交付以后有变动的,含应当删去的")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="写到哪个文件;省略为 guides-单位编码.xlsx")
    parser.add_argument("--handed-over", type=int, metavar="N", help="登记清单第 N 版的材料清单已在省政务服务网更新(须写明 --by)")
    add_by(parser, "record_guide_handover", required=False)
    options = parser.parse_args(arguments)
    from ledger.database import transaction
    from ledger.tables.registry import Unit

    with told("办事指南"), transaction() as session:
        if session.get(Unit, options.unit) is None:
            raise Failure("办事指南", f"没有单位 {options.unit}", "请核对单位编码。")
        if options.handed_over is not None:
            from ledger.catalog import guide_handovers

            if not options.by:
                raise Failure("办事指南", "登记交付须写明由谁办理", "请加上 --by 人员编码。")
            actor = actor_of(session, options.by, "record_guide_handover", "登记交付")
            _, done = guide_handovers.record(session, options.unit, options.handed_over, now=settings().now(), actor=actor)
            console.print(f"已登记:{options.unit} 的办事指南交付至第 {options.handed_over} 版,随之完成更新任务 {done} 项。")
            return 0
        from gateway.catalog.guide_file import guides, workbook

        found = guides(session, options.unit, changed=options.changed)
    file = options.output or Path(f"guides-{options.unit}.xlsx")
    try:
        file.write_bytes(workbook(found))
    except OSError as error:
        raise Failure("办事指南", f"不能写到 {file}:{error.strerror}", "请用 -o 写明可写的位置。") from None
    console.print(f"{found.unit_name}:按清单第 {found.version.number} 版,材料 {len(found.rows)} 项,已写到 {file}。")
    console.print(f"在省政务服务网更新以后登记:./run guides {options.unit} --handed-over {found.version.number} --by 人员编码")
    return 0
