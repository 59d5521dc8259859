"""The whole run has one Prefect server."""

from __future__ import annotations

import pytest

from tests.scheduling import MOST, WITH_PREFECT, processes


def test_whoever_asks_for_the_prefect_server_is_named(request: pytest.FixtureRequest) -> None:
    """Another file would start another server, in the other process."""
    asking = {
        item.nodeid.split("::")[0]
        for item in request.session.items
        if {"prefect", "installation"} <= set(getattr(item, "fixturenames", ()))
    }
    assert sorted(file for file in asking if not file.startswith(WITH_PREFECT)) == [], "name them in tests/scheduling.py"


def test_no_more_processes_than_files_and_never_many() -> None:
    assert processes(["tests/a.py"]) == processes(["tests/a.py::test_b", "tests/a.py::test_c"]) == 1
    assert 2 <= processes(["tests"]) == processes(["tests/ledger", "tests/a.py"]) <= MOST
