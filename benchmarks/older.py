"""An older build beside this one: another working tree with its own `./run`, its own folder, and asked over HTTP alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.edge import Build
from settings import ROOT

_READY = "Ctrl-C"  #: stands in the last line that `up` says


def revision(tree: Path) -> str:
    """What the tree holds, as git calls it."""
    asked = subprocess.run(["git", "-C", str(tree), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """A tree of this commit, installed, in a folder of its own. Raises CalledProcessError where there is no such commit."""
    with TemporaryDirectory(prefix="proofless-older-") as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "-C", str(ROOT), "worktree", "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            subprocess.run([tree / "run", "check", "--help"], cwd=tree, check=True, stdout=subprocess.DEVNULL)
            yield tree
        finally:
            subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)], check=True)


@contextmanager
def running(tree: Path, home: Path) -> Iterator[Build]:
    """Its `up`, until the end of this. Raises RuntimeError with its last words where it does not come up."""
    environment = {**os.environ, "PROOFLESS_HOME": str(home)}
    with up(tree, environment):
        ports = json.loads((home / "run" / "ports.json").read_text())
        made = [tree / "run", "keys", "make", "--person", "demo-admin"]
        told = subprocess.run(made, cwd=tree, env=environment, capture_output=True, text=True, check=True).stdout
        (office,) = re.findall(r"plk_[\w-]+", told)
        yield Build.at(home, f"http://127.0.0.1:{ports['gateway']}", office)


@contextmanager
def up(tree: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """`./run up` of a tree, ready, until the end of this. Raises RuntimeError with its last words where it does not come up."""
    with subprocess.Popen(
        [tree / "run", "up"],
        cwd=tree,
        env=environment,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        said: deque[str] = deque(maxlen=40)
        try:
            for line in process.stdout:
                said.append(line)
                if _READY in line:
                    break
            else:
                raise RuntimeError(f"{tree}: " + "".join(said))
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
