"""`./run report`: three files and the key figures, kept as the flow keeps them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ledger.tables.reports import IssuedReport
from reports import periods
from runtime.commands.report import main
from runtime.failures import Failure
from settings import Settings
from tests.ledger.acting import all_of
from tests.ledger.filing import UNIT, file

WEEK = periods.parse("2026-W10")


@pytest.fixture(autouse=True)
def monday(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "now", lambda _self: WEEK.end + timedelta(hours=8))
    file()


def test_three_files_and_the_key_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-o", str(tmp_path / "周报")]) == 0
    said = capsys.readouterr().out
    assert "收到核验申请\uff1a1件" in said and "〔2026〕第10期" in said and "没有配置收件人" in said
    written = {path.suffix: path.read_bytes() for path in (tmp_path / "周报").iterdir()}
    assert set(written) == {".pdf", ".xlsx", ".html"}
    assert main(["2026-03-05", "-o", str(tmp_path)]) == 0
    assert (tmp_path / "市中区无证明办事工作周报2026-W10.pdf").read_bytes() == written[".pdf"]
    assert len(all_of(IssuedReport)) == 1


def test_a_unit_a_range_and_another_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["2026-03-02..2026-03-04", "--unit", UNIT, "--again", "没有第一版", "-o", str(tmp_path)]) == 0
    assert "没有第一版" not in capsys.readouterr().out, "a first version is computed anew for no reason"
    assert main(["--unit", UNIT, "-o", str(tmp_path)]) == 0
    assert main(["--unit", UNIT, "--again", "口径调整", "-o", str(tmp_path)]) == 0
    assert "原因\uff1a口径调整" in capsys.readouterr().out
    assert sorted((row.version, row.issue) for row in all_of(IssuedReport)) == [
        (1, "〔2026〕专报"),
        (1, "〔2026〕第10期"),
        (2, "〔2026〕第10期(更正,第2版)"),
    ]
    assert len(list(tmp_path.glob("*第2版*"))) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["2026-W60"], "不是周次或日期"),
        (["2026-W11"], "还没有结束"),
        (["--unit", "X-NONE"], "不在单位名录中"),
        (["-o", "/proc/nowhere"], "写不了"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(arguments: list[str], says: str) -> None:
    with pytest.raises(Failure) as caught:
        main(arguments)
    assert says in caught.value.why and caught.value.remedy


def test_the_cases_of_one_figure_are_listed_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["2026-W10", "--cases", "channel_window"]) == 0
    said = capsys.readouterr().out
    assert "channel_window:分子 1,分母 1" in said and f"● {UNIT}/C-" in said
    with pytest.raises(Failure, match="不是报告中的指标"):
        main(["2026-W10", "--cases", "nonsense"])
