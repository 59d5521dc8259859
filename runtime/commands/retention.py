"""`./run retention`: what is due at the end of its time, what a person confirms, what holds it back (obligation 2.7)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from domain.retention import HoldReason, RetentionStatus
from runtime.commands.arguments import public
from runtime.commands.deciding import actor_of, add_by
from runtime.failures import told
from runtime.progress import console
from settings import LOCAL, settings

if TYPE_CHECKING:
    from ledger import retention


def main(arguments: list[str]) -> int:
    """List, confirm, hold, lift. Each is on the record with who did it."""
    parser = argparse.ArgumentParser(prog="./run retention", description="保管期限届满清册:列出、确认销毁、暂停、解除")
    verbs = parser.add_subparsers(dest="verb", metavar="list|confirm|hold|lift|holds")
    listed = verbs.add_parser("list", help="列出清册(默认待确认的)")
    listed.add_argument("--standing", choices=[one.value for one in RetentionStatus], default="listed")
    confirm = verbs.add_parser("confirm", help="确认销毁所列各项,当夜执行")
    confirm.add_argument("items", type=UUID, nargs="+", metavar="清册编号")
    add_by(confirm, "confirm_erasure")
    hold = verbs.add_parser("hold", help="暂停销毁一个办件或一件投诉")
    hold.add_argument("--case", nargs=2, metavar=("单位编码", "办件编号"))
    hold.add_argument("--complaint", metavar="投诉编号")
    hold.add_argument("--reason", choices=[one.value for one in HoldReason], required=True, help=_reasons())
    hold.add_argument("--document", type=public, required=True, help="依据的文件")
    add_by(hold, "set_hold")
    lift = verbs.add_parser("lift", help="解除暂停")
    lift.add_argument("hold", type=UUID, metavar="暂停编号")
    add_by(lift, "lift_hold")
    verbs.add_parser("holds", help="列出尚未解除的暂停")
    options = parser.parse_args(arguments or ["list"])

    with told("保管期限", "用 ./run retention 查看清册。"):
        return _do(options)


def _reasons() -> str:
    return "、".join(f"{one.value} {one.label}" for one in HoldReason)


def _do(options: argparse.Namespace) -> int:
    from ledger import retention
    from ledger.database import transaction
    from ledger.paging import every

    now = settings().now()
    with transaction() as session:
        if options.verb == "list":
            return _show(list(every(lambda page: retention.lines(session, page, RetentionStatus(options.standing)))))
        if options.verb == "confirm":
            count = retention.confirm(session, options.items, now=now, actor=actor_of(session, options.by, "confirm_erasure", "确认销毁"))
            console.print(f"已确认 {count} 项,当夜销毁;此前可以用 ./run retention hold 暂停。")
        elif options.verb == "hold":
            if (options.case is None) == (options.complaint is None):
                raise retention.RetentionRefused("请用 --case 或 --complaint 指明一个办件或一件投诉。")
            more = {"now": now, "actor": actor_of(session, options.by, "set_hold", "暂停销毁")}
            reason = HoldReason(options.reason)
            if options.complaint:
                row = retention.hold_complaint(session, options.complaint, reason, options.document, **more)
            else:
                row = retention.hold_case(session, *options.case, reason, options.document, **more)
            console.print(f"{row.number} 暂停销毁({reason.label}),暂停编号 {row.id}。")
        elif options.verb == "lift":
            row = retention.lift(session, options.hold, now=now, actor=actor_of(session, options.by, "lift_hold", "解除暂停"))
            console.print(f"{row.number} 已解除暂停;须重新确认才会销毁。")
        else:
            for row in every(lambda page: retention.standing_holds(session, page)):
                console.print(f"{row.id}  {row.kind.label} {row.number}  {row.reason.label}({row.document})")
    return 0


def _show(found: list[retention.RetentionLine]) -> int:
    for line in found:
        row = line.item
        held = "".join(f";{hold.reason.label}({hold.document})" for hold in line.holds)
        console.print(
            f"{row.id}  {row.kind.label} {row.number}  {row.unit or ''}  {row.due_at.astimezone(LOCAL):%Y-%m-%d} 届满  "
            f"{line.standing.label}{held}"
        )
    if not found:
        console.print("清册中没有这样的项。")
    return 0
