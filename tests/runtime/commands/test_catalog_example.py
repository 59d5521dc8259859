"""The example of the list in both READMEs, followed word for word: what it says is shown is shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from runtime.commands.catalog import main
from settings import ROOT

_CHANGES = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}|\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}")  #: with each run: ids, instants


@pytest.mark.parametrize(("name", "title"), [("README.md", "## The list, by example"), ("README.zh-CN.md", "## 清单")])
def test_the_example_shows_what_the_readme_says(
    ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, title: str
) -> None:
    section = (ROOT / name).read_text("utf-8").partition(f"{title}\n")[2].partition("\n## ")[0]
    commands, shown, answer, shown_then = (block.partition("\n")[2] for block in re.findall(r"```(.*?)```", section, re.S))
    monkeypatch.chdir(tmp_path)
    Path("justice.csv").write_text(commands.partition("<<'END'\n")[2].partition("END\n")[0], "utf-8")
    assert run(commands, shown, capsys) and Path("back.xlsx").is_file()
    main(["questions"])
    question = next(line.split()[0] for line in capsys.readouterr().out.splitlines() if "户口证明" in line)
    assert run(_CHANGES.sub(question, answer), shown_then, capsys)


def run(commands: str, expected: str, capsys: pytest.CaptureFixture[str]) -> bool:
    """Every line that is promised appears."""
    for line in re.findall("^./run catalog (.*)$", commands, re.M):
        main(shlex.split(line, comments=True))
    said = [_CHANGES.sub("…", line).strip() for line in capsys.readouterr().out.splitlines()]
    wanted = [_CHANGES.sub("…", line).strip() for line in expected.splitlines()]
    missing = [line for line in wanted if line not in said]
    assert not missing, f"{missing} not in {said}"
    return bool(wanted)
