"""A month of rows in a ledger that the tests of one module share, once in spring and once across New Year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from runtime.services.postgres import Cluster
from tests.conftest import fresh_ledger
from tests.reports.figures.month import Month, write

MONTHS = {"spring": Month(date(2026, 2, 16), 202603), "new_year": Month(date(2026, 12, 14), 202701)}


@pytest.fixture(scope="module", params=list(MONTHS))
def month(request: pytest.FixtureRequest, installation: tuple[Path, Cluster], template_database: str) -> Iterator[Month]:
    found = MONTHS[request.param]
    with fresh_ledger(installation, template_database):
        write(found)
        yield found
