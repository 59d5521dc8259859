"""A ledger for a whole module, where each test looks at its own verifications only: a fresh one costs half a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.postgres import Cluster
from tests.conftest import fresh_ledger


@pytest.fixture(scope="module")
def shared_ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """A fresh ledger that the tests of one module share; gives the database's name."""
    with fresh_ledger(installation, template_database) as name:
        yield name
