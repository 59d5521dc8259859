"""Supervision with real processes: waiting, restarting, stopping in order, and never touching somebody else's."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest

from runtime.failures import Failure
from runtime.progress import Progress
from runtime.services import pidfiles
from runtime.services.processes import PATIENT, Service, Signals, Supervisor, end_recorded, fingerprint, launch
from tests.patience import patiently
from tests.runtime.conftest import told

SLEEP = ["sleep", "60"]


@pytest.fixture
def supervisor(tmp_path: Path, progress: Progress) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "run", progress)
    yield made
    made.stop()


def service(
    folder: Path,
    name: str = "thing",
    argv: list[str] = SLEEP,
    healthy: Callable[[], bool] = lambda: True,
    stop_order: int = 1,
    signals: Signals = PATIENT,
    adopt: bool = False,
    ready_seconds: float = 5,
) -> Service:
    log = folder / f"{name}.log"
    return Service(
        name,
        f"服务{name}",
        partial(launch, argv, {"PATH": "/usr/bin:/bin"}, log, folder),
        healthy,
        log,
        stop_order,
        ready_seconds,
        signals,
        adopt,
        fingerprint(argv, {}),
    )


def process_of(folder: Path, name: str = "thing") -> psutil.Process:
    record = next(record for record in pidfiles.recall(folder / "run") if record.name == name)
    process = record.process()
    assert process is not None
    return process


def watch_until(supervisor: Supervisor, true: Callable[[], bool], seconds: float = 10) -> None:
    for _ in patiently(seconds, "what is watched for", 0.02):
        if true():
            return
        supervisor.watch()


def test_start_waits_until_it_is_healthy(tmp_path: Path, supervisor: Supervisor) -> None:
    flag = tmp_path / "ready"
    argv = [sys.executable, "-c", f"import time; time.sleep(.3); open({str(flag)!r}, 'w'); time.sleep(60)"]
    supervisor.start(service(tmp_path, argv=argv, healthy=flag.exists))
    assert flag.exists()


def test_a_failing_start_says_which_why_and_what_to_do(tmp_path: Path, supervisor: Supervisor) -> None:
    code = "import sys; print('\\x1b[31mport 99 is taken\\x1b[0m'); sys.exit(3)"
    broken = service(tmp_path, argv=[sys.executable, "-c", code], healthy=lambda: False)
    with pytest.raises(Failure) as caught:
        supervisor.start(broken)
    assert caught.value.what == "启动服务thing"
    assert caught.value.details == ("port 99 is taken",)
    assert str(broken.log) in caught.value.remedy


def test_a_start_that_never_gets_well_is_given_up(tmp_path: Path, supervisor: Supervisor) -> None:
    with pytest.raises(Failure, match="没有进展"):
        supervisor.start(service(tmp_path, healthy=lambda: False, ready_seconds=0.2))


BUSY = "import time\nwhile time.process_time() < 1.2: pass\nopen('ready', 'w').close()\ntime.sleep(60)"


def test_a_start_that_gets_on_is_waited_for_however_long_it_takes(tmp_path: Path, supervisor: Supervisor) -> None:
    """Its patience of 0.3 seconds is with standing still: it works for four times as long, without a word."""
    wanted = service(tmp_path, argv=[sys.executable, "-c", BUSY], healthy=(tmp_path / "ready").exists, ready_seconds=0.3)
    supervisor.start(wanted)
    assert (tmp_path / "ready").exists()


def test_another_program_that_answers_well_is_not_taken_for_ours(tmp_path: Path, supervisor: Supervisor) -> None:
    """Another installation's server on the port: healthy in every way, while our own process still tries to get there."""
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        port = theirs.getsockname()[1]
        wanted = replace(service(tmp_path, argv=["sleep", "0.4"]), port=port)
        with pytest.raises(Failure, match=f"端口 {port} 上应答的是另一个程序"):
            supervisor.start(wanted)
    serving = "import socket, sys, time\ns = socket.create_server(('127.0.0.1', int(sys.argv[1])))\ntime.sleep(60)"
    supervisor.start(replace(service(tmp_path, "ours", [sys.executable, "-c", serving, str(port)]), port=port))


def test_one_that_is_stopped_is_replaced(tmp_path: Path, supervisor: Supervisor, progress: Progress) -> None:
    supervisor.start(service(tmp_path))
    first = process_of(tmp_path)
    first.send_signal(signal.SIGSTOP)
    watch_until(supervisor, lambda: not pidfiles.runs(first))
    watch_until(supervisor, lambda: any(record.process() for record in pidfiles.recall(tmp_path / "run")))
    assert process_of(tmp_path).pid != first.pid and "服务thing被暂停" in told(progress)


def test_somebody_elses_answer_at_our_address_is_not_taken_for_ours(tmp_path: Path, supervisor: Supervisor) -> None:
    """Our process ends at once since its port is taken, and the one that has the port answers."""

    def healthy() -> bool:
        time.sleep(0.3)
        return True

    with pytest.raises(Failure, match="退出"):
        supervisor.start(service(tmp_path, argv=["false"], healthy=healthy))


