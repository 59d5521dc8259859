"""A connection to the ledger does not live for ever: what its server process remembers goes with it."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from ledger.database import RECYCLE_SECONDS, transaction


def server_process() -> int:
    with transaction() as session:
        return int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_connection_is_another_one_after_ten_minutes(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, later = server_process(), 0.0
    monkeypatch.setattr("sqlalchemy.pool.base.time", SimpleNamespace(time=lambda: time.time() + later))
    later = RECYCLE_SECONDS - 60.0
    assert server_process() == first
    later = RECYCLE_SECONDS + 60.0
    second = server_process()
    assert second != first and server_process() == second
