"""`./run import complaints FILE`: a channel's export, row by row; a bad row is named and stops nothing."""

from __future__ import annotations

from pathlib import Path

from catalog.complaint_file import RowOutcome, enter
from catalog.complaint_layouts import listed
from catalog.complaint_table import read_table
from runtime.commands.verifications import operator
from runtime.failures import Failure, told
from runtime.progress import console
from settings import settings


def import_complaints(file: Path, layout: str | None = None) -> int:
    """Gives the exit code: 1 where a row was refused. Raises Failure where the file cannot be read at all."""
    try:
        content = file.read_bytes()
    except OSError:
        raise Failure("导入投诉", f"没有这个文件或打不开:{file}", "请核对路径。") from None
    with told("导入投诉"):
        table = read_table(content, layout)
        rows = enter(table, settings().complaint_days, person=operator(), unit="", now=settings().now())
    refused_rows = [row for row in rows if row.number is None and not row.passed_over]
    if table.layout:
        console.print(f"按格式读取:{listed([table.layout])}")
    console.print(said(rows))
    for row in refused_rows:
        console.print(f"第 {row.line} 行未登记:{row.said}")
    if refused_rows:
        console.print("更正后整表重新导入即可:已登记的不会重复。")
    return 1 if refused_rows else 0


def said(rows: list[RowOutcome]) -> str:
    """The whole file in one line."""
    repeated, passed = sum(row.repeated for row in rows), sum(row.passed_over for row in rows)
    taken = sum(row.number is not None for row in rows) - repeated
    none = f"不是差评 {passed} 行," if passed else ""
    return f"共 {len(rows)} 行:登记 {taken} 件,此前已登记 {repeated} 件,{none}未登记 {len(rows) - taken - repeated - passed} 行。"
