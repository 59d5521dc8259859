"""docker-compose.yml as the real compose binary reads it."""

from __future__ import annotations

import json
import os
import subprocess
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from settings import ROOT


def run_compose(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The binary itself: its Python wrapper ends with 0 whatever happens. Without the .env of this machine."""
    spec = find_spec("compose")
    assert spec is not None and spec.origin is not None
    binary = Path(spec.origin).parent / "docker-compose"
    command = [str(binary), "--env-file", "/dev/null", "-f", str(ROOT / "docker-compose.yml"), *arguments]
    environment = {"PATH": os.defpath, "HOME": "/nonexistent", **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


@lru_cache(maxsize=1)
def config() -> dict[str, Any]:
    """The whole file, profiles included, interpolated with its defaults."""
    done = run_compose("--profile", "*", "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = config()["services"]
    return found


def secrets_of(service: str) -> set[str]:
    return {row["source"] for row in services()[service].get("secrets", [])}


def files_of(service: str) -> dict[str, Path]:
    """What is mounted from files: path within the container -> path below the folder of the installation."""
    mounted = {}
    for kind in ("secrets", "configs"):
        for row in services()[service].get(kind, []):
            target = row.get("target") or f"/run/secrets/{row['source']}"
            target = target if target.startswith("/") else f"/run/secrets/{target}"
            mounted[target] = Path(config()[kind][row["source"]]["file"]).relative_to(ROOT / "var")
    return mounted


def environment_of(service: str) -> dict[str, str]:
    """The variables that have a value; the others are passed on only when somebody sets them."""
    given: dict[str, str | None] = services()[service].get("environment") or {}
    return {name: value for name, value in given.items() if value is not None}
