"""`./run unit rename|merge`: a unit is called otherwise, or has become part of another; the reports say so.

Proposed here, and in force once a second person has confirmed it with his own key. A wrong name in the register is no 更名:
that is corrected by the import, which waits for a second person too.
"""

from __future__ import annotations

import argparse
from datetime import date, datetime, time

from runtime.commands.arguments import public
from runtime.commands.verifications import operator
from runtime.failures import told
from runtime.progress import Progress
from settings import LOCAL, settings

CONFIRM = "由管理员或专班办公室的另一人用本人的密钥确认后生效:POST /v1/registry/changes/{}/confirm。"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run unit", description="登记单位更名、合并;报告按当时的名称列出并注明")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="rename|merge")
    rename, merge = verbs.add_parser("rename", help="更名"), verbs.add_parser("merge", help="并入另一单位(本单位停用)")
    for verb in (rename, merge):
        verb.add_argument("unit", help="单位编码")
    rename.add_argument("name", type=public, help="新名称")
    merge.add_argument("into", help="并入的单位编码")
    for verb in (rename, merge):
        verb.add_argument("--from", dest="since", type=date.fromisoformat, metavar="日期", help="自哪一天起,如 2026-03-04(默认今天)")
        verb.add_argument("--document", type=public, required=True, help="依据的文件")
    options = parser.parse_args(arguments)
    from ledger.actor import ACTOR
    from ledger.database import transaction
    from ledger.registry import register_changes

    now = settings().now()
    since = datetime.combine(options.since or now.astimezone(LOCAL).date(), time(), LOCAL)
    ACTOR.set(operator())
    more = {"at": since, "document": options.document, "now": now, "actor": operator()}
    with told("登记单位变更", "更正后再次执行;原登记未改动。"), transaction() as session:
        if options.verb == "rename":
            change = register_changes.rename(session, options.unit, options.name, **more)
        else:
            change = register_changes.merge(session, options.unit, options.into, **more)
    done = f"更名为{change.after['name']}" if options.verb == "rename" else f"并入 {options.into},随之停用"
    Progress().say(f"{change.before['name']}自 {since.date().isoformat()} 起{done}:已提出。{CONFIRM.format(change.id)}")
    return 0
