"""`./run recompute`: limits that run are computed anew under the readings in force, each change on the record; or, before
one is chosen, what a week would have been under others, with nothing written."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from domain.instants import happened
from runtime.commands.arguments import instant, public
from runtime.commands.verifications import operator
from runtime.failures import Failure, told
from runtime.progress import Progress
from settings import settings

if TYPE_CHECKING:
    from ledger.deadlines.rule_preview import Preview


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./run recompute", description="解读(PROOFLESS_READINGS)变更后,按现行规则重算在办时限;--preview 只试算,不写入"
    )
    parser.add_argument("--reason", type=public, help="变更的理由或依据(重算时必填)")
    parser.add_argument("--from", dest="since", type=instant, metavar="时刻", help="自何时生效,如 2026-12-01T08:30(默认现在,不得早于现在)")
    parser.add_argument("--preview", metavar="周次", help="只试算这一周(2026-W10、一天,或 起..止):台账记录、现行解读和拟用解读并列")
    parser.add_argument("--readings", metavar="JSON", help="试算用的拟用解读,写法同 PROOFLESS_READINGS")
    parser.add_argument("--version", metavar="规则版本", help="试算用的规则版本(曾经用过的)")
    chosen = parser.parse_args(arguments)
    if chosen.preview is not None:
        return _preview(chosen)
    if chosen.reason is None:
        parser.error("重算须写明 --reason")
    if chosen.readings or chosen.version:
        parser.error("--readings 和 --version 只用于试算(--preview);正式变更请修改 PROOFLESS_READINGS")
    return _recompute(chosen.reason, chosen.since)


def _recompute(reason: str, since: datetime | None) -> int:
    from domain.records import Cause
    from ledger import rules
    from ledger.database import transaction

    progress, now, moved = Progress(), settings().now(), 0
    if since is not None and since < now:
        raise Failure("重算", f"生效时刻 {happened(since)} 早于现在。", "已经过去的不按新解读追究;请写现在或以后的时刻。没有重算任何时限。")
    with transaction() as session:
        if unknown := rules.unknown_units(session):
            raise Failure(
                "重算", f"解读 measure_by_unit 写有名册中没有的单位:{'、'.join(unknown)}。", "请核对单位编码后再执行;没有重算任何时限。"
            )
        before = rules.begin_change(session, reason, effective_from=since, now=now, actor=operator())
        version = rules.readings().version
        if not before:
            progress.say(f"在办时限都已按规则版本 {version} 计算,没有需要重算的。")
            return 0
        from ledger.supervision import affected, recomputing  # with all that a limit hangs on

        numbers = affected.by_readings(session)
    for number in numbers:  # each by itself: interrupted, the next call goes on
        with transaction() as session:
            moved += recomputing.recompute(session, number, now=now, actor=operator(), cause=Cause.READINGS)
    with transaction() as session:
        effect, kept = rules.starts(session, now)[0], len(affected.by_readings(session))
    progress.say(f"已按规则版本 {version} 重算 {moved} 项核验的在办时限(原版本 {'、'.join(before)});已按时、已超时的不变。")
    if kept:
        progress.say(f"另有 {kept} 项按新解读在生效时刻 {happened(effect)} 前就已届满,仍按原规则版本计算,不追溯。")
    return 0


def _preview(chosen: argparse.Namespace) -> int:
    from sqlalchemy import text

    from ledger import rules
    from ledger.database import transaction
    from ledger.deadlines import rule_preview
    from reports import periods

    with told("试算", "请按 --preview 和 --readings 的写法改正;没有写入任何内容。"):
        period = periods.parse(chosen.preview)
        tried = [rules.parsed(chosen.readings)] if chosen.readings else []
        with transaction() as session:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))  # all columns of one moment
            wanted = [rules.readings(), *rules.proposed(session, tried, chosen.version)]
            found = rule_preview.preview(session, period.start, period.end, wanted, now=settings().now())
    sys.stdout.write(_table(periods.text(period), found))
    return 0


def _table(title: str, found: list[Preview]) -> str:
    from ledger.deadlines.rule_preview import CLOSED, MET, MISSED, RUNNING, UNDETERMINED

    verdicts = {MET: "按时", MISSED: "超时", RUNNING: "在办", UNDETERMINED: "未定", CLOSED: "终止"}
    names = ["台账记录", *(f"现行解读 {way.version}" if place == 0 else f"拟用解读 {way.version}" for place, way in enumerate(found[1:]))]
    lines = [f"{title}收到的核验请求,按各种解读的时限(只试算,没有写入任何内容)"]
    for unit, kind in sorted({key for way in found for key in way.lines}):
        lines.append(f"{unit} {kind.label}")
        for name, way in zip(names, found, strict=True):
            line = way.lines.get((unit, kind))
            counts = " ".join(f"{word} {line.counts[code] if line else 0}" for code, word in verdicts.items())
            moved = (
                f";与台账不同 {len(line.moved)} 件:{'、'.join(line.moved[:5])}{' 等' if len(line.moved) > 5 else ''}"
                if line and line.moved
                else ""
            )
            lines.append(f"  {name}:{counts}{moved}")
    if len(lines) == 1:
        lines.append("这段时间没有收到核验请求。")
    return "\n".join(lines) + "\n"
