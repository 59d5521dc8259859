"""Every command and call of both READMEs, run as they stand by a shell, today and at dates far from today.

The gateway is the real one on a socket and the ledger a fresh one; the worker and its share source are simulated, since
`./run up` (tests.runtime.commands.test_up) shows those. The machine's clock is moved: `date` says what the gateway's clock says.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.seal import LocalSeals
from domain.seals import SealKind
from gateway.app import ROUTERS, create_app
from ledger.database import transaction
from ledger.listen_notify import WAKE_CHANNEL, Listener
from ledger.registry import keys
from proofs.seal_image import draw_seal
from runtime.commands.table import COMMANDS
from runtime.services.development_keys import ensure_development_seals
from settings import LOCAL, ROOT, settings
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import SimulatedRuns
from tests.gateway.conftest import _described_once as _described_once  # a fixture: the document is written once
from tests.runtime.ready import commands_ready
from tests.serving import on_a_port

READMES = ("README.md", "README.zh-CN.md")
_DATES = {"today": None, "in three weeks": 21, "on 30 December": "12-30"}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)


@contextmanager
def working() -> Iterator[None]:
    """Meanwhile what is filed is done as a worker does it with a verification that the share source knows."""
    names = {SealKind.SHARE: settings().seal_share_name, SealKind.ISSUER: settings().seal_issuer_name}
    ensure_development_seals(settings().seals_dir, names)
    seals = LocalSeals(settings().seals_dir, names, True, draw_seal)

    def work(channel: str, number: str) -> None:
        if channel and number not in done:
            done.add(number)
            look_up(number)
            seal_and_deliver(number, seals)

    done: set[str] = set()
    listener = Listener((WAKE_CHANNEL,), lambda channel, number: threading.Thread(target=work, args=(channel, number)).start())
    listener.start()
    yield
    listener.stop()
    listener.join(10)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The script that stands for `./run`."""
    with commands_ready(tmp_path_factory.mktemp("ready")) as script:
        yield script


@pytest.fixture(params=_DATES)
def place(request: pytest.FixtureRequest, ledger: str, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder like a clone after `./run up`, on the day of the parameter."""
    chosen, wall = _DATES[request.param], datetime.now(UTC)
    day = wall + timedelta(days=chosen if isinstance(chosen, int) else 0)
    if isinstance(chosen, str):
        day = datetime.fromisoformat(f"{wall.astimezone(LOCAL).year}-{chosen}T10:00:00+08:00")
    if chosen is not None:  # a clock of its own runs at another rate, if only by a thousandth
        monkeypatch.setenv("PROOFLESS_CLOCK_RATE", "1.001")
        monkeypatch.setenv("PROOFLESS_CLOCK_ORIGIN", (wall + (wall - day) / 0.001).isoformat())
    settings.cache_clear()
    assert abs(settings().now() - day) < timedelta(minutes=1)
    seconds = int((settings().now() - datetime.now(UTC)).total_seconds())
    tools = tmp_path / "tools"
    tools.mkdir()
    date = tools / "date"
    date.write_text(f'#!/bin/sh\nexec /bin/date -d "@$(($(/bin/date +%s) + {seconds}))" "$@"\n')
    (tmp_path / "run").write_text(run)
    for script in (date, tmp_path / "run"):
        script.chmod(0o700)
    (tmp_path / "var" / "sandbox").mkdir(parents=True)
    with transaction() as session:
        key = keys.make(session, person="demo-permit-1", now=settings().now(), actor="test")
    (tmp_path / "var" / "sandbox" / "requester_key").write_text(key)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield tmp_path
    settings.cache_clear()


def bash(place: Path, script: str) -> str:
    """What it printed. A command whose list has faulty rows ends with 1 as it should: what is shown tells."""
    done = subprocess.run(["bash", "-u", "-c", script], cwd=place, capture_output=True, text=True)
    assert not re.search("Traceback|Failure|not found|usage:", done.stderr), f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("name", READMES)
def test_every_block_does_what_the_readme_shows(place: Path, name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    blocks = _BLOCK.findall(text)
    assert sum(kind == "bash" for kind, _ in blocks) >= 3
    said, question, setting = "", "", ""
    with working(), on_a_port(create_app(SimulatedRuns())) as address:
        for index, (kind, block) in enumerate(blocks):
            if kind == "bash":
                block = block.replace("http://127.0.0.1:8080", address)
                if "catalog answer" in block:
                    asked = bash(place, "./run catalog questions")
                    question = next(line.split()[0] for line in asked.splitlines() if "户口证明" in line)
                    block = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", question, block)
                said = bash(place, block)
                setting = "\n".join(re.findall(r"^(?:URL|KEY)=.*$", block, re.M)) or setting
            elif kind == "json":
                assert_like(json.loads(block), json.loads(said[said.rindex('{"number"') :]))
                fetch_and_verify(place, text, setting, said)
            elif kind == "" and index and blocks[index - 1][0] == "bash":
                shown = [loose(line) for line in block.splitlines()]
                missing = [line for line in shown if line not in {loose(one) for one in said.splitlines()}]
                assert not missing, f"{missing} not in {said}"


def fetch_and_verify(place: Path, text: str, setting: str, said: str) -> None:
    """The two commands in the sentence after the answer."""
    number = re.findall(r'"number":"(HY\w{16})"', said)[-1]
    fetch = re.search(r"`(curl [^`]*proof\.pdf)`", text)
    check = re.search(r"`(\./run verify [^`]*)`", text)
    assert fetch and check
    bash(place, f"{setting}\n" + re.sub("<[^>]*>", number, fetch[1]))
    assert bash(place, check[1]).startswith("有效")


def loose(line: str) -> str:
    """A line without what is another each time: ids, instants, and how many versions there were."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2}-\d{2} \d{2}:\d{2}", "…", line).strip()


