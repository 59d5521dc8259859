"""`./run import units|people|matters|proofs|databases|systems FILE`: a register as departments keep it. A bad row is named and stops
nothing, but for units and people: of these a whole file is taken or nothing."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.refusal import Refusal
from domain.register_changes import Register
from domain.registers import RegisterKind
from runtime.commands.deciding import add_by
from runtime.commands.verifications import operator
from runtime.failures import Failure, told
from runtime.progress import console
from settings import settings

if TYPE_CHECKING:
    from runtime.commands.import_rows import Around, Row


MOST_ROWS = 20_000


@dataclass(frozen=True)
class Sheet:
    """A table: its columns as departments write them."""

    title: str
    required: tuple[str, ...]
    optional: tuple[str, ...]


@dataclass(frozen=True)
class RegisterSheet(Sheet):
    """A register."""

    unique: tuple[str, ...]  #: columns in which no value may stand twice, the code first
    register: Register
    whole: bool = False  #: nothing of a file is taken that has a bad row


class Imported(NamedTuple):
    """Rows that were taken, how many of them wait for a second person, and what is wrong with the others, by line."""

    taken: int
    waits: int
    refused: dict[int, str]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./run import",
        description="导入名册(XLSX、XLS、CSV、XML 2003,DOCX 或网页里的表格,第一行为表头);逐行登记,不合格的行逐行说明;"
        "单位、人员有一行不对就一行也不写入",
    )
    kinds = {kind: sheet.title for kind, sheet in SHEETS.items()}
    kinds |= {"complaints": "投诉表", "demands": "索要证明"}
    kinds |= {"complaint_results": "投诉的反映事由认定和办结(须写明 --by)"}
    kinds |= {kind.value: kind.about.name for kind in RegisterKind if not kind.about.moved}
    parser.add_argument("kind", choices=kinds, help=";".join(f"{kind} {title}" for kind, title in kinds.items()))
    parser.add_argument("file", type=Path)
    add_by(parser, "enter_register", required=False)
    parser.add_argument("--layout", help="投诉表按哪种格式读取(hotline、rating、platform 等);省略为按表头识别")
    parser.epilog = " ".join(f"{sheet.title}:{'、'.join(sheet.required)};可有{'、'.join(sheet.optional)}。" for sheet in SHEETS.values())
    options = parser.parse_args(arguments)
    if options.kind == "complaints":
        from runtime.commands.complaint_import import import_complaints

        return import_complaints(options.file, options.layout)
    if options.kind == "complaint_results":
        from runtime.commands.complaint_results import import_complaint_results

        return import_complaint_results(options.file, options.by)
    if options.kind == "demands":
        from runtime.commands.demand_import import import_demands

        return import_demands(options.file)
    if options.kind not in SHEETS:
        from runtime.commands.register_import import import_register

        return import_register(RegisterKind(options.kind), options.file, options.by)
    from ledger.actor import ACTOR

    ACTOR.set(operator())
    found = import_file(options.kind, options.file)
    if not found.refused:
        console.print(f"已导入 {found.taken} 行。")
    else:
        console.print(f"共 {found.taken + len(found.refused)} 行:导入 {found.taken} 行,未导入 {len(found.refused)} 行。")
    if found.waits:
        console.print(
            f"其中 {found.waits} 行给予岗位、启用或改变名称,待管理员或专班办公室的另一人用本人的密钥确认后生效:"
            "./run traces --waiting 列出,POST /v1/registry/changes/{id}/confirm 确认。"
        )
    for line, fault in found.refused.items():
        console.print(f"第 {line} 行未导入:{fault}")
    if found.refused:
        console.print("更正后整表重新导入即可:已导入的不会重复。")
    return 1 if found.refused else 0


def import_file(kind: str, file: Path) -> Imported:
    """Import the rows that can be registered. Raises Failure where a file is taken whole, that lists every faulty row of it."""
    from ledger.database import transaction
    from ledger.registry import register_changes, register_checks
    from runtime.commands.import_rows import Around, RowRefused, kept_in_clear

    sheet, read_row, now = SHEETS[kind], _reader(kind), settings().now()
    faults: dict[int, str] = {}
    rows = read_rows(file, sheet, None if sheet.whole else faults)
    counts = {name: Counter(row.get(name, "") for _, row in rows) for name in sheet.unique}
    read: dict[int, dict[str, Any]] = {}
    with transaction() as session:
        around = Around(session, {row.get(sheet.unique[0], ""): row for _, row in rows})
        for line, row in rows:
            try:
                if twice := [name for name in sheet.unique if row.get(name) and counts[name][row[name]] > 1]:
                    raise RowRefused(f"{'、'.join(twice)}在表中不止一行")
                found = read_row(row, around)
                kept_in_clear(row)
                read[line] = found
            except Refusal as refused:
                faults[line] = str(refused)
        together = {**dict.fromkeys(around.rows, {}), **{row["code"]: row for row in read.values()}}
        for line, found in read.items():
            try:
                register_checks.check(session, sheet.register, found, together, now=now)
            except Refusal as refused:
                faults[line] = str(refused)
        if faults and sheet.whole:
            said = tuple(f"第 {line} 行:{faults[line]}" for line in sorted(faults)[:50])
            raise Failure("导入", f"{len(faults)} 行有问题,一行也没有写入", "改正后重新导入。", said)
        good = [found for line, found in read.items() if line not in faults]
        good.sort(key=lambda row: row.get("drafting_unit") is not None)  # who drafts for others comes first
        with told("导入", "一行也没有写入。"):
            waits = register_changes.put(session, sheet.register, good, actor=operator(), now=now)
    return Imported(len(good), len(waits), {line: faults[line] for line in sorted(faults)})


def read_rows(file: Path, sheet: Sheet, unread: dict[int, str] | None = None) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file with this sheet's columns, by line. `unread` takes, by line, what is said of rows with a cell that cannot be
    read, and they are left out; without it such a file is refused. Raises Failure."""
    from catalog.cleaning import clean
    from catalog.sheets import read_sheets

    try:
        with told(f"导入 {file.name}"):
            found = read_sheets(file.read_bytes())[0]
    except OSError:
        raise Failure("导入", f"没有这个文件或打不开:{file}", "请核对路径。") from None
    first = next(number for number, cells in enumerate(found.rows) if any(cells))  # a line of Excel's own (sep=;) is none
    header = [clean(cell) for cell in found.rows[first]]
    wanted = f"表头应有:{'、'.join(sheet.required)};可有:{'、'.join(sheet.optional)}。"
    if missing := [name for name in sheet.required if name not in header]:
        raise Failure("导入", f"表头缺少列:{'、'.join(missing)}", wanted)
    if unknown := [name for name in header if name and name not in sheet.required + sheet.optional]:
        raise Failure("导入", f"不认识的列:{'、'.join(unknown)}", f"请删去或改名。{wanted}")
    rows, faults = [], list[tuple[int, str]]()
    for line, cells in enumerate(found.rows[first + 1 :], start=first + 2):
        row = {name: cell for name, cell in zip(header, cells, strict=False) if name}
        for column, name in enumerate(header):
            if name and (fault := found.faults.get((line - 1, column))):
                faults.append((line, f"“{name}”:{fault.text}{fault.remedy}"))
        if any(row.values()):
            rows.append((line, row))
        if len(rows) > MOST_ROWS:
            raise Failure("导入", f"超过 {MOST_ROWS} 行", "请分成几个文件导入。")
    if faults and unread is None:
        said = tuple(f"第 {line} 行{text}" for line, text in faults[:50])
        raise Failure("导入", f"{len(faults)} 个单元格不能读取,一行也没有写入", "改正后重新导入。", said)
    if unread is not None:
        for line, text in faults:
            unread[line] = unread.get(line, "") + text
        rows = [(line, row) for line, row in rows if line not in unread]
    if not rows and not faults:
        raise Failure("导入", "表中没有数据行", "请核对第一张工作表。")
    return rows


