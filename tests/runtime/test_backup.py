"""A backup comes back into an empty folder, whole, with its keys; anything else is refused and changes nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest

from runtime import keyfiles, postgres
from runtime.backup import DUMP, backup, restore
from runtime.failures import Failure
from runtime.postgres import Cluster
from tests.cluster import password


@pytest.fixture(scope="module")
def saved(basement: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A backup of a ledger with one table of its owner, on which the application has two rights."""
    folder = tmp_path_factory.mktemp("saved")
    seals = folder / "seals"
    seals.mkdir()
    (seals / "share.key.pem").write_text("a key")
    (seals / "share.key.pem").chmod(0o600)
    with closing(owner(basement)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE events (id int PRIMARY KEY, what text)")
        cursor.execute("INSERT INTO events SELECT n, '核验' || n FROM generate_series(1, 500) AS n")
        cursor.execute("GRANT SELECT, INSERT ON events TO proofless_app")
        connection.commit()
    backup(basement.home, folder / "ledger", folder / "keys", seals)
    with closing(owner(basement)) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE events")
        connection.commit()
    return folder / "ledger", folder / "keys"


def owner(cluster: Cluster) -> psycopg2.extensions.connection:
    return log_in(cluster, "proofless_owner")


def log_in(cluster: Cluster, role: str) -> psycopg2.extensions.connection:
    secret = password(cluster.home, role)
    return psycopg2.connect(
        host="127.0.0.1", port=cluster.port, user=role, password=secret, dbname="proofless"
    )


def test_it_comes_back_with_its_rows_rights_and_keys(
    saved: tuple[Path, Path], basement: Cluster, tmp_path: Path
) -> None:
    home = tmp_path / "var"
    home.mkdir()
    restore(home, *saved)
    assert not postgres.alive(home)
    with postgres.running(home) as cluster:
        with closing(log_in(cluster, "proofless_app")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*), max(what) FROM events")
            assert cursor.fetchone() == (500, "核验99")
            cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'events'")
            assert cursor.fetchone() == ("proofless_owner",)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("DELETE FROM events")
    for name in ("proofless_master_keys", "proofless_lookup_key", *keyfiles.SOURCE_SECRETS):
        assert keyfiles.read(home, name) == keyfiles.read(basement.home, name)
    for name in (*keyfiles.LOCAL_ONLY, "owner_password", "postgres_password"):
        assert keyfiles.read(home, name) != keyfiles.read(basement.home, name)
    assert (home / "seals" / "share.key.pem").read_text() == "a key"


def test_the_ledger_is_saved_without_its_keys(saved: tuple[Path, Path], basement: Cluster) -> None:
    ledger, keys = saved
    secrets = [path.read_text() for path in (basement.home / "secrets").iterdir()]
    held = b"".join(path.read_bytes() for path in ledger.iterdir())
    assert not [secret for secret in secrets if secret.encode() in held]
    assert (ledger.stat().st_mode & 0o077, keys.stat().st_mode & 0o077) == (0, 0)


def test_a_changed_dump_is_refused(saved: tuple[Path, Path], tmp_path: Path) -> None:
    ledger, keys = saved
    spoilt = tmp_path / "ledger"
    spoilt.mkdir()
    for path in ledger.iterdir():
        (spoilt / path.name).write_bytes(path.read_bytes())
    whole = bytearray((spoilt / DUMP).read_bytes())
    whole[len(whole) // 2] ^= 1
    (spoilt / DUMP).write_bytes(whole)
    with pytest.raises(Failure, match="校验值不符"):
        restore(tmp_path / "var", spoilt, keys)
    assert not (tmp_path / "var").exists()


def test_a_restore_never_writes_over_anything(saved: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "something").write_text("here")
    with pytest.raises(Failure, match="已有数据"):
        restore(tmp_path / "var", *saved)
    assert [path.name for path in tmp_path.rglob("*")] == ["var", "something"]


def test_a_backup_without_keys_is_refused(saved: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(Failure, match="没有密钥"):
        restore(tmp_path / "var", saved[0], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_keys_inside_the_ledgers_folder_and_a_used_folder_are_refused(
    basement: Cluster, tmp_path: Path
) -> None:
    with pytest.raises(Failure, match="不能互相包含"):
        backup(basement.home, tmp_path / "b", tmp_path / "b" / "keys", tmp_path)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").write_text("")
    with pytest.raises(Failure, match="不是空目录"):
        backup(basement.home, tmp_path / "used", tmp_path / "keys", tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "used"]


def test_a_dump_that_fails_leaves_nothing(
    basement: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.backup.LEDGER", "no_such_database")
    with pytest.raises(Failure, match="pg_dump"):
        backup(basement.home, tmp_path / "ledger", tmp_path / "keys", tmp_path / "seals")
    assert list(tmp_path.iterdir()) == []
