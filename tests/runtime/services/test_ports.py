"""Ports stay the same from one `up` to the next, and give way to whoever is there already."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.progress import Progress
from runtime.services import ports
from tests.runtime.conftest import told


@pytest.fixture(autouse=True)
def quiet_corner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Usual ports that no `up` on this machine has. What is held is held no longer afterwards."""
    monkeypatch.setattr(ports, "PREFERRED", {"postgres": 26432, "prefect": 26433, "gateway": 26434, "health": 26436, "sandbox": 26435})
    monkeypatch.setattr(ports, "_held", {})


def listen(port: int) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    return server


def test_a_taken_port_is_said_and_the_other_one_stays(tmp_path: Path, progress: Progress) -> None:
    with listen(26433):
        first = ports.choose(tmp_path, {}, set(), progress)
    assert first["prefect"] not in ports.PREFERRED.values()
    assert f"端口 26433 已被占用,Prefect改用 {first['prefect']}" in told(progress)
    assert len(set(first.values())) == 5
    assert ports.choose(tmp_path, {}, set(), progress) == first == ports.remembered(tmp_path)


_OTHER_UP = """
import json, sys
from pathlib import Path
from runtime.progress import Progress
from runtime.services import ports
ports.PREFERRED = json.loads(sys.argv[2])
print(json.dumps(ports.choose(Path(sys.argv[1]), {}, set(), Progress())), flush=True)
sys.stdin.read()
"""


def test_two_that_start_at_one_instant_choose_different_ports(tmp_path: Path, progress: Progress) -> None:
    """Nobody listens yet: the other one's services come up a minute later."""
    command = [sys.executable, "-c", _OTHER_UP, str(tmp_path / "other"), json.dumps(ports.PREFERRED)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = json.loads(other.stdout.readlines(1)[0])
        assert theirs == ports.PREFERRED
        ours = ports.choose(tmp_path / "ours", {}, set(), progress)
        assert not {*ours.values()} & {*theirs.values()} and len({*ours.values()}) == 5
        assert f"端口 26434 已被占用,接口服务改用 {ours['gateway']}" in told(progress)
        other.kill()
    later = ports.choose(tmp_path / "later", {}, set(), progress)
    assert later == theirs, "what a dead one had chosen is free"


def test_a_service_of_ours_that_still_runs_keeps_its_port(tmp_path: Path, progress: Progress) -> None:
    with listen(26434):
        for wish in ({}, {"gateway": 26444}):
            assert ports.choose(tmp_path, wish, {"gateway"}, progress)["gateway"] == 26434
        assert told(progress) == ""


def test_a_port_asked_for_goes_before_the_remembered_one(tmp_path: Path, progress: Progress) -> None:
    ports.choose(tmp_path, {}, set(), progress)
    assert ports.choose(tmp_path, {"gateway": 26444}, set(), progress)["gateway"] == 26444


def test_what_an_older_up_did_not_remember_has_its_usual_port(tmp_path: Path, progress: Progress) -> None:
    """Commands beside a system that an older build started still find it."""
    older = {name: port + 100 for name, port in ports.PREFERRED.items() if name != "health"}
    ports.remember(tmp_path, older)
    assert ports.remembered(tmp_path) == {**older, "health": 26436}


def test_a_spoilt_file_counts_as_none(tmp_path: Path, progress: Progress) -> None:
    (tmp_path / "run").mkdir()
    for spoilt in ("{", "[]", '{"gateway": "x"}'):
        (tmp_path / "run" / "ports.json").write_text(spoilt)
        assert ports.remembered(tmp_path) == {}
    assert ports.choose(tmp_path, {}, set(), progress) == ports.PREFERRED
