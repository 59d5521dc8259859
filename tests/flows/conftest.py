"""Flows in this process, against the session's real Prefect server and the sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from runtime.services.postgres import Cluster
from settings import settings
from tasks.look_up import sources
from tasks.sealing import seals
from tests.stack import PrefectServer, Stack, start_stack


@pytest.fixture
def stack(installation: tuple[Path, Cluster], ledger: str, prefect: PrefectServer) -> Iterator[Stack]:
    """The sandbox alone: the passes run in this process."""
    with start_stack(*installation, ledger, prefect, workers=0) as running:
        os.environ["PROOFLESS_SANDBOX_URL"] = running.sandbox_url
        _forget()
        with temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}):
            yield running
    _forget()


def _forget() -> None:
    for cache in (settings, sources, seals):
        cache.cache_clear()
