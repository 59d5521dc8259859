"""`./run stuck`, `resume`, `proof` and `verify`: what an operator does with single verifications."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from domain.lifecycle import OPEN, State
from ledger import attention, audit, cases, sealing, views
from ledger.alarms import standing_alarms
from ledger.database import transaction
from ledger.moves import MoveRefused
from ledger.remedies import REMEDIES
from ledger.tables.effects import Delivery
from ledger.tables.verifications import Verification
from runtime.failures import Failure
from settings import LOCAL, settings

_console = Console(highlight=False, soft_wrap=True)


def operator() -> str:
    """Who acts, for the record: the person who is logged in on this machine."""
    return f"operator:{getpass.getuser()}"


def stuck(arguments: list[str]) -> int:
    """待人工处理: what waits for a person, why, and what to do. Exit code 1 where there is something."""
    argparse.ArgumentParser(prog="./run stuck", description="列出待人工处理的核验、原因和办法").parse_args(arguments)
    table = Table(box=None)
    for title in ("核验编号", "现状", "原因", "怎么办"):
        table.add_column(title, overflow="fold")
    with transaction() as session:
        rows = session.scalars(
            select(Verification)
            .where(Verification.state.in_(OPEN))
            .where((Verification.state == State.NEEDS_ATTENTION) | Verification.paused_at.is_not(None))
            .order_by(Verification.filed_at)
        ).all()
        for row in rows:
            if row.paused_at is not None:
                table.add_row(row.number, "由运维暂停", "在 Prefect 中被取消。", f"恢复执行:./run resume {row.number}")
            else:
                reason, remedy = REMEDIES.get(row.attention or "", (row.attention or "", ""))
                table.add_row(row.number, row.state.chinese, reason, remedy)
        for delivery in session.scalars(select(Delivery).where(Delivery.given_up_at.is_not(None))):
            table.add_row(
                delivery.verification, "回调未送达", delivery.last_answer or "", "请需求单位改用查询接口,或管理员核对回调地址。"
            )
        known = {row.number for row in rows}
        for alarm in standing_alarms(session):
            if alarm.subject not in known:
                table.add_row(alarm.subject, "告警", alarm.message, f"{alarm.raised_at.astimezone(LOCAL):%m-%d %H:%M} 起")
    if not table.row_count:
        _console.print("没有待人工处理的核验。")
        return 0
    _console.print(table)
    return 1


def resume(arguments: list[str]) -> int:
    """Go on with a paused verification, or try one again that waits for a person."""
    parser = argparse.ArgumentParser(prog="./run resume", description="恢复被暂停的核验,或重试待人工处理的核验")
    parser.add_argument("number", help="核验编号")
    number = parser.parse_args(arguments).number
    try:
        with transaction() as session:
            row = session.get(Verification, number)
            act = attention.resume if row is None or row.paused_at is not None else attention.retry
            act(session, number, now=settings().now(), actor=operator())
    except MoveRefused as refused:
        raise Failure("恢复", str(refused), "用 ./run stuck 查看待处理的核验。") from None
    _console.print(f"{number} 已恢复,执行器将继续处理。")
    return 0


def proof(arguments: list[str]) -> int:
    """Write a sealed proof to a file: the reading is on the record (15.4)."""
    parser = argparse.ArgumentParser(prog="./run proof", description="导出一份电子证明(调阅会留痕)")
    parser.add_argument("number", help="核验编号")
    parser.add_argument("-o", "--output", type=Path, required=True, help="写到哪个文件")
    options = parser.parse_args(arguments)
    with transaction() as session:
        row = session.get(Verification, options.number)
        made = views.delivered_proof(session, row) if row else None
        if row is None or made is None:
            why = "没有这个核验编号" if row is None else f"还没有电子证明(现状:{row.state.chinese})"
            raise Failure("导出", why, "请核对编号;未送达的核验请稍后再试。")
        pdf = sealing.open_pdf(made, cases.key_of(session, row.case))
        audit.record_access(session, row.number, "proof", actor=operator(), unit=None, now=settings().now())
    options.output.write_bytes(pdf)
    options.output.chmod(0o600)
    _console.print(f"已写入 {options.output}")
    return 0


def verify(arguments: list[str]) -> int:
    """Check a PDF that somebody holds: genuine and unchanged (exit code 0), or why not (1)."""
    from gateway.checking import check_file
    from gateway.problems import Problem

    parser = argparse.ArgumentParser(prog="./run verify", description="核验一份电子证明文件的真伪")
    parser.add_argument("file", type=Path)
    file = parser.parse_args(arguments).file
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Failure("核验文件", f"读不到 {file}({type(error).__name__})", "请核对文件路径。") from None
    try:
        found = check_file(content)
    except Problem:
        raise Failure("核验文件", f"{settings().seals_dir} 中没有印章证书", "先运行一次 ./run up,或配置印章目录。") from None
    _console.print(found.text)
    return 0 if found.code == "valid" else 1
