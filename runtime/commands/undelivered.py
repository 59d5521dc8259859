"""`./run undelivered`: callbacks that a unit's system did not take, and sending them again once it is mended."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from runtime.commands.arguments import instant
from runtime.commands.verifications import operator
from runtime.progress import console
from settings import LOCAL, settings

if TYPE_CHECKING:
    from ledger.outbox.undelivered import Undelivered


def main(arguments: list[str]) -> int:
    """List them, or have them sent again. Exit code 1 where the list holds something."""
    parser = argparse.ArgumentParser(prog="./run undelivered", description="列出接收方没有收下的回调;--again 立即重发")
    parser.add_argument("--unit", help="接收单位编码")
    parser.add_argument("--number", help="核验编号")
    parser.add_argument("--since", type=instant, metavar="时间", help="产生时间自(含),如 2026-03-04 或 2026-03-04T09:00")
    parser.add_argument("--until", type=instant, metavar="时间", help="产生时间至(不含)")
    parser.add_argument("--again", action="store_true", help="立即重发所列的回调,编号不变")
    chosen = parser.parse_args(arguments)
    from ledger.database import transaction
    from ledger.outbox.undelivered import Which, send_again, undelivered
    from ledger.paging import every

    which = Which(chosen.unit, chosen.number, chosen.since, chosen.until)
    with transaction() as session:
        if chosen.again:
            count = send_again(session, which, now=settings().now(), actor=operator())
            console.print(f"已安排重发 {count} 条,一分钟内发出。" if count else "没有需要重发的回调。")
            return 0
        found = list(every(lambda page: undelivered(session, which, page)))
    for item in found:
        console.print(_line(item))
    if not found:
        console.print("没有未送达的回调。")
        return 0
    console.print("接收方修复后重发:./run undelivered --again(可加 --unit、--number、--since、--until)。")
    return 1


def _line(item: Undelivered) -> str:
    then = f"{_at(item.next_attempt_at)} 再试" if item.next_attempt_at else "已停止"
    head = f"{item.number or '-'}  {item.unit}  {item.about}  产生于 {_at(item.made_at)}"
    return f"{head}\n  已试 {item.attempts} 次,最近的应答:{item.last_answer or '无'};{then}"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(LOCAL):%Y-%m-%d %H:%M}"
