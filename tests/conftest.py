"""What all tests share: one PostgreSQL of their own, a fresh ledger for each test that asks for one.

A fresh ledger is a copy of a migrated database that already holds the sandbox's district: copying takes a few tens
of milliseconds, migrating would take a second.
"""

from __future__ import annotations

import gc
import itertools
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import certifi
import psycopg2
import pytest
from hypothesis import settings as hypothesis_settings
from xdist.remote import Producer

from ledger import database
from ledger.actor import ACTOR
from ledger.database import forget_engine
from ledger.vault import vault
from runtime.services import keyfiles
from runtime.services.postgres import Cluster
from settings import settings
from tests.browser import chromium as chromium  # fixtures: here, so that all files of a process share one browser
from tests.browser import one_chromium as one_chromium
from tests.cluster import forget_power_cuts, password, sign_in_cheaply, start_test_cluster
from tests.engine import create_lasting_engine
from tests.scheduling import PrefectInOneProcess, processes
from tests.stack import prefect as prefect  # a fixture: here, so that all tests share one server

# A slow machine is no failure: hypothesis times no single example; pytest's own time limit catches what hangs.
hypothesis_settings.register_profile("proofless", deadline=None)
hypothesis_settings.load_profile("proofless")

_NUMBERS = itertools.count(1)
_SUPERUSER: list[psycopg2.extensions.connection] = []

# A test that forgot its Prefect server must fail and not start one in the dark, with a database of its own.
os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "false"

database.create_engine = create_lasting_engine

_context = ssl.create_default_context
_all_authorities = cache(lambda: _context(cafile=certifi.where()))


def _read_once(*purpose: ssl.Purpose, **which: Any) -> ssl.SSLContext:
    """Each client reads the certificates of all authorities, 25 ms of the processor, and hardly one asks over TLS."""
    return _context(*purpose, **which) if purpose or which != {"cafile": certifi.where()} else _all_authorities()


ssl.create_default_context = _read_once

gc.set_threshold(50_000, 20, 20)  # collecting is done less often: it took a tenth of the processor time


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> PrefectInOneProcess | None:
    return PrefectInOneProcess(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return processes(config.args)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nobody_acts() -> None:
    """A command says who acts for its process (`ledger.actor`), which here is that of all tests: each begins without."""
    ACTOR.set("")


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Cluster]]:
    """The tests' own installation: its folder with all keys, and its running PostgreSQL."""
    home = tmp_path_factory.mktemp("installation") / "var"
    keyfiles.ensure(home)
    with start_test_cluster(home) as cluster:
        forget_power_cuts(cluster)
        sign_in_cheaply(cluster)
        yield home, cluster


@pytest.fixture(scope="session")
def template_database(installation: tuple[Path, Cluster]) -> str:
    """A migrated database with the sandbox's district, to be copied."""
    from ledger.migrate import upgrade

    home, cluster = installation
    name = "template_district"
    _as_superuser(installation, f"CREATE DATABASE {name} OWNER proofless_owner")
    upgrade(f"postgresql+psycopg2://proofless_owner:{password(home, 'proofless_owner')}@127.0.0.1:{cluster.port}/{name}")
    before = dict(os.environ)
    try:
        _enter(installation, name)
        from runtime.commands import starting_catalog
        from runtime.services.development_keys import ensure_development_seals
        from runtime.services.development_seals import register_development_seals
        from tasks.sealing import seal_names

        starting_catalog.load()
        ensure_development_seals(home / "seals", seal_names())
        register_development_seals(home / "seals")
    finally:
        _leave(before)
    return name


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Another PostgreSQL, whose ledger is empty and is left empty."""
    with start_test_cluster(tmp_path_factory.mktemp("elsewhere") / "var") as cluster:
        yield cluster


@pytest.fixture
def ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """A fresh ledger, and this process's settings pointing to it as `proofless_app`; gives the database's name."""
    with fresh_ledger(installation, template_database) as name:
        yield name


@contextmanager
def fresh_ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """The same for as long as somebody wants it."""
    name = f"ledger_{next(_NUMBERS)}"
    _as_superuser(installation, copied(name, template_database))
    before = dict(os.environ)
    _enter(installation, name)
    yield name
    _leave(before)
    _as_superuser(installation, f"DROP DATABASE {name} WITH (FORCE)")


def copied(name: str, template: str) -> str:
    """The statement that copies a database as files: a third of the time that copying through the log takes."""
    return f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY OWNER proofless_owner"


@pytest.fixture
def owner_url(installation: tuple[Path, Cluster], ledger: str) -> str:
    """The address of the fresh ledger for its owner."""
    home, cluster = installation
    return f"postgresql+psycopg2://proofless_owner:{password(home, 'proofless_owner')}@127.0.0.1:{cluster.port}/{ledger}"


def _as_superuser(installation: tuple[Path, Cluster], statement: str) -> None:
    """Over the connection of the time before, unless PostgreSQL was killed since: making one takes as long as deleting a ledger."""
    try:
        _execute(_SUPERUSER[0], "SELECT 1")
    except (IndexError, psycopg2.Error):
        _SUPERUSER[:] = [installation[1].connect()]
    _execute(_SUPERUSER[0], statement)


def _execute(connection: psycopg2.extensions.connection, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _enter(installation: tuple[Path, Cluster], database: str) -> None:
    home, cluster = installation
    os.environ.update(
        PROOFLESS_HOME=str(home),
        PROOFLESS_SECRETS_DIR=str(keyfiles.services_folder(home)),
        PROOFLESS_SEALS_DIR=str(home / "seals"),
        PROOFLESS_DATABASE_HOST="127.0.0.1",
        PROOFLESS_DATABASE_PORT=str(cluster.port),
        PROOFLESS_DATABASE_NAME=database,
    )
    _forget()


def _leave(before: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(before)
    _forget()


def _forget() -> None:
    """Every cache that was filled from the settings."""
    forget_engine()
    settings.cache_clear()
    vault.cache_clear()


@pytest.fixture(scope="module")
def shared_ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """A fresh ledger that the tests of one module share, each looking at its own, so that none is copied for each of them."""
    with fresh_ledger(installation, template_database) as name:
        yield name
