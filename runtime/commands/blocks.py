"""`./run blocks`: whose look-ups are stopped because too many names did not belong to their numbers; lift one (obligation 15.4)."""

from __future__ import annotations

import argparse

from runtime.commands.arguments import public
from runtime.commands.deciding import actor_of, add_by
from runtime.commands.verifications import operator
from runtime.failures import told
from runtime.progress import console
from settings import LOCAL, settings


def main(arguments: list[str]) -> int:
    """List, lift. A lift is on the record with who did it and why."""
    parser = argparse.ArgumentParser(prog="./run blocks", description="查询限制:列出、解除")
    verbs = parser.add_subparsers(dest="verb", metavar="list|lift")
    listed = verbs.add_parser("list", help="列出尚未解除的")
    listed.add_argument("--all", action="store_true", help="已解除的也列出")
    lifted = verbs.add_parser("lift", help="解除一项;由工作专班办公室决定,此前的不符不再计算")
    lifted.add_argument("block", type=int, metavar="编号")
    lifted.add_argument("--reason", type=public, required=True, help="查明的情况和决定的依据,不写个人信息")
    add_by(lifted, "lift_lookup_block")
    options = parser.parse_args(arguments or ["list"])
    from ledger.actor import ACTOR
    from ledger.database import transaction
    from ledger.oversight import lookup_blocks
    from ledger.paging import every

    ACTOR.set(operator())
    if options.verb == "lift":
        return _lift(options.block, options.reason, options.by)
    with transaction() as session:
        standing = not getattr(options, "all", False)
        rows = list(every(lambda page: lookup_blocks.blocks(session, page, standing=standing)))
    for row in rows:
        said = f"{row.id}  {row.asker.label} {row.holder}({row.unit})  不符 {row.differing} 次,相符 {row.right} 人"
        until = f",{row.lifted_by} 解除:{row.lifted_why}" if row.lifted_at else ""
        console.print(f"{said}  {row.since.astimezone(LOCAL):%Y-%m-%d %H:%M} 起{until}")
    if not rows:
        console.print("没有查询限制。")
    return 0


def _lift(block: int, reason: str, by: str) -> int:
    from ledger.database import transaction
    from ledger.oversight import lookup_blocks

    with told("查询限制", "用 ./run blocks list 查看。"), transaction() as session:
        actor = actor_of(session, by, "lift_lookup_block", "解除查询限制")
        row = lookup_blocks.lift(session, block, reason, now=settings().now(), actor=actor)
    console.print(f"{row.asker.label} {row.holder} 可以重新发起核验。")
    return 0
