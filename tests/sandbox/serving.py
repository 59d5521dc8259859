"""The sandbox as real HTTP on a free port, for tests that must cross a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from sandbox.accounts import Accounts
from sandbox.app import create_app
from tests.patience import wait_until

ACCOUNTS = Accounts("demo-unit", "token-0123456789", "rid-demo@2022", "app-key-0123456789abcdef")
SECRETS = {
    "proofless_licence_library_access_id": ACCOUNTS.licence_library_access_id,
    "proofless_licence_library_access_token": ACCOUNTS.licence_library_access_token,
    "proofless_province_gateway_rid": ACCOUNTS.province_gateway_rid,
    "proofless_province_gateway_app_key": ACCOUNTS.province_gateway_app_key,
}


@contextmanager
def serving() -> Iterator[str]:
    """The sandbox's address while it serves."""
    config = uvicorn.Config(create_app(ACCOUNTS), host="127.0.0.1", port=0, access_log=False, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive(), 10, "the sandbox serves")
    assert thread.is_alive(), "the sandbox did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
