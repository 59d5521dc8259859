"""台账存证 over a million events: gathered from nothing, exported, and checked by the auditor's file, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import alone, installed
from ledger.database import transaction
from ledger.record import exporting, gathering, heads
from runtime.services.context import LEDGER
from runtime.services.postgres import Cluster
from settings import ROOT, settings

_ROWS = """
SET session_replication_role = replica;
INSERT INTO events (verification, event, at, recorded_at, origin, target, actor, detail)
SELECT 'HY' || (20260300000000 + i / 6), 'sealed', t, t, 'to_be_sealed', 'to_be_delivered', 'system:worker-1',
       jsonb_build_object('use', gen_random_uuid(), 'digest', encode(sha256(int8send(i)), 'hex'), 'version', 1)
FROM (SELECT i, timestamptz '2026-03-02 08:00+08' + i * interval '0.6 s' AS t FROM generate_series(1, {count}) AS i) AS rows;
"""
_CHECKING = """
import re, runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as ended:
    print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
    sys.exit(ended.code)
"""


@dataclass(frozen=True)
class Step:
    """Seconds, and the most megabytes that its process had."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Record:
    count: int
    gathered: Step
    exported: Step
    checked: Step
    size: float  #: megabytes of the export


def measure(home: Path, count: int, note: Callable[[str], None]) -> Record:
    """Seed, gather, export, check."""
    with installed(home) as cluster:
        note(f"写入 {count} 条")
        _seed(cluster, count)
        note("汇集")
        gathered = Step(*alone(_gather))
        note("导出")
        exported = Step(*alone(_export))
        note("核对")
        folder = _folder()
        checked = _check(folder)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
    return Record(count, gathered, exported, checked, size)


def _seed(cluster: Cluster, count: int) -> None:
    connection = cluster.connect(LEDGER)
    try:
        with connection.cursor() as statement:
            statement.execute(_ROWS.format(count=count))
            statement.execute("VACUUM ANALYZE events")
    finally:
        connection.close()


def _gather() -> None:
    found: int | None = gathering.AT_ONCE
    while found == gathering.AT_ONCE:
        with transaction() as session:
            found = gathering.gather(session)
    with transaction() as session:
        heads.keep(session, now=settings().now())


def _export() -> None:
    with transaction() as session:
        exporting.export(session, _folder())


def _check(folder: Path) -> Step:
    """As an auditor runs it, and nothing of ours in the process."""
    words = [sys.executable, "-I", "-c", _CHECKING, str(ROOT / "audit" / "verify.py"), str(folder)]
    began = time.monotonic()
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return Step(time.monotonic() - began, int(said.split()[-1]) / 1024)


def _folder() -> Path:
    return settings().home / "export"
