"""The issuing unit against a small gateway of its own: it answers once, in time, and outlives failures."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.issuing_unit import IssuingUnit, answer
from sandbox.people import by_name

FIELDS = ["姓名", "家庭人口", "认定结论"]


def item(name: str = "演示甲子", id_number: str | None = None, proof: str = "经济困难证明", identity: str = "7") -> dict[str, Any]:
    number = by_name(name).id_number if id_number is None else id_number
    return {
        "id": identity,
        "verification_number": "HY20260304ABCDEFGH",
        "proof": {"code": "P1", "name": proof, "fields": FIELDS},
        "party": {"name": name, "id_number": number},
        "due_at": "2026-03-04T09:30:00+08:00",
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (item("演示甲子"), "true"),
        (item("演示乙丑"), "true"),
        (item("演示丙寅"), "false"),
        (item("演示无证"), "no_record"),
        (item("演示甲子", id_number="370402188203030038"), "no_record"),
        (item("演示甲子", id_number=""), "no_record"),
        (item("演示甲子", proof="居住证明"), "cannot_verify"),
        ({"id": "1"}, "cannot_verify"),
        ({**item(), "proof": {"name": "经济困难证明", "fields": [*FIELDS, "没有的字段"]}}, "cannot_verify"),
    ],
)
def test_the_answer_comes_from_the_households(asked: dict[str, Any], expected: str) -> None:
    given = answer(asked)
    assert given["answer"] == expected
    if expected == "true":
        assert set(given["fields"]) == {"姓名", "家庭人口", "认定结论"}  # what was asked and is known, no more
    else:
        assert given["fields"] == {} and given["note"]


class Gateway:
    """The gateway's inbox in memory, behind a mock transport."""

    def __init__(self, items: list[dict[str, Any]], status: int = 200) -> None:
        self.items, self.status, self.replies = items, status, []
        self.now = 0.0
        http = httpx.Client(transport=httpx.MockTransport(self.handle), base_url="http://gateway")
        self.unit = IssuingUnit(http, delay=3, clock=lambda: self.now)

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            assert request.url.raw_path == b"/v1/inbox?status=open"
            return httpx.Response(200, json={"items": self.items})
        self.replies.append((request.url.path, json.loads(request.content)["answer"]))
        return httpx.Response(self.status, json={})


def test_it_answers_after_the_delay_and_once() -> None:
    gateway = Gateway([item()])
    assert gateway.unit.look() == 0
    gateway.now = 2.9
    assert gateway.unit.look() == 0 and gateway.replies == []
    gateway.now = 3.0
    assert gateway.unit.look() == 1
    assert gateway.unit.look() == 0
    assert gateway.replies == [("/v1/inbox/7/reply", "true")]


@pytest.mark.parametrize(("status", "posts"), [(409, 1), (410, 1), (422, 1), (503, 2), (429, 2)])
def test_only_what_may_pass_is_tried_again(status: int, posts: int) -> None:
    gateway = Gateway([item()], status)
    for gateway.now in (0, 4, 5):
        assert gateway.unit.look() == 0
    assert len(gateway.replies) == posts


def test_the_process_outlives_a_gateway_that_is_away(tmp_path: Path) -> None:
    """Started first, answers when the gateway appears, with its key; its output names nobody."""
    key = tmp_path / "key"
    key.write_text("secret-key\n", "utf-8")
    answered = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({"items": [item()]} if self.headers["Authorization"] == "Bearer secret-key" else {})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply({})
            answered.set()

        def reply(self, body: dict[str, Any]) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.server_bind()  # the port is ours, but nobody listens yet
    command = [sys.executable, "-m", "sandbox.issuing_unit", "--gateway", f"http://127.0.0.1:{server.server_port}"]
    with subprocess.Popen([*command, "--key-file", str(key), "--delay", "0"], stderr=subprocess.PIPE) as process:
        try:
            time.sleep(1.0)
            assert process.poll() is None
            server.server_activate()
            threading.Thread(target=server.serve_forever, daemon=True).start()
            assert answered.wait(60)
        finally:
            process.terminate()
            server.shutdown()
            server.server_close()
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert "演示" not in said.replace("演示的证明出具单位", "") and "370402" not in said and "secret-key" not in said
