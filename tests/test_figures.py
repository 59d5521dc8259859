"""What the READMEs say was measured is what the bench wrote."""

from __future__ import annotations

import re

from benchmarks import results
from benchmarks.parts import TITLES
from settings import ROOT


def test_every_figure_of_the_readmes_is_one_of_the_bench() -> None:
    measured = _numbers((ROOT / "benchmarks" / "results.md").read_text("utf-8"))
    for name, title in (("README.md", "## Figures"), ("README.zh-CN.md", "## 性能")):
        told = _numbers((ROOT / name).read_text("utf-8").split(title, 1)[1].split("\n## ", 1)[0])
        assert told and told <= measured, name


def test_one_part_measured_again_leaves_the_others_as_they_are() -> None:
    written = (ROOT / "benchmarks" / "results.md").read_text("utf-8")
    assert results.merged(written, {}) == written
    title = TITLES["lists"]
    again = results.merged(written, {title: results.section(title, [results.Row("rebuild", "1.0 s", "≤ 20 s", True)])})
    parts, before = (dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", text, re.M)) for text in (again, written))
    assert list(parts) == list(before) == list(TITLES.values())
    assert "| rebuild | 1.0 s | ≤ 20 s | yes |" in parts[title]
    assert {name: text for name, text in parts.items() if name != title} == {name: text for name, text in before.items() if name != title}


def _numbers(text: str) -> set[tuple[str, ...]]:
    """The numbers of the second column, row by row."""
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", text, re.M)
    return {tuple(re.findall(r"[\d.]+", row)) for row in rows} - {()}
