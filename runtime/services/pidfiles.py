"""Which processes are ours: a file a process in var/run, with its pid and the moment it was born.

A pid alone proves nothing: after a crash or a restart of the machine the same number belongs to somebody else. A
process is ours only when pid and birth both agree, and only then is it ever adopted or ended.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Record:
    """A process that was started. `signals` are pairs (signal number, seconds to wait), gentle ones first."""

    name: str
    title: str
    pid: int
    birth: str
    stop_order: int
    signals: tuple[tuple[int, float], ...]
    fingerprint: str = ""

    def process(self) -> psutil.Process | None:
        """The process, if it still is the one that was recorded and still runs."""
        return living(self.pid, self.birth)


def birth(pid: int) -> str | None:
    """When a process began, in a form that no clock change moves and no reboot repeats. None: no such process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return f"{boot}:{fields[19]}"  # field 22 of the line; the name in brackets before may hold spaces
    except (FileNotFoundError, ProcessLookupError):
        pass
    if Path("/proc/self/stat").exists():
        return None
    try:  # macOS has no /proc
        return f"{psutil.Process(pid).create_time():.2f}"
    except psutil.NoSuchProcess:
        return None


def runs(process: psutil.Process) -> bool:
    """Whether it runs. A zombie has ended, although its pid is still taken."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ended(process: psutil.Process, seconds: float) -> bool:
    """Waits until it no longer runs; False if it still does after that time.

    Not `Process.wait`: where the machine's first process does not clear zombies away, as in many containers, that
    would wait for their disappearance.
    """
    give_up = time.monotonic() + seconds
    while runs(process):
        if time.monotonic() >= give_up:
            return False
        time.sleep(0.02)
    if isinstance(process, psutil.Popen):
        process.poll()  # our own child: clears its zombie away
    return True


def living(pid: int, born: str | None) -> psutil.Process | None:
    """The process with this pid and this birth."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    return process if born is not None and birth(pid) == born and runs(process) else None


def keep(folder: Path, record: Record) -> None:
    """Writes a record; a reader sees the old one or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{record.name}.{os.getpid()}"
    draft.write_text(json.dumps(asdict(record), ensure_ascii=False), encoding="utf-8")
    draft.replace(folder / f"{record.name}.process.json")


def recall(folder: Path) -> list[Record]:
    """Every record, in the order in which processes are stopped. Unreadable ones count as absent."""
    found = []
    for path in folder.glob("*.process.json"):
        try:
            row = json.loads(path.read_text(encoding="utf-8"))
            row["signals"] = tuple((int(number), float(seconds)) for number, seconds in row["signals"])
            found.append(Record(**row))
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return sorted(found, key=lambda record: (record.stop_order, record.name))


def forget(folder: Path, name: str) -> None:
    (folder / f"{name}.process.json").unlink(missing_ok=True)
