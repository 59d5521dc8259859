"""An application as real HTTP on a free port, for tests that must cross a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.patience import wait_until


@contextmanager
def on_a_port(app: Any, **more: Any) -> Iterator[str]:
    """Its address while it serves."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, access_log=False, log_level="critical", **more))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive(), 30, "the application serves")
    assert thread.is_alive(), "the application did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)
