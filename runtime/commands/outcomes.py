"""`./run outcomes LAYOUT`: what came of the complaints that a system handed over, written in that system's own layout."""

from __future__ import annotations

import argparse
from pathlib import Path

from runtime.commands.arguments import instant
from runtime.commands.deciding import add_by, unit_of
from runtime.failures import Failure, told
from runtime.progress import console


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run outcomes", description="投诉办理结果:按来时的格式导出已办结的,供对方系统导入(XLSX)")
    parser.add_argument("layout", help="哪种格式:hotline、rating、platform,或自行配置的")
    parser.add_argument("--since", type=instant, metavar="DATE", help="只要此后(含)办结的,如 2026-11-01")
    parser.add_argument("--after", type=int, default=0, metavar="N", help="只要上次导出之后办结的:上次打印的数")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="写到哪个文件;省略为 outcomes-格式.xlsx")
    add_by(parser, "export_complaint_outcomes")
    options = parser.parse_args(arguments)
    from catalog.complaint_layouts import layout
    from catalog.complaint_return import workbook
    from ledger.database import transaction
    from ledger.oversight import complaint_outcomes

    with told("导出投诉办理结果"):
        found = layout(options.layout)
        with transaction() as session:
            unit = unit_of(session, options.by, "export_complaint_outcomes", "导出投诉办理结果")
            rows, more = complaint_outcomes.finished(session, options.layout, after=options.after, since=options.since, reader=unit)
    file = options.output or Path(f"outcomes-{options.layout}.xlsx")
    try:
        file.write_bytes(workbook(found, rows))
    except OSError as error:
        raise Failure("导出投诉办理结果", f"不能写到 {file}:{error.strerror}", "请用 -o 写明可写的位置。") from None
    console.print(f"{found.name}:办结 {len(rows)} 件,已写到 {file}。")
    console.print(f"下次导出:--after {rows[-1].serial if rows else options.after}{',还有未导出的,请接着导出' if more else ''}")
    return 0
