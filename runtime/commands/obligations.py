"""`./run obligations`: the way from each obligation of the regulation to its code, its tests and its figure, and how far it is kept.

Exit code 1 where a mark names no row, or a row that is kept has no code or no test.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from itertools import groupby

from runtime.commands.obligation_marks import STATE_NAMES, Mark, Row, Survey, survey
from runtime.failures import Failure
from runtime.progress import console
from settings import ROOT

_PAGE = """# 规则义务的实现情况 (obligations, and where they are kept)

Which code and which tests name each row of [the obligations](rules/obligations.md), where its figure or register is, and how far it is
kept: ● 已实现, ◐ 部分实现, ○ 未实现. What only a person can establish is said under 由谁确定. States are written in
[rules/states.txt](rules/states.txt); this page is made from it and from the marks by `python -m runtime.commands.diagrams`, and compared by
`./run check`. `./run obligations NUMBER` names functions and lines.
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run obligations", description="规则义务:逐项列出代码、测试、指标和实现情况")
    parser.add_argument("number", nargs="?", help="义务编号,例如 10.6:列出这一项的文件、函数和测试")
    options = parser.parse_args(arguments)
    if not (ROOT / "tests").is_dir():
        raise Failure("规则义务", "这里只有运行所需的文件,没有测试和规则文本。", "请在源代码目录中运行。")
    found = survey(ROOT)
    if options.number:
        row = next((row for row in found.rows if row.number == options.number), None)
        if row is None:
            raise Failure("规则义务", f"没有编号为 {options.number} 的义务。", "全部编号见 ./run obligations。")
        _one(found, row)
        return 0
    for row in found.rows:
        console.print(_line(found, row))
    console.print(_total(found))
    for fault in found.faults:
        console.print(f"! {fault}")
    return 1 if found.faults else 0


def _line(found: Survey, row: Row) -> str:
    counts = f"代码 {len(_files(found.code(row.number))):2}  测试 {len(found.tests(row.number)):2}"
    lacks = f"(欠缺:{row.lacks})" if row.lacks else ""
    return f"{row.number:>5}  {row.state}  {counts}  {row.text} → {_plain(row.figure)}{lacks}"


def _total(found: Survey) -> str:
    parts = [f"{state} {name} {sum(row.state == state for row in found.rows)}" for state, name in STATE_NAMES.items()]
    return f"共 {len(found.rows)} 项:{','.join(parts)}。代码按文件计,测试按函数计。"


def _one(found: Survey, row: Row) -> None:
    console.print(f"{row.number}  {row.text}")
    console.print(f"状态:{row.state} {STATE_NAMES[row.state]}{f',欠缺:{row.lacks}' if row.lacks else ''}")
    console.print(f"由谁确定:{row.judge}")
    console.print(f"见于:{_plain(row.figure)}")
    for title, marks in (("代码", found.code(row.number)), ("测试", found.tests(row.number))):
        console.print(f"{title}:" if marks else f"{title}:无")
        for mark in marks:
            console.print(f"  {mark.path}:{mark.line}  {mark.name or '(文件开头)'}")


def _plain(figure: str) -> str:
    return figure.replace("`", "") or "无"


def page() -> str:
    """`docs/obligations.md` as table and marks have it."""
    found = survey(ROOT)
    rows = "".join(f"| {row.number} | {row.state} | {row.text} | {row.judge} | {row.figure} | {row.lacks} |\n" for row in found.rows)
    places = "\n".join(_places(found, row) for row in found.rows)  # apart, so that two branches that mark two rows do not collide
    return (
        f"{_PAGE}\n{_total(found)}\n\n| 编号 | 状态 | 义务 | 由谁确定 | 见于 | 欠缺 |\n|-|-|-|-|-|-|\n{rows}\n"
        f"## Code and tests (代码和测试)\n\n{places}"
    )


def _places(found: Survey, row: Row) -> str:
    code = "、".join(f"`{path}`" for path in _files(found.code(row.number)))
    tests = found.tests(row.number)
    named = "、".join(
        f"`{path}` {' '.join(sorted({mark.name for mark in marks}))}" for path, marks in groupby(tests, key=lambda mark: mark.path)
    )
    return f"- **{row.number}** 代码:{code or '无'}。测试:{named or '无'}。\n"


def _files(marks: Iterable[Mark]) -> list[str]:
    return sorted({mark.path for mark in marks})
