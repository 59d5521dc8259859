"""The sandbox as real HTTP, and the secrets with which it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.accounts import Accounts
from sandbox.app import create_app
from tests.serving import on_a_port

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
    with on_a_port(create_app(ACCOUNTS)) as address:
        yield address
