"""What the READMEs say was measured is what the bench wrote."""

from __future__ import annotations

import re

from settings import ROOT


def test_every_figure_of_the_readmes_is_one_of_the_bench() -> None:
    measured = _numbers((ROOT / "benchmarks" / "results.md").read_text("utf-8"))
    for name, title in (("README.md", "## Figures"), ("README.zh-CN.md", "## 性能")):
        told = _numbers((ROOT / name).read_text("utf-8").split(title, 1)[1].split("\n## ", 1)[0])
        assert told and told <= measured, name


def _numbers(text: str) -> set[tuple[str, ...]]:
    """The numbers of the second column, row by row."""
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", text, re.M)
    return {tuple(re.findall(r"[\d.]+", row)) for row in rows} - {()}