def assert_like(shown: object, said: object) -> None:
    """What is shown is there; numbers of verifications, and what the simulated source fills in, may be others."""
    if isinstance(shown, dict):
        assert isinstance(said, dict)
        for name, value in shown.items():
            assert name in said, name
            if name not in ("number", "maker", "住址"):
                assert_like(value, said[name])
    else:
        assert shown == said


def mentioned(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", READMES)
def test_every_command_that_is_named_exists(name: str) -> None:
    text = mentioned(name)
    named = set(re.findall(r"\./run ([a-z]+)", text))
    named |= {one for line in re.findall(r"^\| `\./run [^|]*\|", text, re.M) for one in re.findall(r"`([a-z]+)[ `]", line)}
    assert named - {"help"} <= set(COMMANDS), named - set(COMMANDS)


@pytest.mark.parametrize("name", READMES)
def test_every_call_that_is_named_exists(name: str) -> None:
    """Method and address; `…/x` is the tail of an address."""
    routes = [(method, re.sub(r"\{[^}]*\}", "{}", route.path)) for router in ROUTERS for route in router.routes for method in route.methods]  # type: ignore[attr-defined]
    paths = {path for _, path in routes}
    text = mentioned(name)
    for shown in re.findall(r"/v1/[\w/-]+(?:\\\|\w+)+[^`]*", text):  # `/v1/registry/units\|matters/{code}`: each of them
        head, *others = re.match(r"[^{`]*", shown)[0].rstrip("/").split("\\|")  # type: ignore[index]
        stem, _, first = head.rpartition("/")
        assert {f"{stem}/{one}" for one in (first, *others)} <= {path.removesuffix("/{}") for path in paths}
        text = text.replace(shown, "")
    found = re.findall(r"(?:\b(GET|POST|PUT|DELETE) )?(/v1/[^\s`\",、;)|(]*)", text)
    assert len(found) > 15
    for method, address in found:
        path = re.sub(r"\{[^}]*\}|<[^>]*>|(?<=/)BJ-[\d-]+", "{}", address.partition("?")[0]).rstrip("/")
        fitting = {one for one, there in routes if re.fullmatch(re.escape(path).replace(r"\{\}", "[^/]+"), there)}
        assert fitting or any(one.startswith(path) for one in paths), (method, address)
        assert not method or not fitting or method in fitting, (method, address)
