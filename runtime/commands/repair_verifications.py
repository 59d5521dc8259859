"""`./run reroute`, `close`, `reissue`, `settle`: what a person decides about a verification that waits for one.

The same functions of the ledger as the API's, by a person of the register who may do it there too (`--by`), for a
reason in a fixed word; who typed it stands beside the person on the record.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.reasons import REASON_WORDS, CloseReason, Reason, ReissueReason, RerouteReason
from runtime.commands.deciding import actor_of, add_by
from runtime.failures import told
from runtime.progress import console
from settings import settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def reroute(arguments: list[str]) -> int:
    """改派: another unit is asked."""
    parser = _parser("reroute", "改派:由另一个单位核验", RerouteReason)
    parser.add_argument("--to", required=True, metavar="单位编码", help="改派给哪个单位")
    chosen = parser.parse_args(arguments)
    from ledger.casework import attention

    why, now = RerouteReason(chosen.reason), settings().now()
    _act(
        chosen,
        "改派",
        "reroute_stuck",
        lambda session, actor: attention.reroute(session, chosen.number, chosen.to, why, now=now, actor=actor),
    )
    console.print(f"{chosen.number} 已改派给 {chosen.to}({why.label})。")
    return 0


def close(arguments: list[str]) -> int:
    """办结: it ends, and the requesting unit is told."""
    chosen = _parser("close", "人工办结一项核验,并告知需求单位", CloseReason).parse_args(arguments)
    from ledger.casework import attention

    why, now = CloseReason(chosen.reason), settings().now()
    _act(chosen, "办结", "close_stuck", lambda session, actor: attention.close(session, chosen.number, why, now=now, actor=actor))
    console.print(f"{chosen.number} 已办结({why.label}),并告知需求单位。")
    return 0


def reissue(arguments: list[str]) -> int:
    """重新制作: the proof is made anew from the same result."""
    chosen = _parser("reissue", "用同一份核验结果重新制作证明", ReissueReason).parse_args(arguments)
    from ledger.casework import attention

    why, now = ReissueReason(chosen.reason), settings().now()
    _act(chosen, "重新制作", "reissue_stuck", lambda session, actor: attention.reissue(session, chosen.number, why, now=now, actor=actor))
    console.print(f"{chosen.number} 将重新制作证明({why.label})。")
    return 0


def settle(arguments: list[str]) -> int:
    """确认: notices about a verification that were given up, or whose arrival is not known; what did not arrive is sent again."""
    parser = _parser("settle", "确认一项核验的未确定通知是否送达")
    parser.add_argument("--arrived", required=True, choices=("yes", "no"), help="yes 已送达;no 未送达,以同一编号重发")
    chosen = parser.parse_args(arguments)
    from ledger.lifecycle.moves import MoveRefused
    from ledger.outbox import notifications

    arrived, now = chosen.arrived == "yes", settings().now()

    def action(session: Session, actor: str) -> None:
        left = (*notifications.unknown(session, now=now), *notifications.given_up(session))
        waiting = [one for one in left if one.verification == chosen.number]
        if not waiting:
            raise MoveRefused(f"{chosen.number}: 没有待确认的通知")
        for one in waiting:
            notifications.settle(session, one.id, arrived=arrived, now=now, actor=actor)

    _act(chosen, "确认", "settle_notice", action)
    console.print(f"{chosen.number} 的通知已确认{'送达' if arrived else '未送达,将重发'}。")
    return 0


def _parser(name: str, description: str, reasons: type[Reason] | None = None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"./run {name}", description=description)
    parser.add_argument("number", help="核验编号")
    add_by(parser, "close_stuck")
    if reasons is not None:
        words = ";".join(f"{reason.value} {word}" for reason, word in REASON_WORDS[reasons].items())
        parser.add_argument("--reason", required=True, choices=[str(reason) for reason in reasons], metavar="理由", help=words)
    return parser


def _act(chosen: argparse.Namespace, what: str, endpoint: str, action: Callable[[Session, str], None]) -> None:
    from ledger.database import transaction

    with told(what, "用 ./run stuck 查看待处理的核验和办法。"), transaction() as session:
        action(session, actor_of(session, chosen.by, endpoint, what))
