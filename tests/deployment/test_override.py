"""What the manual has installations lay over docker-compose.yml."""

from __future__ import annotations

import json
import re
from pathlib import Path

from connectors import revocation_lists, timestamps
from settings import ROOT
from tests.deployment.compose import environment_of, run_compose, services


def test_the_override_of_the_manual_brings_timestamps_and_lists_to_who_reads_them(tmp_path: Path) -> None:
    (written,) = re.findall(r"```yaml\n(x-lists.*?)```", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.S)
    (tmp_path / "override.yml").write_text(written, "utf-8")
    done = run_compose("-f", str(tmp_path / "override.yml"), "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    merged = json.loads(done.stdout)["services"]
    names = {timestamps.LIST, timestamps.ROOTS, revocation_lists.LIST}
    for service in ("worker", "gateway", "backup"):
        mounted = {volume["target"]: volume for volume in merged[service]["volumes"]}
        assert mounted.keys() >= {volume["target"] for volume in services()[service].get("volumes") or []}, "nothing of its own is lost"
        folder = environment_of(service)["PROOFLESS_SEALS_DIR"]
        for name in names:
            volume = mounted[f"{folder}/{name}"]
            assert volume["source"] == str(ROOT / "var" / "seals" / name) and volume["read_only"]
