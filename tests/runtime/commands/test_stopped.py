"""What the manual has people do on one machine while nothing runs: each command starts the database for itself, and stops it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit import verify
from ledger.database import transaction
from ledger.record import gathering, heads
from runtime.commands import master_keys
from runtime.services import ports, postgres
from settings import ROOT, settings
from tests.conftest import _enter, _leave
from tests.runtime.commands.test_lost_keys import before as before
from tests.runtime.commands.test_lost_keys import home as home


@pytest.fixture
def stopped(home: Path) -> Iterator[Path]:
    """At rest after an `up`, whose ports it remembers; its record has a head, its master key was rotated."""
    environment = dict(os.environ)
    with postgres.running(home) as cluster:
        _enter((home, cluster), "proofless")
        try:
            with transaction() as session:
                gathering.gather(session)
            with transaction() as session:
                heads.keep(session, now=settings().now())
            assert master_keys.rotate_master() == 0
        finally:
            _leave(environment)
        ports.remember(home, ports.PREFERRED | {"postgres": cluster.port})
    assert not postgres.alive(home)
    yield home


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROOFLESS_")}
    command = [sys.executable, "-P", "-m", "runtime", *words]
    environment = kept | {"PROOFLESS_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, cwd=home.parent, capture_output=True, text=True, timeout=120)


def test_a_master_key_that_was_stolen_is_destroyed_while_everything_is_stopped(stopped: Path) -> None:
    done = run(stopped, "keys", "destroy-master", "k1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(json.loads((stopped / "secrets" / "proofless_master_keys").read_text())) == ["k2"] and not postgres.alive(stopped)


def test_the_record_is_exported_though_the_master_keys_are_lost(stopped: Path, tmp_path: Path) -> None:
    (stopped / "secrets" / "proofless_master_keys").unlink()
    done = run(stopped, "audit", "export", str(tmp_path / "export"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify.main([str(tmp_path / "export")]) == 0 and not postgres.alive(stopped)
    assert not (stopped / "secrets" / "proofless_master_keys").exists(), "none is made in its place"
