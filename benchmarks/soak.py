"""`./run soak`: a working week of a district in minutes, through the real processes, held against a slow reference.

The one clock of all processes runs fast. Departments file over the week, issuing units answer in time, late, return,
ask for supplements; afterwards every due instant, miss and escalation of the record is computed again by walking.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runtime.progress import Progress
from settings import ROOT, settings

MONDAY = datetime(2026, 3, 1, 22, 45, tzinfo=UTC)  #: 06:45 in Beijing: a little before the first case


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run soak", description="以加速时钟模拟一个工作周,逐条核对时限")
    parser.add_argument("--count", type=int, default=2000, help="核验件数(默认 2000)")
    parser.add_argument("--rate", type=float, default=240, help="时钟倍率(默认 240:一周约 28 分钟)")
    parser.add_argument("--seed", type=int, default=1, help="随机数种子")
    options = parser.parse_args(arguments)
    from benchmarks.district_week import Week
    from benchmarks.soak_check import check
    from runtime.commands import up
    from runtime.services.processes import Supervisor

    progress = Progress()
    home = Path(tempfile.mkdtemp(prefix="proofless-soak-"))
    for name in [name for name in os.environ if name.startswith("PROOFLESS_")]:
        del os.environ[name]
    wall = datetime.now(UTC) + timedelta(seconds=25)  # when everything is up
    os.environ.update(
        PROOFLESS_HOME=str(home),
        PROOFLESS_REQUESTS_PER_MINUTE="100000",
        **{f"PROOFLESS_QUOTA_{whose}": "1000000/day" for whose in ("PERSON", "SYSTEM", "UNIT", "MATTER", "CASE")},
        PROOFLESS_CLOCK_RATE=str(options.rate),
        # origin + (wall - origin) * rate = Monday
        PROOFLESS_CLOCK_ORIGIN=(wall + (wall - MONDAY) / (options.rate - 1)).isoformat(),
    )
    settings.cache_clear()
    supervisor = Supervisor(home / "run", progress)
    try:
        context = up.start(home, supervisor, progress)
        _end(context.run_folder, "issuing_unit")  # the week's own people answer
        week = Week(context.gateway_url, options.count, options.seed)
        with progress.step(f"一个工作周,{options.count} 件") as note:
            asyncio.run(week.live(note))
        with progress.step("逐条核对"):
            text, right = check(week, options.rate)
    finally:
        supervisor.stop()
        shutil.rmtree(home, ignore_errors=True)
    sys.stdout.write(text)
    if options.count >= 2000:  # a smaller week is for trying the soak itself
        (ROOT / "benchmarks" / "soak.md").write_text(text, "utf-8")
    return 0 if right else 1


def _end(folder: Path, name: str) -> None:
    from runtime.services.pidfiles import recall
    from runtime.services.processes import PATIENT, end

    for record in recall(folder):
        if record.name == name and (process := record.process()) is not None:
            end(process, PATIENT)
            return
    raise RuntimeError(f"{name} does not run")
