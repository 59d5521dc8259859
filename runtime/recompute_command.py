"""`./run recompute`: limits that run are computed anew under the readings in force, each change on the record."""

from __future__ import annotations

import argparse

from domain.records import Cause
from ledger import affected, recomputing, rules
from ledger.database import transaction
from runtime.calendar_commands import public
from runtime.casework import operator
from runtime.failures import Failure
from runtime.progress import Progress
from settings import settings


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run recompute", description="解读(PROOFLESS_READINGS)变更后,按现行规则重算在办时限")
    parser.add_argument("--reason", type=public, required=True, help="变更的理由或依据")
    reason = parser.parse_args(arguments).reason
    progress, now, moved = Progress(), settings().now(), 0
    with transaction() as session:
        if unknown := rules.unknown_units(session):
            raise Failure(
                "重算", f"解读 measure_by_unit 写有名册中没有的单位:{'、'.join(unknown)}。", "请核对单位编码后再执行;没有重算任何时限。"
            )
        before = rules.begin_change(session, reason, now=now, actor=operator())
        numbers = affected.by_readings(session) if before else []
    for number in numbers:  # each by itself: interrupted, the next call goes on
        with transaction() as session:
            moved += recomputing.recompute(session, number, now=now, actor=operator(), cause=Cause.READINGS)
    version = rules.readings().version
    if not before:
        progress.say(f"在办时限都已按规则版本 {version} 计算,没有需要重算的。")
    else:
        progress.say(f"已按规则版本 {version} 重算 {moved} 项核验的在办时限(原版本 {'、'.join(before)});已按时、已超时的不变。")
    return 0
