"""`up` as a process: its order, its end by every way, a second one beside it, and what `down` finds after a kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runtime.commands import operate
from runtime.progress import Progress
from runtime.services import lock, pidfiles, postgres
from runtime.services.processes import end_recorded
from settings import ROOT
from tests.patience import patiently
from tests.runtime.rehearsal import ORDERS

STARTED = "按 Ctrl-C 停止全部服务。"
START_ORDER = ["PostgreSQL", "Prefect", "sandbox", "gateway", "worker", "issuing_unit"]


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path) -> Iterator[None]:
    """Whatever a failing test leaves is ended."""
    yield
    up = lock.holder(tmp_path / "var" / "run")
    if up is not None:
        up.terminate()
        pidfiles.ended(up, 20)
    end_recorded(tmp_path / "var" / "run", Progress())
    postgres.stop(tmp_path / "var")


class Up:
    """A rehearsed `up` on a home of its own, its output in a file."""

    def __init__(self, folder: Path, mode: str = "") -> None:
        self.home, self._out = folder / "var", folder / f"out{time.monotonic_ns()}"
        command = [sys.executable, "-m", "tests.runtime.rehearsal", str(self.home), *([mode] if mode else [])]
        with self._out.open("w") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)

    def text(self) -> str:
        return self._out.read_text()

    def wait_for(self, text: str) -> None:
        for _ in patiently(90, f"it says {text}"):
            if text in self.text():
                return
            assert self.process.poll() is None, self.text()

    def services(self) -> list[psutil.Process]:
        found = [record.process() for record in pidfiles.recall(self.home / "run")]
        return [process for process in found if process is not None]


def ticks(text: str) -> list[str]:
    return [line.split("✓ ", 1)[1].rsplit("  ", 1)[0] for line in text.splitlines() if "✓ " in line]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_until_it_is_asked_to_stop_and_stops_in_order(tmp_path: Path, number: int) -> None:
    up = Up(tmp_path)
    up.wait_for(STARTED)
    running = up.services()
    assert len(running) == len(ORDERS) + 1
    second = Up(tmp_path)
    assert second.process.wait(60) == 1
    assert f"已有一个 ./run 在运行(进程 {up.process.pid})" in second.text()
    up.process.send_signal(number)
    assert up.process.wait(60) == 0, up.text()
    assert not [process for process in running if pidfiles.runs(process)]
    stops = [line for line in ticks(up.text()) if line.startswith("停止")]
    assert stops == ["停止worker", "停止gateway", "停止issuing_unit", "停止sandbox", "停止prefect", "停止PostgreSQL"]


def test_once_gives_the_demonstrations_result_and_leaves_nothing(tmp_path: Path) -> None:
    up = Up(tmp_path, "--once")
    assert up.process.wait(90) == 1
    (up.home / "good").touch()
    again = Up(tmp_path, "--once")
    assert again.process.wait(90) == 0, again.text()
    starts = [line for line in ticks(again.text()) if line.startswith("启动")]
    assert [line.removeprefix("启动").split()[0] for line in starts] == START_ORDER
    assert up.services() == []
    assert not postgres.alive(up.home)


def test_a_failing_step_is_told_and_everything_stops(tmp_path: Path) -> None:
    up = Up(tmp_path, "--broken")
    assert up.process.wait(90) == 1
    assert "✗ 准备数据库" in up.text()
    assert "迁移台账失败:表 cases 已存在" in up.text()
    assert "怎么办:请联系管理员。" in up.text()
    assert "Traceback" not in up.text()
    assert not postgres.alive(up.home)


def test_after_kill_nine_the_next_up_takes_over_and_down_clears_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    up = Up(tmp_path)
    up.wait_for(STARTED)
    left = up.services()
    database = {process.pid for process in left if "-D" in process.cmdline()}
    assert len(database) == 1
    up.process.kill()
    up.process.wait()
    assert lock.holder(up.home / "run") is None

    again = Up(tmp_path)
    again.wait_for(STARTED)
    assert "端口" not in again.text(), "the ports of what is taken over stay"
    now = again.services()
    assert {process.pid for process in left if pidfiles.runs(process)} == database, "the rest was replaced"
    assert database < {process.pid for process in now}
    again.process.kill()
    again.process.wait()

    monkeypatch.setenv("PROOFLESS_HOME", str(up.home))
    assert operate.down([]) == 0
    assert not [process for process in now if pidfiles.runs(process)]
    assert not postgres.alive(up.home)
    assert operate.down([]) == 0


def test_down_asks_a_running_up_and_status_names_what_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    up = Up(tmp_path)
    up.wait_for(STARTED)
    monkeypatch.setenv("PROOFLESS_HOME", str(up.home))
    monkeypatch.setenv("COLUMNS", "160")
    running = up.services()
    assert operate.status([]) == 0
    shown = capsys.readouterr().out
    assert f"进程 {up.process.pid}" in shown
    assert shown.count("运行中") == len(ORDERS) + 1
    os.kill(running[-1].pid, 0)
    assert operate.down([]) == 0
    assert up.process.wait(60) == 0
    assert not [process for process in running if pidfiles.runs(process)]
