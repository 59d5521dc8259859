"""The processor time of each `./run` command: of the whole process tree, against a running installation, the least of a
few rounds. Beside another build (`--beside FOLDER`), which gets an installation of its own, the rounds alternate.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks import older
from runtime.commands.table import COMMANDS
from settings import ROOT

_ENDLESS = frozenset({"test"})  #: pytest's own words
_UNKNOWN = 2  #: the exit code of a command that a build does not have


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time of one command; `beside`: the other build's, None where it does not have the command."""

    words: str
    seconds: float
    beside: float | None


@dataclass(frozen=True)
class _Build:
    """A program and the installation that it works on."""

    folder: Path
    home: Path
    numbers: Iterator[int]

    def new(self) -> str:
        """A path that nothing has yet."""
        return str(self.home.with_name(f"{self.home.name}-{next(self.numbers)}"))

    def proof(self) -> Path:
        return min((self.home / "proofs").glob("HY*.*"))

    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PROOFLESS_", "PYTHON"))}
        return {**ours, "PROOFLESS_HOME": str(self.home)}

    def spent(self, words: list[str]) -> tuple[float, int]:
        """Seconds of processor time, children included, and the exit code."""
        with subprocess.Popen(
            [str(self.folder / "run"), *words],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        return used.ru_utime + used.ru_stime, process.returncode


#: The cheapest real work of each command that has some on an installation where nothing waits for a person.
_WORK: dict[str, Callable[[_Build], list[str]]] = {
    "help": lambda _: ["help"],
    "status": lambda _: ["status"],
    "health": lambda _: ["health"],
    "stuck": lambda _: ["stuck"],
    "undelivered": lambda _: ["undelivered"],
    "repair": lambda _: ["repair"],
    "proof": lambda build: ["proof", build.proof().stem, "-o", build.new()],
    "verify": lambda build: ["verify", str(build.proof())],
    "keys list": lambda _: ["keys", "list"],
    "calendar list": lambda _: ["calendar", "list"],
    "recompute": lambda _: ["recompute", "--reason", "bench"],
    "catalog lists": lambda _: ["catalog", "lists"],
    "catalog questions": lambda _: ["catalog", "questions"],
    "catalog draft": lambda _: ["catalog", "draft"],
    "catalog rebuild": lambda _: ["catalog", "rebuild"],
    "report": lambda build: ["report", "--again", "bench", "-o", build.new()],
    "retention": lambda _: ["retention"],
    "import complaints": lambda build: ["import", "complaints", str(_complaints(build))],
    "migrate": lambda _: ["migrate"],
    "backup": lambda build: ["backup", build.new()],
}


def measure(home: Path, beside: Path | None, rounds: int, note: Callable[[str], None]) -> list[Spent]:
    """Both builds' installations run meanwhile; a command that one does not have says so by its exit code."""
    builds = [_Build(ROOT, home / "ours", count())]
    if beside is not None:
        builds.append(_Build(beside.resolve(), home / "beside", count()))
    words = {**_WORK, **{f"{name} --help": _help(name) for name in COMMANDS if name not in _ENDLESS}}
    with ExitStack() as ending:
        for build in builds:
            note(f"./run up({build.folder.name})")
            ending.enter_context(older.up(build.folder, build.environment()))
        found = []
        for number, (name, make) in enumerate(words.items(), start=1):
            note(f"{number}/{len(words)} {name}")
            found.append(_spent(name, make, builds, rounds))
    return found


def _help(name: str) -> Callable[[_Build], list[str]]:
    return lambda _: [name, "--help"]


def _spent(name: str, make: Callable[[_Build], list[str]], builds: list[_Build], rounds: int) -> Spent:
    least: list[float | None] = [None] * len(builds)
    for _ in range(rounds):
        for place, build in enumerate(builds):
            seconds, code = build.spent(make(build))
            if code != _UNKNOWN:
                least[place] = min(seconds, least[place] or seconds)
    ours, *other = least
    if ours is None:
        raise RuntimeError(f"./run {name} is not understood")
    return Spent(name, ours, other[0] if other else None)


def _complaints(build: _Build) -> Path:
    """A channel's export of one complaint: the second time it is known already."""
    path = build.home.with_name("complaints.csv")
    path.write_text(
        "来源,工单编号,受理时间,反映类型,被投诉单位,事项编码,证明名称,诉求内容\n"
        "12345热线,GD-0001,2026-11-25 09:10,仍索要证明,市中区行政审批服务局,DEMO-0001,户籍证明,窗口仍要求提交户籍证明\n",
        "utf-8",
    )
    return path
