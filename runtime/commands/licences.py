"""`./run licences`: sealed proofs that 电子证照库 has not taken (or not taken back), and letting them go on (obligation 6.3)."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from runtime.commands.verifications import operator
from runtime.progress import console
from settings import LOCAL, settings

if TYPE_CHECKING:
    from ledger.tables.effects import LicenceOffer


def main(arguments: list[str]) -> int:
    """List them, or have them go on. Exit code 1 where the list holds something."""
    parser = argparse.ArgumentParser(prog="./run licences", description="列出电子证照库没有收下、没有作废的证明;--again 立即继续")
    parser.add_argument("--number", help="核验编号")
    parser.add_argument("--again", action="store_true", help="立即继续,编号不变")
    chosen = parser.parse_args(arguments)
    from ledger.database import transaction
    from ledger.sealing.licence_offers import send_again, unsettled

    if not settings().licence_library:
        console.print("没有配置电子证照库(PROOFLESS_LICENCE_LIBRARY),不归集证明。")
    with transaction() as session:
        if chosen.again:
            count = send_again(session, chosen.number, now=settings().now(), actor=operator())
            console.print(f"已安排继续 {count} 件,数秒内送出。" if count else "没有需要继续的证明。")
            return 0
        found = unsettled(session, chosen.number)
        for row in found:
            console.print(_line(row))
    if not found:
        console.print("没有待归集、待作废的证明。")
        return 0
    console.print("核对权限、证照类型和对方服务后继续:./run licences --again(可加 --number)。")
    return 1


def _line(row: LicenceOffer) -> str:
    what = "作废" if row.void_at else "归集"
    then = f"{_at(row.next_attempt_at)} 再试" if row.next_attempt_at else "已停止"
    head = f"{row.verification}  {what}  证照类型 {row.licence_kind}  产生于 {_at(row.made_at)}"
    return f"{head}\n  已试 {row.attempts} 次,最近的应答:{row.last_answer or '无'};{then}"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(LOCAL):%Y-%m-%d %H:%M}"