def test_a_service_that_dies_is_started_again_and_both_are_said(tmp_path: Path, supervisor: Supervisor, progress: Progress) -> None:
    supervisor.start(service(tmp_path))
    first = process_of(tmp_path)
    first.kill()
    watch_until(supervisor, lambda: "已恢复" in told(progress))
    assert process_of(tmp_path).pid != first.pid
    assert "服务thing意外退出,1 秒后重启" in told(progress)


def test_one_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path, supervisor: Supervisor, progress: Progress) -> None:
    flag = tmp_path / "once"
    supervisor.start(service(tmp_path, argv=["sh", "-c", f"test -e {flag} && exit 1; touch {flag}; sleep 60"]))
    watch_until(supervisor, flag.exists)  # killed before that, the next one would live
    process_of(tmp_path).kill()
    watch_until(supervisor, lambda: "2 秒后重启" in told(progress))
    assert "1 秒后重启" in told(progress)


def test_what_a_dead_service_left_of_its_session_goes_too(tmp_path: Path, supervisor: Supervisor, progress: Progress) -> None:
    supervisor.start(service(tmp_path, argv=["sh", "-c", "sleep 61 & sleep 62 & wait"]))
    leader = process_of(tmp_path)
    watch_until(supervisor, lambda: len(leader.children()) == 2)
    helpers = leader.children()
    leader.kill()
    watch_until(supervisor, lambda: "意外退出" in told(progress))
    psutil.wait_procs(helpers, timeout=30)
    assert not [helper for helper in helpers if pidfiles.runs(helper)]


def test_stopping_goes_in_order_and_does_not_wait_for_ever(tmp_path: Path, supervisor: Supervisor, progress: Progress) -> None:
    quick: Signals = ((signal.SIGTERM, 0.3), (signal.SIGKILL, 5))
    deaf = ["sh", "-c", f"trap '' TERM; touch {tmp_path}/deaf; while :; do sleep 0.1; done"]
    supervisor.start(service(tmp_path, "postgres", stop_order=60))
    supervisor.start(service(tmp_path, "worker", deaf, stop_order=10, signals=quick))
    supervisor.start(service(tmp_path, "gateway", stop_order=20))
    watch_until(supervisor, (tmp_path / "deaf").exists)
    processes = [process_of(tmp_path, name) for name in ("postgres", "worker", "gateway")]
    supervisor.stop()
    assert not [process for process in processes if pidfiles.runs(process)]
    done = [line.split()[1] for line in told(progress).splitlines() if "✓" in line]
    assert done == ["停止服务worker", "停止服务gateway", "停止服务postgres"]
    assert "服务worker没有按时停下" in told(progress)
    assert pidfiles.recall(tmp_path / "run") == []


def leave_behind(folder: Path, wanted: Service) -> psutil.Process:
    """What a killed `up` leaves: the process and its record."""
    Supervisor(folder / "run", Progress()).start(wanted)
    return process_of(folder)


def test_the_next_up_adopts_what_may_be_kept(tmp_path: Path, supervisor: Supervisor) -> None:
    left = leave_behind(tmp_path, service(tmp_path, adopt=True))
    assert supervisor.start(service(tmp_path, adopt=True)) is True
    assert process_of(tmp_path).pid == left.pid


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"adopt": False}, "our own services: the code may be newer"), ({"adopt": True, "argv": ["sleep", "61"]}, "started differently")],
)
def test_the_next_up_replaces_what_may_not(tmp_path: Path, supervisor: Supervisor, change: dict[str, object], reason: str) -> None:
    left = leave_behind(tmp_path, service(tmp_path, adopt=True))
    assert supervisor.start(service(tmp_path, **change)) is False, reason  # type: ignore[arg-type]
    assert not pidfiles.runs(left)
    assert process_of(tmp_path).pid != left.pid


def test_a_recycled_pid_is_nobody_of_ours(tmp_path: Path, supervisor: Supervisor, progress: Progress, stranger: psutil.Popen) -> None:
    """The record's pid belongs to a stranger now (whose survival the fixture checks)."""
    old = pidfiles.Record("thing", "服务thing", stranger.pid, "an-earlier-boot:1", 1, PATIENT, fingerprint(SLEEP, {}))
    pidfiles.keep(tmp_path / "run", old)
    assert supervisor.start(service(tmp_path, adopt=True)) is False
    pidfiles.keep(tmp_path / "run", old)
    assert end_recorded(tmp_path / "run", progress) == []
    assert pidfiles.recall(tmp_path / "run") == []


def test_down_ends_what_is_on_record(tmp_path: Path, progress: Progress) -> None:
    left = leave_behind(tmp_path, service(tmp_path))
    (tmp_path / "run" / "spoilt.process.json").write_text("{")
    assert end_recorded(tmp_path / "run", progress) == ["服务thing"]
    assert not pidfiles.runs(left)


def test_birth_is_the_processes_own(stranger: psutil.Popen) -> None:
    born = pidfiles.birth(stranger.pid)
    assert born is not None
    assert born == pidfiles.birth(stranger.pid)
    assert born.rpartition(":")[2] == Path(f"/proc/{stranger.pid}/stat").read_text().split()[21]  # "(sleep)": no spaces
    assert pidfiles.living(stranger.pid, born) is not None
    assert pidfiles.living(stranger.pid, born + "0") is None
    assert pidfiles.birth(2**22 + 1) is None
