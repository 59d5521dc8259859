"""The backup and restore services as compose gives them their secrets, and an upgrade that asks for a backup first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ledger.migrate import upgrade
from runtime.commands import keyfiles, starting_catalog
from runtime.services import postgres
from runtime.services.databases import create_databases
from settings import ROOT
from tests.cluster import password
from tests.conftest import _enter, _leave
from tests.deployment.test_containers import Site
from tests.ledger.filing import file
from tests.ports import free_port


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Keys as `./run keyfiles` makes them, and a PostgreSQL with roles and a ledger that is not migrated."""
    home = tmp_path / "var"
    before = dict(os.environ)
    os.environ["PROOFLESS_HOME"] = str(home)
    keyfiles.main([])
    _leave(before)
    try:
        cluster = postgres.start(home, free_port())
        create_databases(cluster, home)
        with ExitStack() as ending:
            yield Site(home, tmp_path, cluster, {name: free_port() for name in ("prefect", "gateway", "health", "sandbox")}, ending)
    finally:
        postgres.stop(home)


def owner(site: Site) -> str:
    return f"postgresql+psycopg2://proofless_owner:{password(site.home, 'proofless_owner')}@127.0.0.1:{site.cluster.port}/proofless"


def run(site: Site, service: str, *command: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "runtime.services.container", *command]
    return subprocess.run(argv, cwd=ROOT, env=site.variables(service), capture_output=True, text=True, timeout=250)


def well(site: Site, folder: Path) -> bool:
    argv = [sys.executable, "-m", "runtime.commands.healthy", "backup", str(folder), "24"]
    return subprocess.run(argv, cwd=ROOT, env=site.variables("backup")).returncode == 0


def counts(site: Site) -> tuple[int, int]:
    engine = create_engine(owner(site))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM events)")).one()
    engine.dispose()
    return int(found[0]), int(found[1])


def test_what_the_backup_service_saves_the_restore_service_brings_back(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    upgrade(owner(site))
    before = dict(os.environ)
    _enter((site.home, site.cluster), "proofless")
    try:
        starting_catalog.load()
        file()
    finally:
        _leave(before)
    had = counts(site)
    assert had[0] == 1
    assert not well(site, folder)
    saved = run(site, "backup", "backup", str(folder), "--keep", "2")
    assert saved.returncode == 0, saved.stdout + saved.stderr
    assert well(site, folder)
    (backup,) = folder.iterdir()
    refused = run(site, "restore", "restore", str(backup))
    assert refused.returncode == 1 and "已有数据" in refused.stdout
    with closing(site.cluster.connect("postgres")) as outside, outside.cursor() as statement:
        statement.execute("DROP DATABASE proofless WITH (FORCE)")
    restored = run(site, "restore", "restore", str(backup))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert counts(site) == had


def test_the_set_up_job_upgrades_nothing_that_is_not_saved(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    upgrade(owner(site), "0008")
    refused = run(site, "setup", "setup", "--backups", str(folder))
    assert refused.returncode == 1 and "没有它的最新备份" in refused.stdout and "docker compose" in refused.stdout
    saved = run(site, "backup", "backup", str(folder), "--keep", "2")
    assert saved.returncode == 0, saved.stdout + saved.stderr
    from runtime.commands.setup_job import demand_backup
    from runtime.failures import Failure

    before = dict(os.environ)
    os.environ.update(site.variables("setup"))
    _leave(dict(os.environ))
    try:
        demand_backup(folder, "0008")
        with pytest.raises(Failure):
            demand_backup(folder, "0007")
    finally:
        _leave(before)
