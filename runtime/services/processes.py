"""守护进程: the services that `up` starts, waits for, watches, starts again and stops in order.

Each runs in a session of its own, so that Ctrl-C reaches `up` alone and nothing dies out of order. What `up` leaves
behind when it is killed itself is found by the next one through its record (see `runtime.services.pidfiles`).
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from runtime.failures import Failure, last_lines
from runtime.progress import Progress
from runtime.services import pidfiles
from runtime.services.effort import Effort, listens

Signals = tuple[tuple[int, float], ...]
PATIENT: Signals = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))
LONGEST_PAUSE = 60.0
LOG_LIMIT = 20_000_000


@dataclass(frozen=True)
class Service:
    """A process to keep alive. `spawn` starts it; `healthy` asks it; a low `stop_order` is stopped first.

    `adopt`: one that still runs from before is kept if its fingerprint is the same. For services of ours it stays
    off: they would go on with the code of then.
    `ready_seconds`: how long it may stand still before it is ready, not how long it may take (see `runtime.services.effort`).
    `port`: where it alone may answer; what another program says there is nobody's health.
    """

    name: str
    title: str
    spawn: Callable[[], psutil.Process]
    healthy: Callable[[], bool]
    log: Path
    stop_order: int
    ready_seconds: float = 60.0
    signals: Signals = PATIENT
    adopt: bool = False
    fingerprint: str = ""
    port: int | None = None

    def well(self, process: psutil.Process) -> bool:
        """It answers as it should, and it is this process that answers."""
        return self.healthy() and (self.port is None or listens(process, self.port))


def launch(argv: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path) -> psutil.Process:
    """Starts a program in a session of its own, its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return psutil.Popen(
            list(argv), env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


def fingerprint(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    """Two starts with the same one do the same."""
    return hashlib.sha256(json.dumps([list(argv), sorted(environment.items())]).encode()).hexdigest()


def end(process: psutil.Process, signals: Signals) -> bool:
    """Ends a process and what it leaves of its session. True if it went at the first signal."""
    gently = True
    for position, (number, seconds) in enumerate(signals):
        if not pidfiles.runs(process):
            break
        gently = position == 0
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
        pidfiles.ended(process, seconds)
    _sweep_session(process)
    return gently


def end_recorded(folder: Path, progress: Progress) -> list[str]:
    """Ends every process on record that still is the recorded one, in order; gives back their titles."""
    ended = []
    for record in pidfiles.recall(folder):
        process = record.process()
        if process is not None:
            with progress.step(f"停止{record.title}"):
                end(process, record.signals)
            ended.append(record.title)
        pidfiles.forget(folder, record.name)
    return ended


def _sweep_session(leader: psutil.Process) -> None:
    """Kills what a process that has just died left in its group: helpers would wait for it for ever.

    While a group has members its number is given to nobody else, so a group without its leader is the dead one's.
    """
    if not pidfiles.ended(leader, 0) or (psutil.pid_exists(leader.pid) and not leader.is_running()):
        return
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if process.pid != leader.pid and os.getpgid(process.pid) == leader.pid:
                process.kill()


@dataclass
class _Kept:
    service: Service
    process: psutil.Process
    ready: bool = True
    since: float = field(default_factory=time.monotonic)
    pause: float = 1.0
    again_at: float | None = None
    held: bool = False


def _stopped(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_STOPPED
    except psutil.Error:
        return False


class Supervisor:
    """Starts services and keeps them alive until `stop`. Not for use by several threads."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder, self._progress = folder, progress
        self._kept: list[_Kept] = []

    def start(self, service: Service) -> bool:
        """Has the service running and healthy at the end; True if it was adopted. Raises Failure."""
        process = self._leftover(service)
        adopted = process is not None
        if process is None:
            process = self._spawn(service)
        kept = _Kept(service, process)
        self._kept.append(kept)
        # A server may spend its start waiting for its database: what that one does counts for it.
        workers = [process, *(kept.process for kept in self._kept if kept.service.name == "postgres")]
        effort = Effort(workers, service.log, service.ready_seconds)
        while not service.well(process):
            if not pidfiles.runs(process):
                other = service.port is not None and service.healthy()
                raise self._failed(service, f"端口 {service.port} 上应答的是另一个程序" if other else "进程启动后退出")
            if effort.stalled():
                raise self._failed(service, f"{service.ready_seconds:.0f} 秒没有进展,仍未就绪")
            time.sleep(0.05)
        if not pidfiles.runs(process):  # somebody else answers at that address
            raise self._failed(service, "进程启动后退出")
        return adopted

    def watch(self) -> None:
        """One look at every service: says who died, starts it again after a pause, says when it is back."""
        for kept in self._kept:
            if kept.again_at is not None:
                if time.monotonic() >= kept.again_at:
                    self._again(kept)
            elif not pidfiles.runs(kept.process):
                self._died(kept)
            elif self._is_held(kept):
                kept.process.kill()  # it will not end by itself: a stopped process gets no other signal
                pidfiles.ended(kept.process, 5)
                self._died(kept, "被暂停(SIGSTOP),已结束")
            elif not kept.ready and kept.service.well(kept.process):
                kept.ready = True
                self._progress.say(f"{kept.service.title}已恢复。")

    def stop(self) -> None:
        """Stops everything in order, each within its time."""
        for kept in sorted(self._kept, key=lambda kept: kept.service.stop_order):
            title = kept.service.title
            if pidfiles.runs(kept.process):
                with self._progress.step(f"停止{title}"):
                    gently = end(kept.process, kept.service.signals)
                if not gently:
                    self._progress.warn(f"{title}没有按时停下,已强制结束;重启后会接着做完。")
            pidfiles.forget(self._folder, kept.service.name)
        self._kept.clear()

    def _leftover(self, service: Service) -> psutil.Process | None:
        """What a killed `up` left of this service: adopted if it may be and is well, else ended."""
        for record in pidfiles.recall(self._folder):
            process = record.process() if record.name == service.name else None
            if process is None:
                continue
            if service.adopt and record.fingerprint == service.fingerprint and service.well(process):
                return process
            end(process, record.signals)
        return None

    def _spawn(self, service: Service) -> psutil.Process:
        process = service.spawn()
        born = pidfiles.birth(process.pid)
        if born is not None:
            pidfiles.keep(
                self._folder,
                pidfiles.Record(
                    name=service.name,
                    title=service.title,
                    pid=process.pid,
                    birth=born,
                    stop_order=service.stop_order,
                    signals=service.signals,
                    fingerprint=service.fingerprint,
                ),
            )
        return process

    def _is_held(self, kept: _Kept) -> bool:
        """Whether it was stopped by a signal, and is still at the second look: it lives, holds its leases and does nothing."""
        before, kept.held = kept.held, _stopped(kept.process)
        return before and kept.held

    def _died(self, kept: _Kept, how: str = "意外退出") -> None:
        _sweep_session(kept.process)
        if time.monotonic() - kept.since > LONGEST_PAUSE:
            kept.pause = 1.0
        kept.again_at = time.monotonic() + kept.pause
        self._progress.warn(f"{kept.service.title}{how},{kept.pause:.0f} 秒后重启。日志:{kept.service.log}")

    def _again(self, kept: _Kept) -> None:
        kept.pause = min(kept.pause * 2, LONGEST_PAUSE)
        try:
            kept.process = self._spawn(kept.service)
        except (Failure, OSError) as error:
            kept.again_at = time.monotonic() + kept.pause
            self._progress.warn(f"{kept.service.title}没有启动({error}),{kept.pause:.0f} 秒后再试。")
            return
        kept.again_at, kept.ready, kept.since = None, False, time.monotonic()

    def _failed(self, service: Service, why: str) -> Failure:
        remedy = f"完整日志在 {service.log};处理后再次运行即可,已有数据不受影响。"
        return Failure(f"启动{service.title}", why, remedy, last_lines(service.log))
