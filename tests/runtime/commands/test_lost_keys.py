"""A lost or another key stops `up` before anything is made: nothing starts, nothing is generated, and the text says why."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from domain.seals import SealKind
from ledger import key_checks
from ledger.migrate import upgrade
from runtime.commands import keyfiles as first_keys
from runtime.commands import up
from runtime.failures import Failure
from runtime.services import keyfiles, postgres
from runtime.services.development_keys import ensure_development_seals
from settings import settings
from tests.cluster import password, start_test_cluster
from tests.conftest import _enter, _leave
from tests.runtime.commands.test_up import Up

NAMES = {SealKind.SHARE: "甲章", SealKind.ISSUER: "乙章"}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation whose ledger knows its keys, at rest."""
    home = tmp_path_factory.mktemp("lost") / "var"
    environment = dict(os.environ)
    with start_test_cluster(home) as cluster:
        upgrade(f"postgresql+psycopg2://proofless_owner:{password(home, 'proofless_owner')}@127.0.0.1:{cluster.port}/proofless")
        ensure_development_seals(home / "seals", NAMES)
        _enter((home, cluster), "proofless")
        engine = create_engine(settings().database_url())
        with engine.begin() as connection:
            key_checks.ensure(connection.connection)
        engine.dispose()
        postgres.stop(home)
        data = (home / "postgres").resolve()
        if data != home / "postgres":  # in memory: what is at rest lies beside its keys
            (home / "postgres").unlink()
            shutil.copytree(data, home / "postgres", symlinks=True)
    _leave(environment)
    return home


@pytest.fixture
def home(before: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(before, tmp_path / "var", symlinks=True)
    yield tmp_path / "var"
    postgres.stop(tmp_path / "var")


def files(home: Path) -> dict[str, bytes]:
    kept = ("secrets", "owner", "seals")
    found = [path for name in kept for path in (home / name).rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


def refused(home: Path) -> str:
    """What `up` says that must not start; it has left every file and folder as it was."""
    held = files(home)
    started = Up(home.parent, "--once")
    assert started.process.wait(120) == 1, started.text()
    assert files(home) == held
    assert started.services() == [] and not postgres.alive(home)
    for title in ("prefect", "gateway", "worker"):
        assert f"启动{title}" not in started.text()
    return started.text()


@pytest.mark.parametrize("name", ["proofless_master_keys", "proofless_lookup_key"])
def test_a_key_file_that_is_away(home: Path, name: str) -> None:
    (home / "secrets" / name).unlink()
    said = refused(home)
    assert name in said and "没有启动、没有生成" in said and "放回" in said


def test_the_whole_folder_of_secrets_is_away(home: Path) -> None:
    shutil.rmtree(home / "secrets")
    assert "proofless_master_keys" in refused(home)


def test_the_superusers_password_is_away(home: Path) -> None:
    (home / "owner" / "postgres_password").unlink()
    assert "postgres_password" in refused(home)


def test_another_master_key_under_the_same_id(home: Path) -> None:
    path = home / "secrets" / "proofless_master_keys"
    path.write_text(json.dumps({name: base64.b64encode(os.urandom(32)).decode() for name in json.loads(path.read_text())}))
    said = refused(home)
    assert "不是本台账的那一个" in said and "放回原处" in said and "Traceback" not in said


def test_another_look_up_key(home: Path) -> None:
    (home / "secrets" / "proofless_lookup_key").write_text(base64.b64encode(os.urandom(32)).decode())
    assert "检索密钥" in refused(home)


def test_seals_that_were_made_anew(home: Path) -> None:
    shutil.rmtree(home / "seals")
    ensure_development_seals(home / "seals", NAMES)
    assert "印章证书" in refused(home)


def test_seals_that_are_away_are_not_made_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(home / "seals")
    environment = dict(os.environ)
    with postgres.running(home) as cluster:
        _enter((home, cluster), "proofless")
        try:
            with pytest.raises(Failure, match="已用印"):
                up._make_seals()
        finally:
            _leave(environment)
    assert not (home / "seals").exists()


def test_proofs_as_ofd_make_no_keys_that_cannot_seal_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for OFD alone, the first start would make keys of ECDSA, and no worker would begin with them."""
    for name, value in (("HOME", tmp_path), ("SEALS_DIR", tmp_path / "seals"), ("PROOF_FORM", "ofd")):
        monkeypatch.setenv(f"PROOFLESS_{name}", str(value))
    settings.cache_clear()
    with pytest.raises(Failure, match="PROOFLESS_SEAL_ALGORITHM") as told:
        up._make_seals()
    assert "SM2" in str(told.value) and not (tmp_path / "seals").exists()
    settings.cache_clear()


def test_keyfiles_makes_nothing_anew_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_HOME", str(tmp_path / "var"))
    assert first_keys.main([]) == 0
    for lost in ("secrets/proofless_master_keys", "secrets/proofless_lookup_key", "seals"):
        path = tmp_path / "var" / lost
        path.rename(tmp_path / "away")
        held = files(tmp_path / "var")
        with pytest.raises(Failure, match="没有"):
            first_keys.main([])
        assert files(tmp_path / "var") == held
        (tmp_path / "away").rename(path)
    assert first_keys.main([]) == 0


def test_a_first_start_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    """Between two files: what protects data is made first, so that nothing is taken for lost that never was."""
    made = list(keyfiles.ensure(tmp_path / "whole"))
    for count in range(1, len(made)):
        place = tmp_path / str(count)
        for name in made[:count]:
            source = next((tmp_path / "whole").rglob(name))
            target = place / source.parent.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text())
        assert keyfiles.ensure(place) == made[count:]
