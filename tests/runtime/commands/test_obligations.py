"""`./run obligations`: the real tree is whole; a mark without a row, a row without code or without a test is red."""

from __future__ import annotations

import io
import re
import time
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports import xlsx
from reports.blocks import Table
from reports.definitions import DEFINITIONS
from reports.document import document
from reports.figures import articles
from runtime.commands import diagrams, imports, obligations
from runtime.commands.obligation_marks import REGULATION, STATES, survey
from runtime.commands.table import COMMANDS
from runtime.failures import Failure
from settings import ROOT
from tests.reports.samples import REPORT

WORD = "obligation"  # apart from its numbers, else this file would mark them
RULE = f'"""限额 ({WORD} 1.1)."""\n\n\ndef rule() -> int:\n    """{WORD.title()}s 1.2, 1.3."""\n    return 1\n'
TESTS = f'def test_rule() -> None:\n    """{WORD.title()} 1.1."""\n\n\ndef test_other() -> None:\n    assert 1  # {WORD}s 1.2 and 1.3\n'
ROWS = """1.1 | 甲 | 系统计算 | 周报 | ● |
1.2 | 乙 | 人工登记 | 登记册 | ◐ | 占比
1.3 | 丙 | 系统计算 | 周报 | ● |
1.4 | 丁 | 系统计算 | | ○ | 全部
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree in which everything is as it must be."""
    for name, text in {
        str(REGULATION): "".join(f"|1.{number}|x|y|C|\n" for number in range(1, 5)),
        str(STATES): f"# 说明\n\n{ROWS}",
        "domain/rule.py": RULE,
        "tests/test_rule.py": TESTS,
        "settings.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def change(tree: Path, name: str, old: str, new: str) -> tuple[str, ...]:
    """What is wrong once `old` of a file is `new`."""
    text = (tree / name).read_text("utf-8")
    assert old in text
    (tree / name).write_text(text.replace(old, new), "utf-8")
    return survey(tree).faults


def test_code_and_tests_of_a_row_are_found_with_the_function_that_names_it(tree: Path) -> None:
    found = survey(tree)
    assert found.faults == () and [row.number for row in found.rows] == ["1.1", "1.2", "1.3", "1.4"]
    assert [(mark.path, mark.line, mark.name) for mark in found.code("1.1")] == [("domain/rule.py", 1, "")]
    assert [(mark.line, mark.name) for mark in found.code("1.3")] == [(5, "rule")]
    assert [(mark.path, mark.name) for mark in found.tests("1.3")] == [("tests/test_rule.py", "test_other")]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("domain/rule.py", f"({WORD} 1.1)", f"({WORD} 1.9)", "domain/rule.py 第 1 行标注了 1.9"),
        ("tests/test_rule.py", "1.2 and", "7.77, 1.2 and", "标注了 7.77"),
        ("domain/rule.py", f" ({WORD} 1.1)", "", "1.1 没有代码"),
        ("domain/rule.py", f"{WORD} 1.1", "1.1", "1.1 没有代码"),
        ("tests/test_rule.py", f'    """{WORD.title()} 1.1."""\n', "    pass\n", "1.1 没有测试"),
        ("tests/test_rule.py", "def test_rule() -> None:\n    ", "", "1.1 没有测试"),
        ("tests/test_rule.py", "def test_other", "def other", "1.2 没有测试"),
        ("domain/rule.py", "1.2, 1.3", "1.2–1.3", "第 5 行:编号应逐个写出"),
        ("domain/rule.py", "1.2, 1.3", "1.2 to 1.3", "编号应逐个写出"),
        (str(STATES), "1.4 | 丁 | 系统计算 | | ○ | 全部\n", "", "缺少 1.4"),
        (str(STATES), "1.4 |", "1.5 |", "1.5 重复,或者规则义务表中没有"),
        (str(STATES), "| | ○ | 全部", "| 周报 | ● |", "1.4 没有代码"),
        (str(STATES), "◐ | 占比", "◐ |", "写明欠缺什么"),
        (str(STATES), "周报 | ● |\n1.2", "周报 | ● | 什么\n1.2", "● 不写欠缺"),
        (str(STATES), "登记册 | ◐", "登记册 | 好", "状态应为"),
        (str(STATES), "甲 | 系统计算", "甲", "应为六栏"),
    ],
)
def test_what_is_not_as_it_must_be_is_named(tree: Path, name: str, old: str, new: str, said: str) -> None:
    assert any(said in fault for fault in change(tree, name, old, new)), survey(tree).faults


def test_what_is_played_or_measured_keeps_no_obligation(tree: Path) -> None:
    (tree / "sandbox").mkdir()
    (tree / "domain" / "rule.py").rename(tree / "sandbox" / "rule.py")
    assert any("1.1 没有代码" in fault for fault in survey(tree).faults)


