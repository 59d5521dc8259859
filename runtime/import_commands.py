"""`./run import units|people FILE.xlsx`: a roster as departments keep it, checked whole before a row is written."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from domain.notices import is_mail_address
from domain.roles import Role
from gateway.sent.values import names_a_citizen
from ledger import registry
from ledger.database import transaction
from ledger.tables.registry import Unit
from runtime.failures import Failure

_console = Console(highlight=False, soft_wrap=True)

ROLES = {
    "代办员": Role.AGENT,
    "督办员": Role.SUPERVISOR,
    "专班办公室": Role.OFFICE,
    "管理员": Role.ADMINISTRATOR,
    "运维": Role.OPERATOR,
}
KINDS = {"政务服务单位": "government", "公共服务单位": "public_service"}
MOST_ROWS = 20_000
#: A code stands in addresses, headers and, for whoever acted, on the record: nothing that needs quoting, no citizen.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class RowError(ValueError):
    """What is wrong with one row, for the person who keeps the file."""


@dataclass(frozen=True)
class Sheet:
    """A kind of roster: its columns as departments write them, how a row is read, where it goes."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Session, dict[str, str]], dict[str, Any]]
    unique: tuple[str, ...]  #: columns in which no value may stand twice
    write: Callable[[Session, list[dict[str, Any]]], int]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run import", description="导入单位或人员名册(XLSX,第一行为表头)")
    parser.add_argument("kind", choices=sorted(SHEETS), help="units 单位;people 人员")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    count = import_file(options.kind, options.file)
    _console.print(f"已导入 {count} 行。")
    return 0


def import_file(kind: str, file: Path) -> int:
    """Import a whole file or nothing of it; gives the rows. Raises Failure that lists every faulty row."""
    sheet = SHEETS[kind]
    rows = _rows(file, sheet)
    counts = {name: Counter(row.get(name, "") for _, row in rows) for name in sheet.unique}
    faults: list[str] = []
    read: list[dict[str, Any]] = []
    with transaction() as session:
        for line, row in rows:
            try:
                if twice := [name for name in sheet.unique if row.get(name) and counts[name][row[name]] > 1]:
                    raise RowError(f"{'、'.join(twice)}在表中不止一行")
                read.append(sheet.read(session, row))
            except RowError as error:
                faults.append(f"第 {line} 行:{error}")
        if not faults:
            return sheet.write(session, read)
    raise Failure("导入", f"{len(faults)} 行有问题,一行也没有写入", "改正后重新导入。", tuple(faults[:50]))


def _rows(file: Path, sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    try:
        workbook = load_workbook(file, read_only=True, data_only=True)
    except FileNotFoundError:
        raise Failure("导入", f"没有这个文件:{file}", "请核对路径。") from None
    except Exception as error:  # openpyxl raises whatever the broken part of the file happens to cause
        raise Failure("导入", f"打不开 {file.name}({type(error).__name__})", "请另存为不加密的 XLSX 后再试。") from None
    with_header = workbook.worksheets[0].iter_rows(values_only=True)
    header = [_text(cell) for cell in next(with_header, ())]
    missing = [name for name in sheet.required if name not in header]
    if missing:
        raise Failure("导入", f"表头缺少列:{'、'.join(missing)}", f"表头应有:{'、'.join(sheet.required + sheet.optional)}。")
    rows = []
    for line, cells in enumerate(with_header, start=2):
        row = {name: _text(cell) for name, cell in zip(header, cells, strict=False) if name}
        if any(row.values()):
            rows.append((line, row))
        if len(rows) > MOST_ROWS:
            raise Failure("导入", f"超过 {MOST_ROWS} 行", "请分成几个文件导入。")
    if not rows:
        raise Failure("导入", "表中没有数据行", "请核对第一张工作表。")
    return rows


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _need(row: dict[str, str], *names: str) -> None:
    if empty := [name for name in names if not row.get(name)]:
        raise RowError(f"{'、'.join(empty)}为空")


def _code(row: dict[str, str], name: str) -> str:
    if not _CODE.fullmatch(row[name]) or names_a_citizen(row[name]):
        raise RowError(f"{name}须由字母、数字、点、横线、下划线组成,不超过 64 位,且不得使用公民身份号码")
    return row[name]


def _unit(session: Session, row: dict[str, str]) -> dict[str, Any]:
    _need(row, "单位编码", "单位名称", "单位类别")
    namesake = select(Unit.code).where(Unit.name == row["单位名称"], Unit.code != row["单位编码"])
    if (other := session.scalar(namesake)) is not None:
        raise RowError(f"单位名称已由 {other} 使用")
    if row["单位类别"] not in KINDS:
        raise RowError(f"单位类别应为{'或'.join(KINDS)}")
    code = row.get("统一社会信用代码", "")
    if code and not uscc.is_valid(code):
        raise RowError("统一社会信用代码校验位不对;暂无的可留空(待补)")
    return {"code": _code(row, "单位编码"), "name": row["单位名称"], "kind": KINDS[row["单位类别"]], "uscc": code or None}


def _person(session: Session, row: dict[str, str]) -> dict[str, Any]:
    _need(row, "人员编码", "姓名", "单位编码", "岗位")
    names = [name for name in row["岗位"].replace("，", "、").replace(",", "、").split("、") if name]
    if not names:
        raise RowError("岗位为空")
    if unknown := [name for name in names if name not in ROLES]:
        raise RowError(f"不认识的岗位:{'、'.join(unknown)};应为{'、'.join(ROLES)}")
    if session.scalar(select(Unit.code).where(Unit.code == row["单位编码"])) is None:
        raise RowError(f"没有这个单位编码:{row['单位编码']},请先导入单位")
    person = {
        "code": _code(row, "人员编码"),
        "name": row["姓名"],
        "unit": row["单位编码"],
        "roles": [ROLES[name].value for name in names],
        "active": row.get("在岗", "是") != "否",
    }
    if "邮箱" not in row:  # a roster without the column says nothing of the addresses that are there
        return person
    if row["邮箱"] and not is_mail_address(row["邮箱"]):
        raise RowError("邮箱不是一个邮件地址;没有的可留空")
    return person | {"mail": row["邮箱"] or None}


SHEETS = {
    "units": Sheet(("单位编码", "单位名称", "单位类别"), ("统一社会信用代码",), _unit, ("单位编码", "单位名称"), registry.put_units),
    "people": Sheet(("人员编码", "姓名", "单位编码", "岗位"), ("在岗", "邮箱"), _person, ("人员编码",), registry.put_people),
}
