"""Secrets are made once, closed to others, whole, and what settings.py expects."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest

from runtime.failures import Failure
from runtime.services import keyfiles
from settings import load


def everything(home: Path) -> dict[str, str]:
    return {str(path.relative_to(home)): path.read_text() for path in home.rglob("*") if path.is_file()}


def test_they_are_made_once(tmp_path: Path) -> None:
    made = keyfiles.ensure(tmp_path)
    first = everything(tmp_path)
    assert len(made) == len(first)
    secrets = [secret for secret in first.values() if secret]  # empty: what somebody else gives, to be filled in
    assert len(secrets) == len(set(secrets)) == len(first) - 2, "no two secrets may be equal"
    assert keyfiles.ensure(tmp_path) == []
    assert everything(tmp_path) == first


def test_nobody_else_may_read_them_even_if_a_folder_was_open_before(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir(mode=0o755)
    (tmp_path / "secrets" / "proofless_lookup_key").write_text("from before")
    (tmp_path / "secrets" / "proofless_lookup_key").chmod(0o644)
    keyfiles.ensure(tmp_path)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert keyfiles.read(tmp_path, "proofless_lookup_key") == "from before"


def test_settings_read_them(tmp_path: Path) -> None:
    keyfiles.ensure(tmp_path)
    found = load(keyfiles.services_folder(tmp_path))
    assert found.database_password.get_secret_value() == keyfiles.read(tmp_path, "proofless_database_password")
    assert found.prefect_password.get_secret_value() == keyfiles.read(tmp_path, "proofless_prefect_password")
    keys = json.loads(found.master_keys.get_secret_value())
    assert [len(base64.b64decode(key, validate=True)) for key in keys.values()] == [32]
    assert len(base64.b64decode(found.lookup_key.get_secret_value(), validate=True)) == 32


def test_services_get_no_secret_of_the_owner(tmp_path: Path) -> None:
    keyfiles.ensure(tmp_path)
    given = set(everything(keyfiles.services_folder(tmp_path)).values())
    kept = set(everything(keyfiles.owner_folder(tmp_path)).values())
    assert len(kept) == 3
    assert not given & kept


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert keyfiles.write_once(path, "first")
    assert not keyfiles.write_once(path, "second")
    assert path.read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="owner_password"):
        keyfiles.read(tmp_path, "owner_password")