def test_every_obligation_of_the_regulation_has_its_code_and_its_test() -> None:
    began = time.process_time()
    found = survey(ROOT)
    assert found.faults == ()
    assert len(found.rows) == 86 and len({row.number for row in found.rows}) == 86
    assert time.process_time() - began < 2


@cache
def endpoints() -> set[tuple[str, str]]:
    """(GET, /v1/…), as the contract has them."""
    found, path = set(), ""
    for line in (ROOT / "docs" / "openapi.yaml").read_text("utf-8").splitlines():
        if named := re.match(r"  (/\S*):$", line):
            path = named[1]
        elif method := re.match(r"    (get|post|put|patch|delete):$", line):
            found.add((method[1].upper(), path))
    return found


@cache
def figures_of_the_report() -> set[str]:
    """What a reader finds by this name: sheets, their columns and the lines of the first one, tables of the paper, definitions."""
    book = load_workbook(io.BytesIO(xlsx.render(REPORT)))
    names = {cell.value for sheet in book for cell in sheet[1]} | {cell.value for cell in book["总体情况"]["A"]} | set(book.sheetnames)
    tables = [block for section in document(REPORT).sections for block in section.blocks if isinstance(block, Table)]
    return {str(name) for name in names} | {table.title for table in tables} | {one.name for one in DEFINITIONS}


def kinds_of_import(capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit):
        imports.main(["--help"])
    return set(re.search(r"{([a-z_,\s]+)}", capsys.readouterr().out)[1].replace("\n", "").replace(" ", "").split(","))  # type: ignore[index]


def not_there(number: str, figure: str, kinds: set[str]) -> list[str]:
    """What a row names and nobody would find."""
    wrong = []
    for named in re.findall(r"`([^`]+)`", figure):
        words = named.split()
        if words[0] == "./run":
            known = len(words) > 1 and words[1] in COMMANDS and (words[1] != "import" or len(words) == 3 and words[2] in kinds)
        else:
            known = (words[0], words[-1]) in endpoints() if len(words) == 2 else (ROOT / named).is_file()
        wrong += [] if known else [named]
    annex = [one.name for one in articles.FIGURES if one.obligation == number]
    for place, name in re.findall(r"([^、]*)“([^”]+)”", figure):
        if place == "周报附件":
            known = name in annex or name.endswith(":") and any(one.startswith(name) for one in annex)
        else:
            known = place == "周报" and name in figures_of_the_report()
        wrong += [] if known else [f"{place}“{name}”"]
    return wrong


def test_what_a_row_names_as_its_figure_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = kinds_of_import(capsys)
    assert {row.number: wrong for row in survey(ROOT).rows if (wrong := not_there(row.number, row.figure, kinds))} == {}


@pytest.mark.parametrize(
    "named",
    [
        "`PUT /v1/leads`",
        "`DELETE /v1/registry/systems/{code}`",
        "`GET /v1/leads/nowhere`",
        "`/v1/leads`",
        "`./run import everything`",
        "`./run import`",
        "`./run nothing`",
        "`docs/nothing.md`",
        "周报“件”",
        "周报“最迟”",
        "周报附件“收到”",
        "周报附件“即办件30分钟按时”",
        "年报“收到”",
    ],
)
def test_what_is_nowhere_or_elsewhere_is_no_figure_of_a_row(named: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The last but one is a figure, but of another obligation."""
    assert len(not_there("10.5", f"周报“收到”、{named}", kinds_of_import(capsys))) == 1


def test_a_row_names_the_annex_just_where_the_annex_has_a_figure_of_it() -> None:
    named = {row.number for row in survey(ROOT).rows if "周报附件“" in row.figure}
    assert named == {figure.obligation for figure in articles.FIGURES}


def test_one_line_a_row_and_the_whole_way_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert obligations.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 87 and lines[-1].startswith("共 86 项")
    assert obligations.main(["10.6"]) == 0
    said = capsys.readouterr().out
    for words in ("即办件", "由谁确定:系统计算", "周报“最迟时限按时”", "domain/limits.py:", "test_golden_minutes"):
        assert words in said
    with pytest.raises(Failure, match="没有编号为 10.99 的义务"):
        obligations.main(["10.99"])


def test_a_fault_ends_with_its_words_and_another_code(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(obligations, "ROOT", tree)
    assert obligations.main([]) == 0
    change(tree, "tests/test_rule.py", f"{WORD.title()} 1.1", "1.1")
    assert obligations.main([]) == 1 and "! 1.1 没有测试" in capsys.readouterr().out


def test_without_tests_there_is_nothing_to_look_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obligations, "ROOT", tmp_path)
    with pytest.raises(Failure, match="没有测试和规则文本"):
        obligations.main([])


def test_the_document_is_what_the_marks_say() -> None:
    assert obligations.page() == (ROOT / "docs" / "obligations.md").read_text("utf-8"), "python -m runtime.commands.diagrams"
    assert (ROOT / "docs" / "obligations.md") in diagrams.DOCUMENTS
