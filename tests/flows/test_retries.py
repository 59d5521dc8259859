"""Prefect tries no flow of ours again: the ledger counts failed passes, and a pass that comes twice is one too many."""

from __future__ import annotations

import json
import subprocess
import sys

from runtime.services import environment
from settings import ROOT

ALL_RETRIES = """
import json, sys
from runtime.worker.runs import load_flow
print(json.dumps({entry: load_flow(entry).retries for entry in sys.argv[1:]}))
"""


def test_no_setting_makes_prefect_retry_a_flow() -> None:
    """Since 3.9.1 also a flow that returns a failed state is run again, wherever retries are set."""
    entries = [f"flows/{file.name}:{file.stem}" for file in sorted((ROOT / "flows").glob("*.py")) if file.stem != "__init__"]
    variables = environment.outer() | {"PREFECT_FLOWS_DEFAULT_RETRIES": "3", "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-c", ALL_RETRIES, *entries]
    done = subprocess.run(argv, env=variables, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert len(found) == len(entries) >= 5
    assert set(found.values()) == {0}, found
