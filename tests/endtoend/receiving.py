"""A unit's own system that listens for messages: a real HTTP server, and the receiver's side of Standard Webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.patience import wait_until


@dataclass(frozen=True)
class Message:
    """One call as it came."""

    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body, joined by dots."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.raw
        right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{right}" in self.headers["webhook-signature"].split()


class Receiver:
    """Listens on the loopback address; `status` and `answer` are what every caller gets."""

    def __init__(self, status: int = 204, answer: bytes = b"") -> None:
        self.messages: list[Message] = []
        received = self.messages

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received.append(Message({name.lower(): value for name, value in self.headers.items()}, raw))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/proofless"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int) -> list[Message]:
        """The first `count` messages; fails the test if more came or they do not come."""
        wait_until(lambda: len(self.messages) >= count, 20, f"{count} messages")
        assert len(self.messages) == count
        return list(self.messages)