def _reader(kind: str) -> Callable[[Row, Around], dict[str, Any]]:
    """How a row is read."""
    from runtime.commands import import_rows

    return {
        "units": import_rows.unit,
        "people": import_rows.person,
        "matters": import_rows.matter,
        "proofs": import_rows.proof,
        "databases": import_rows.database,
        "systems": import_rows.system,
    }[kind]


SHEETS = {
    "units": RegisterSheet(
        "单位",
        ("单位编码", "单位名称", "单位类别"),
        ("统一社会信用代码", "别名", "行业", "行业主管部门", "行政区划", "单位性质", "应参加改革", "在用"),
        ("单位编码", "单位名称"),
        Register.UNITS,
        whole=True,  # a row may name another one of its file as its 行业主管部门, and no two of a file may be called alike
    ),
    "people": RegisterSheet(
        "人员",
        ("人员编码", "姓名", "单位编码", "岗位"),
        ("在岗", "邮箱"),
        ("人员编码",),
        Register.PEOPLE,
        whole=True,  # the first one stands at once, with its roles, and no later one does (decision 0030): not half of it
    ),
    "matters": RegisterSheet(
        "事项", ("事项编码", "事项名称", "单位编码", "办件类型"), ("承诺时限", "市级以上审核", "在用"), ("事项编码",), Register.MATTERS
    ),
    "proofs": RegisterSheet(
        "证明种类",
        ("证明编码", "证明名称"),
        ("别名", "设定依据", "出具单位", "核验内容", "有效天数", "否定结果盖章", "取消", "另有规定"),
        ("证明编码", "证明名称"),
        Register.PROOFS,
    ),
    "systems": RegisterSheet(
        "业务系统", ("系统编码", "系统名称", "单位编码"), ("建设层级", "应对接", "未对接原因", "在用"), ("系统编码",), Register.SYSTEMS
    ),
    "databases": RegisterSheet(
        "证照、证明数据库",
        ("数据库编码", "数据库名称", "责任单位"),
        ("数据来源", "接入日期", "说明"),
        ("数据库编码", "数据库名称"),
        Register.DATABASES,
    ),
}
