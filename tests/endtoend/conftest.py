"""One stack of real processes for the whole folder: gateway, worker, sandbox, over the session's Prefect server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.services.postgres import Cluster
from settings import ROOT
from tests import conftest as house
from tests.endtoend.acting import Api, well_again
from tests.stack import PrefectServer, Stack, start_stack

REQUESTER, ISSUER, CIVIL, ADMINISTRATOR = "demo-permit-1", "demo-guangming-1", "demo-civil-1", "demo-admin"


@pytest.fixture(scope="package")
def ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """A fresh ledger for the folder, and this process's settings pointing to it."""
    name = "ledger_endtoend"
    house._as_superuser(installation, house.copied(name, template_database))
    before = dict(os.environ)
    house._enter(installation, name)
    yield name
    house._leave(before)
    house._as_superuser(installation, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="package")
def stack(
    installation: tuple[Path, Cluster], ledger: str, prefect: PrefectServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Short leases, so that what a dead worker held is free again within seconds; quotas that no test reaches."""
    settings = {
        "lease_seconds": "3",
        "requests_per_minute": "100000",
        "callback_networks": "127.0.0.0/8",  # the receivers of these tests listen here
        "public_checks_per_minute": "100000",
        "batch_rows_a_day": "100000",
        "licence_library": "licence_library",
        "sources_dir": str(impatient_sources(tmp_path_factory.mktemp("sources"))),
    }
    with start_stack(*installation, ledger, prefect, workers=1, gateway=True, **settings) as running:
        yield running


def impatient_sources(folder: Path) -> Path:
    """The configured sources, waiting two seconds for a reply instead of five."""
    for file in (ROOT / "connectors" / "sources").glob("*.toml"):
        text = file.read_text("utf-8")
        assert "read_seconds = 5.0" in text
        (folder / file.name).write_text(text.replace("read_seconds = 5.0", "read_seconds = 2.0"), "utf-8")
    return folder


@pytest.fixture(autouse=True)
def calm(stack: Stack) -> Iterator[None]:
    """After each test: no fault, every process there for the next one."""
    yield
    assert stack.gateway is not None
    for program in (stack.sandbox, stack.prefect.program, stack.gateway, *stack.workers):
        if not program.runs():
            program.start()
    well_again(stack)


@pytest.fixture(scope="package")
def department(stack: Stack) -> Iterator[Api]:
    """代办员 of the requesting unit."""
    with Api(stack.gateway_url, REQUESTER) as api:
        yield api


@pytest.fixture(scope="package")
def office(stack: Stack) -> Iterator[Api]:
    """代办员 of the street office, which answers its inbox by hand."""
    with Api(stack.gateway_url, ISSUER) as api:
        yield api


@pytest.fixture(scope="package")
def civil(stack: Stack) -> Iterator[Api]:
    """代办员 of the civil affairs office."""
    with Api(stack.gateway_url, CIVIL) as api:
        yield api


@pytest.fixture(scope="package")
def administrator(stack: Stack) -> Iterator[Api]:
    with Api(stack.gateway_url, ADMINISTRATOR) as api:
        yield api
