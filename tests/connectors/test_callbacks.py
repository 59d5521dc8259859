"""回调 against a real receiver that verifies the signature by the words of Standard Webhooks, not by our code."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import pytest

from connectors import callbacks
from connectors.callbacks import send
from connectors.faults import Fault, PermanentFault, TransientFault
from settings import settings

SECRET = b"0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Message:
    url: str
    id: UUID = field(default_factory=uuid4)
    verification: str = "HY20260304AAAAAAAA"
    status: str = "delivered"
    made_at: datetime = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
    secret: bytes = SECRET
    topic: str = "verification"


class Receiver(BaseHTTPRequestHandler):
    """Keeps what arrives; the path says how to answer."""

    seen: list[tuple[str, dict[str, str], bytes]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        if self.path == "/slow":
            time.sleep(1.5)
        if self.path == "/broken":
            self.connection.close()
            return
        status = int(self.path[1:]) if self.path[1:].isdigit() else 200
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/elsewhere")
        endless = self.path == "/endless"
        self.send_header("Content-Length", "1000000000" if endless else "2")
        self.end_headers()
        try:
            for _ in range(200_000 if endless else 1):
                self.wfile.write(b"x" * 4096 if endless else b"ok")
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def loopback_allowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The receivers of these tests listen on this machine, to which nothing is sent unless somebody says so."""
    monkeypatch.setenv("PROOFLESS_CALLBACK_NETWORKS", "127.0.0.0/8")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def verified(headers: dict[str, str], body: bytes, secret: bytes) -> bool:
    """Standard Webhooks 1.0: base64(HMAC-SHA256(secret, "{id}.{timestamp}.{body}")) among the listed signatures."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    expected = base64.b64encode(hmac.new(secret, content.encode(), hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(
        version == "v1" and hmac.compare_digest(signature, expected)
        for version, _, signature in (entry.partition(",") for entry in headers["webhook-signature"].split(" "))
    )


def test_the_example_of_the_specification() -> None:
    """The published test vector: secret, id, timestamp and payload of the reference implementations."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = callbacks.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_arrives_signed_and_says_number_and_status_alone(receiver: str) -> None:
    message = Message(receiver + "/hook")
    assert asyncio.run(send(message)) == "200"
    path, headers, body = Receiver.seen[-1]
    assert path == "/hook" and headers["webhook-id"] == str(message.id)
    assert verified(headers, body, SECRET)
    assert not verified(headers, body + b" ", SECRET) and not verified(headers, body, b"other" * 7)
    assert json.loads(body) == {
        "type": "verification.delivered",
        "timestamp": "2026-03-04T01:00:00+00:00",
        "data": {"number": "HY20260304AAAAAAAA", "status": "delivered"},
    }


def test_a_repeat_carries_the_same_id_and_body(receiver: str) -> None:
    message = Message(receiver + "/hook")
    for _ in range(2):
        asyncio.run(send(message))
    (_, one, first), (_, two, second) = Receiver.seen[-2:]
    assert one["webhook-id"] == two["webhook-id"] and first == second


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/204", None),
        ("/301", TransientFault),
        ("/400", TransientFault),
        ("/401", TransientFault),
        ("/403", TransientFault),
        ("/404", TransientFault),
        ("/410", PermanentFault),
        ("/408", TransientFault),
        ("/422", TransientFault),
        ("/429", TransientFault),
        ("/500", TransientFault),
        ("/503", TransientFault),
        ("/broken", TransientFault),
        ("/endless", None),
    ],
)
def test_what_an_answer_means(receiver: str, path: str, kind: type[Fault] | None) -> None:
    if kind is None:
        assert asyncio.run(send(Message(receiver + path))) in ("204", "200")
    else:
        with pytest.raises(kind, match="需求单位回调地址"):
            asyncio.run(send(Message(receiver + path)))
    assert Receiver.seen[-1][0] == path  # no redirect was followed


def test_slow_and_absent_receivers(receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "_READ", 0.3)
    with pytest.raises(TransientFault, match="timeout"):
        asyncio.run(send(Message(receiver + "/slow")))
    monkeypatch.setattr(callbacks, "_READ", 10.0)
    monkeypatch.setattr(callbacks, "_WHOLE", 0.3)
    with pytest.raises(TransientFault, match="timeout"):
        asyncio.run(send(Message(receiver + "/slow")))
    with pytest.raises(TransientFault, match="unreachable"):
        asyncio.run(send(Message("http://127.0.0.1:9/")))
    with pytest.raises(TransientFault, match="bad_address"):  # whoever registers it anew has the message sent
        asyncio.run(send(replace(Message(""), url="http://[::1/")))


def test_nothing_is_sent_to_this_machine_unless_it_is_allowed(receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROOFLESS_CALLBACK_NETWORKS")
    settings.cache_clear()
    before = len(Receiver.seen)
    for spelling in ("127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"):
        with pytest.raises(TransientFault, match="forbidden_address"):
            asyncio.run(send(Message(f"{receiver}/hook".replace("127.0.0.1", spelling))))
    assert len(Receiver.seen) == before


def test_the_receiver_is_called_by_its_own_name(receiver: str) -> None:
    """The connection goes to the address that was judged; the receiver still reads the name that was registered."""
    asyncio.run(send(Message(f"{receiver}/hook".replace("127.0.0.1", "localhost"))))
    assert Receiver.seen[-1][1]["host"] == f"localhost:{receiver.rpartition(':')[2]}"
