"""The 86 obligations as rows, and where code and tests name them: what `./run obligations` prints and what fails.

A mark is written "obligation" and the number, in a docstring or a comment; several as a list, each written out, so that a search
for the number finds it. Code is what runs in an installation; a test is a function `test_…`, since a file that names a row at its
head proves nothing of it. Nothing is imported: the text is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REGULATION, STATES = Path("docs/rules/obligations.md"), Path("docs/rules/states.txt")
CODE = ("domain", "ledger", "connectors", "proofs", "guomi", "catalog", "reports", "tasks", "flows", "gateway", "isolation", "runtime")
BESIDE = ("sandbox", "benchmarks", "findings")  #: read for unknown numbers, and no code that keeps an obligation
WORKS, IN_PART, MISSING = "●", "◐", "○"
STATE_NAMES = {WORKS: "已实现", IN_PART: "部分实现", MISSING: "未实现"}

_ROW = re.compile(r"^\|(\d+\.\d+)\|", re.M)
_NUMBERS = r"\d+\.\d+(?:(?:,|,? and)\s+(?:#:?\s+)?\d+\.\d+)*"
_MARK = re.compile(rf"\b[Oo]bligations? ({_NUMBERS})(\s?[–-]\s?\d|\s(?:to|至)\s\d|、)?")
_NAMED = re.compile(r"(?:async def|def|class) (\w+)")


@dataclass(frozen=True)
class Row:
    """One obligation. `judge`: who establishes it; `figure`: where it is read; `lacks`: what is missing, in words."""

    number: str
    text: str
    judge: str
    figure: str
    state: str
    lacks: str


@dataclass(frozen=True)
class Mark:
    """Where a row is named: `name` is the function or class, empty for the head of a file."""

    number: str
    path: str
    line: int
    name: str

    @property
    def is_test(self) -> bool:
        return self.path.startswith("tests/") and any(part.startswith("test_") for part in self.name.split("."))

    @property
    def is_code(self) -> bool:
        return self.path.partition("/")[0] in CODE or self.path == "settings.py"


@dataclass(frozen=True)
class Survey:
    """What was read: the rows in the order of the regulation, every mark, and what is wrong, in words."""

    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    faults: tuple[str, ...]

    def code(self, number: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.number == number and mark.is_code]

    def tests(self, number: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.number == number and mark.is_test]


def survey(root: Path) -> Survey:
    """Rows and marks of the tree under `root`, compared."""
    rows, faults = _rows(root)
    marks: list[Mark] = []
    for path in _files(root):
        found, wrong = _marks(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        marks += found
        faults += wrong
    known = {row.number for row in rows}
    faults += [f"{mark.path} 第 {mark.line} 行标注了 {mark.number},规则义务表中没有这一项。" for mark in marks if mark.number not in known]
    whole = Survey(tuple(rows), tuple(marks), ())
    for row in rows:
        if row.state == MISSING:
            continue
        if not whole.code(row.number):
            faults.append(f"{row.number} 没有代码:没有一处代码的说明写明 obligation {row.number}。")
        if not whole.tests(row.number):
            faults.append(f"{row.number} 没有测试:没有一个测试函数的说明写明 obligation {row.number}(写在文件开头的不算)。")
    return Survey(whole.rows, whole.marks, tuple(faults))


def _rows(root: Path) -> tuple[list[Row], list[str]]:
    numbers = _ROW.findall((root / REGULATION).read_text("utf-8"))
    rows: dict[str, Row] = {}
    faults = []
    for count, line in enumerate((root / STATES).read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        fault = _fault(cells, numbers, rows)
        if fault:
            faults.append(f"{STATES} 第 {count} 行:{fault}")
        else:
            rows[cells[0]] = Row(*cells)
    faults += [f"{STATES} 缺少 {number}。" for number in numbers if number not in rows]
    return [rows[number] for number in numbers if number in rows], faults


def _fault(cells: list[str], numbers: list[str], rows: dict[str, Row]) -> str:
    if len(cells) != 6:
        return "应为六栏:编号、义务、由谁确定、见于、状态、欠缺。"
    number, text, judge, figure, state, lacks = cells
    if number not in numbers or number in rows:
        return f"{number} 重复,或者规则义务表中没有。"
    if state not in STATE_NAMES:
        return "状态应为 ●、◐、○ 之一。"
    if not (text and judge) or not (figure or state == MISSING):
        return "义务、由谁确定、见于不能为空。"
    if (state == WORKS) == bool(lacks):
        return "● 不写欠缺,◐、○ 须写明欠缺什么。"
    return ""


def _files(root: Path) -> Iterator[Path]:
    for folder in (*CODE, *BESIDE, "tests"):
        for path in sorted((root / folder).rglob("*.py")):
            if "versions" not in path.parts:  # migrations that landed never change
                yield path
    yield root / "settings.py"


def _marks(path: str, text: str) -> tuple[list[Mark], list[str]]:
    found, wrong = [], []
    for mark in _MARK.finditer(text):
        line = text.count("\n", 0, mark.start()) + 1
        if mark[2]:
            wrong.append(f"{path} 第 {line} 行:编号应逐个写出,用逗号分开(obligations 编号, 编号),不写起止。")
        found += [Mark(number, path, line, _enclosing(text, mark.start())) for number in re.findall(r"\d+\.\d+", mark[1])]
    return found, wrong


def _enclosing(text: str, place: int) -> str:
    """The function or class around `place`, by indentation: `Row.state`; empty at the head of a file."""
    begin = text.rfind("\n", 0, place) + 1
    depth = len(text[begin:]) - len(text[begin:].lstrip(" "))
    names: list[str] = []
    for line in reversed(text[:begin].splitlines()):
        if not depth:
            break
        inner = line.lstrip(" ")
        if not inner or inner[0] in ")#" or len(line) - len(inner) >= depth:
            continue  # a bracket that closes a signature stands as far out as its `def`
        depth = len(line) - len(inner)
        if named := _NAMED.match(inner):
            names.insert(0, named[1])
    return ".".join(names)
