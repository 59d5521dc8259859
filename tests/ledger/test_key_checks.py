"""A ledger opens with its own keys: with a lost, another or a swapped one nothing is read and nothing is written."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from domain.seals import SealKind
from ledger import key_checks
from ledger.database import engine, forget_engine, transaction
from ledger.key_checks import WrongKeys
from ledger.vault import vault
from runtime.services import keyfiles
from runtime.services.development_keys import ensure_development_seals
from settings import settings
from tests.ledger.filing import file

NAMES = {SealKind.SHARE: "甲章", SealKind.ISSUER: "乙章"}
OTHER = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def own(ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The fresh ledger's keys and seals in a folder of the test's own, their values on record."""
    for folder in ("secrets", "seals"):
        (tmp_path / folder).mkdir()
    for path in keyfiles.services_folder(settings().home).iterdir():
        shutil.copy(path, tmp_path / "secrets" / path.name)
    (tmp_path / "seals").rmdir()
    ensure_development_seals(tmp_path / "seals", NAMES)
    monkeypatch.setenv("PROOFLESS_SECRETS_DIR", str(tmp_path / "secrets"))
    monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(tmp_path / "seals"))
    again()
    file()
    yield tmp_path


def again() -> None:
    """As a process that starts now."""
    forget_engine()
    settings.cache_clear()
    vault.cache_clear()


def written() -> int:
    with create_engine(settings().database_url(), hide_parameters=True).connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM cases")).scalar_one())


def refused() -> str:
    """What a new process says, which must not have written."""
    again()
    before = written()
    with pytest.raises(WrongKeys) as error:
        file()
    assert written() == before
    return str(error.value)


def masters(own: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((own / "secrets" / "proofless_master_keys").read_text())
    return found


def put_masters(own: Path, keys: dict[str, str]) -> None:
    (own / "secrets" / "proofless_master_keys").write_text(json.dumps(keys))


def test_another_master_key_under_the_same_id_is_refused(own: Path) -> None:
    (name,) = masters(own)
    put_masters(own, {name: OTHER})
    assert f"主密钥 {name}(proofless_master_keys)不是本台账的那一个" in refused()


def test_a_master_key_that_is_gone_from_the_file_is_refused_and_one_more_is_put_on_record(own: Path) -> None:
    before = masters(own)
    put_masters(own, {**before, "k9": OTHER})
    again()
    file()
    with engine().connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM key_checks WHERE name = 'master:k9'")) == 1
    put_masters(own, before)
    assert "没有主密钥 k9" in refused()


def test_another_look_up_key_is_refused(own: Path) -> None:
    (own / "secrets" / "proofless_lookup_key").write_text(OTHER)
    assert "检索密钥" in refused()


def test_a_key_file_that_is_empty_or_gone_is_refused_by_name(own: Path) -> None:
    (own / "secrets" / "proofless_lookup_key").unlink()
    assert "proofless_lookup_key" in refused()


def test_other_seals_are_refused(own: Path) -> None:
    shutil.rmtree(own / "seals")
    ensure_development_seals(own / "seals", NAMES)
    said = refused()
    assert [name for name in ("ca", "share", "issuer") if f"印章证书 {name}.crt.pem 不是本台账登记的那一个" in said] == [
        "ca",
        "share",
        "issuer",
    ]


def test_an_older_ledger_without_values_must_open(own: Path, owner_url: str) -> None:
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE key_checks"))
    owner.dispose()
    again()
    file()
    right = masters(own)
    (name,) = right
    put_masters(own, {name: OTHER})
    assert "打不开台账中最近的办件" in refused()
    put_masters(own, right)
    (own / "secrets" / "proofless_lookup_key").write_text(OTHER)
    assert "检索密钥" in refused()


def test_two_first_processes_with_different_keys_do_not_both_win(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both found no value; the later one finds, under the lock, that it is not the ledger's."""
    with engine().begin() as connection:
        key_checks._record(connection.connection, {"master:first": "a"})
    real = key_checks.recorded
    looks = iter([lambda at: {}])
    monkeypatch.setattr(key_checks, "recorded", lambda at: next(looks, real)(at))
    with engine().begin() as connection, pytest.raises(WrongKeys):
        key_checks._record(connection.connection, {"master:first": "b"})


def test_nobody_changes_a_value(own: Path) -> None:
    with transaction() as session, pytest.raises(Exception, match="permission denied"):
        session.execute(text("UPDATE key_checks SET value = 'x'"))
