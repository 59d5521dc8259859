"""An older build beside this one: another working tree with its own `./run`, its own folder, and asked over HTTP alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.edge import Build

_READY = "Ctrl-C"  #: stands in the last line that `up` says


def revision(tree: Path) -> str:
    """What the tree holds, as git calls it."""
    asked = subprocess.run(["git", "-C", str(tree), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@contextmanager
def running(tree: Path, home: Path) -> Iterator[Build]:
    """Its `up`, until the end of this. Raises RuntimeError with its last words where it does not come up."""
    home.mkdir(parents=True)
    environment = {**os.environ, "PROOFLESS_HOME": str(home)}
    log = home / "up.log"
    with log.open("wb") as said:
        process = subprocess.Popen([tree / "run", "up"], cwd=tree, env=environment, stdout=said, stderr=said, start_new_session=True)
    try:
        while _READY not in log.read_text("utf-8", "replace"):
            if process.poll() is not None:
                raise RuntimeError(log.read_text("utf-8", "replace")[-2000:])
            time.sleep(0.5)
        ports = json.loads((home / "run" / "ports.json").read_text())
        made = [tree / "run", "keys", "make", "--person", "demo-admin"]
        told = subprocess.run(made, cwd=tree, env=environment, capture_output=True, text=True, check=True).stdout
        (office,) = re.findall(r"plk_[\w-]+", told)
        yield Build.at(home, f"http://127.0.0.1:{ports['gateway']}", office)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
