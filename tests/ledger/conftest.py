"""A ledger for a whole module, where each test looks at its own verifications only: a fresh one costs half a second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.postgres import Cluster
from tests.conftest import _NUMBERS, _as_superuser, _enter, _leave


@pytest.fixture(scope="module")
def shared_ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """A fresh ledger that the tests of one module share; gives the database's name."""
    name = f"ledger_{next(_NUMBERS)}"
    _as_superuser(installation, f"CREATE DATABASE {name} TEMPLATE {template_database} OWNER proofless_owner")
    before = dict(os.environ)
    _enter(installation, name)
    yield name
    _leave(before)
    _as_superuser(installation, f"DROP DATABASE {name} WITH (FORCE)")
