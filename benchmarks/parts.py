"""`./run bench`: its words and its parts. What measures is imported when it begins."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

#: The parts of the bench, by the name that `--only` takes.
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "verifications": "Verifications",
        "cost": "What one verification costs",
        "rush": "A rush",
        "memory": "Memory after many",
        "inboxes": "Two hundred open inboxes",
        "pages": "The pages of the counter",
        "waiting": "A hundred thousand that wait",
        "lists": "The list",
        "report": "The weekly report",
        "year": "The report of a year",
        "record": "The record that strangers check",
        "edge": "The gateway for others meanwhile",
        "commands": "The commands",
    }
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench", description="性能测试,结果写入 benchmarks/results.md")
    parser.add_argument("--quick", action="store_true", help="少量样本,只用于检查测试本身,不写结果")
    parser.add_argument("--only", choices=TITLES, help="只测其中一项,结果中的其他各项不变")
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="另一版本的目录(已可运行 ./run up):入口、命令和成本三项与它同时对照")
    parser.add_argument("--against", metavar="COMMIT", help="另一版本的提交:取出、安装后与它同时对照(入口、命令和成本三项)")
    options = parser.parse_args(arguments)
    from benchmarks import bench, older

    if options.against is None:
        return bench.measure(options.only, options.quick, options.beside)
    with older.checked_out(options.against) as tree:
        return bench.measure(options.only, options.quick, tree)
