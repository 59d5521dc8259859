"""`./run traces`: who changed what in the registers, keys and limits, before and after; and which changes wait for a second person."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime, time, timedelta

from runtime.progress import console
from settings import LOCAL


def main(arguments: list[str]) -> int:
    """List, the newest first."""
    parser = argparse.ArgumentParser(prog="./run traces", description="留痕:谁在何时改了登记库、密钥、时限、证明和用印记录,改前改后")
    parser.add_argument("--place", metavar="表", help="只看一张表,如 people、units、api_keys、deadlines")
    parser.add_argument("--subject", metavar="编码", help="只看一个编码或 id")
    parser.add_argument("--by", metavar="经办", help="只看一人,如 person:demo-admin")
    parser.add_argument("--from", dest="since", type=date.fromisoformat, metavar="日期", help="自哪一天起(默认一年前)")
    parser.add_argument("--limit", type=int, default=50, metavar="几项", help="最多几项(默认 50)")
    parser.add_argument("--waiting", action="store_true", help="列出待第二人确认的登记变更")
    options = parser.parse_args(arguments)
    from domain.register_changes import RegisterChangeStatus
    from ledger import traces
    from ledger.database import transaction
    from ledger.paging import PageRequest
    from ledger.registry import register_changes

    page = PageRequest(options.limit)
    with transaction() as session:
        if options.waiting:
            for change in register_changes.listed(session, page, RegisterChangeStatus.WAITING).rows:
                said = f"{_at(change.proposed_at)}  {change.id}  {change.register.label} {change.code} {change.kind.label}"
                console.print(f"{said}  {_said(change.before)} → {_said(change.after)}  提出:{change.proposed_by}")
            return 0
        end = datetime.now(UTC) + timedelta(days=1)  # the database's clock, which writes them, may be a little ahead
        start = datetime.combine(options.since, time(), LOCAL) if options.since else end - timedelta(days=367)
        found = traces.listed(session, start, end, page, place=options.place, subject=options.subject, by=options.by).rows
        for row in found:
            console.print(f"{_at(row.at)}  {row.by}  {row.place} {row.subject}  {_said(row.before)} → {_said(row.after)}")
    if not found:
        console.print("没有这样的留痕。")
    return 0


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"


def _said(values: dict[str, object] | None) -> str:
    return "(新增)" if values is None else json.dumps(values, ensure_ascii=False)
