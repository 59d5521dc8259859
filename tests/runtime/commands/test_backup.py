"""A backup is the ledger, readable with its keys alone; it comes back whole, or is refused and changes nothing."""

from __future__ import annotations

import base64
import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
import pytest
from sqlalchemy import create_engine, text

from domain.seals import SealKind
from ledger.cases import cases
from ledger.database import forget_engine, transaction
from ledger.tables.cases import Case
from ledger.vault import open_vault, vault
from runtime.commands import backup as backup_commands
from runtime.failures import Failure
from runtime.services import keyfiles, postgres, restore
from runtime.services.backup import FILE, backup, keys_of, verify
from runtime.services.development_keys import ensure_development_seals
from runtime.services.postgres import Cluster
from settings import settings
from tests.cluster import password
from tests.ledger.filing import file

NAMES = {SealKind.SHARE: "甲章", SealKind.ISSUER: "乙章"}


@pytest.fixture
def saved(ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A backup of a ledger with two verifications and seals."""
    ensure_development_seals(tmp_path / "seals", NAMES)
    monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(tmp_path / "seals"))
    _again()
    file()
    file(person="演示乙丑")
    backup(tmp_path / "ledger", tmp_path / "keys")
    return tmp_path / "ledger", tmp_path / "keys"


def _again() -> None:
    forget_engine()
    settings.cache_clear()
    vault.cache_clear()


def rows(url: str) -> dict[str, list[Any]]:
    """Everything in a database, table by table, as its own server writes it."""
    engine = create_engine(url)
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).all()
        found = {name: sorted(connection.scalars(text(f'SELECT t::text FROM "{name}" AS t')).all()) for name in names}
    engine.dispose()
    return found


def address(cluster: Cluster, role: str) -> str:
    return f"postgresql+psycopg2://{role}:{password(cluster.home, role)}@127.0.0.1:{cluster.port}/proofless"


def into(cluster: Cluster, source: Path, keys: Path) -> dict[str, Any]:
    return restore.into_server(
        cluster.connect,
        lambda name: keyfiles.read(cluster.home, name),
        "127.0.0.1",
        cluster.port,
        source,
        keys / "seals",
        keys_of(keys / "secrets"),
    )


def emptied(cluster: Cluster) -> None:
    with closing(cluster.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("DROP DATABASE proofless WITH (FORCE)")
        cursor.execute("CREATE DATABASE proofless OWNER proofless_owner")


def test_it_comes_back_into_a_folder_with_every_row_its_rights_and_keys(saved: tuple[Path, Path], tmp_path: Path, owner_url: str) -> None:
    before = rows(owner_url)
    home = tmp_path / "var"
    home.mkdir()
    summary = restore.into_folder(home, *saved)
    assert summary["counts"] == {name: len(found) for name, found in before.items() if name != "alembic_version"}
    assert summary["counts"]["verifications"] == 2
    assert not postgres.alive(home)
    with postgres.running(home) as cluster:
        assert rows(address(cluster, "proofless_owner")) == before
        with closing(psycopg2.connect(address(cluster, "proofless_app").replace("+psycopg2", ""))) as connection:
            with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("DELETE FROM events")
    for name in ("proofless_master_keys", "proofless_lookup_key", *keyfiles.SOURCE_SECRETS):
        assert keyfiles.read(home, name) == keyfiles.read(settings().home, name)
    for name in (*keyfiles.LOCAL_ONLY, "owner_password", "postgres_password"):
        assert keyfiles.read(home, name) != keyfiles.read(settings().home, name)
    assert (home / "seals" / "share.key.pem").read_bytes() == (tmp_path / "seals" / "share.key.pem").read_bytes()


def test_it_comes_back_into_a_configured_server_and_goes_on_there(
    saved: tuple[Path, Path], elsewhere: Cluster, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(owner_url)
    into(elsewhere, *saved)
    assert rows(address(elsewhere, "proofless_owner")) == before
    monkeypatch.setenv("PROOFLESS_DATABASE_PORT", str(elsewhere.port))
    monkeypatch.setenv("PROOFLESS_DATABASE_NAME", "proofless")
    shutil.copy(elsewhere.home / "secrets" / "proofless_database_password", saved[1] / "secrets")
    monkeypatch.setenv("PROOFLESS_SECRETS_DIR", str(saved[1] / "secrets"))
    _again()
    with transaction() as session:
        case = session.query(Case).first()
        assert case is not None and cases.case_key(case)
    file()  # the numbering goes on where it was
    with pytest.raises(Failure, match="已有数据"):
        into(elsewhere, *saved)
    _again()
    emptied(elsewhere)


def test_nothing_of_the_ledger_or_its_keys_stands_in_it(saved: tuple[Path, Path]) -> None:
    held = (saved[0] / FILE).read_bytes()
    assert [path.name for path in saved[0].iterdir()] == [FILE]
    for telling in ("演示", "DEMO-0001", "CREATE", "COPY", "P-HOUSEHOLD", "verifications"):
        assert telling.encode() not in held
    for path in (settings().home / "secrets").iterdir():
        assert not path.stat().st_size or path.read_bytes() not in held
    assert (saved[0].stat().st_mode & 0o077, saved[1].stat().st_mode & 0o077) == (0, 0)


@pytest.mark.parametrize("where", ["header", "first block", "end", "cut", "longer"])
def test_a_changed_backup_is_refused(saved: tuple[Path, Path], tmp_path: Path, elsewhere: Cluster, where: str) -> None:
    path = saved[0] / FILE
    whole = bytearray(path.read_bytes())
    if where == "cut":
        whole = whole[:-40]
    elif where == "longer":
        whole += b"\0"
    else:
        whole[{"header": whole.index(b"made_at") + 14, "first block": whole.index(b"\n") + 20, "end": -1}[where]] ^= 1
    path.write_bytes(whole)
    with pytest.raises(Failure, match=r"被改动|不完整"):
        restore.into_folder(tmp_path / "var", *saved)
    with pytest.raises(Failure):
        into(elsewhere, *saved)
    assert not (tmp_path / "var").exists() and _tables(elsewhere) == 0


def test_whole_blocks_that_are_left_out_at_the_end_are_missed(saved: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.services.sealed_stream._BLOCK", 512)
    (saved[0] / FILE).unlink()
    backup(saved[0].with_name("small"), None)
    path = saved[0].with_name("small") / FILE
    assert verify(path.parent, vault())["counts"]["cases"] == 2
    head, body = path.read_bytes().split(b"\n", 1)
    path.write_bytes(head + b"\n" + body[: 3 * (512 + 16)])
    with pytest.raises(Failure, match="不完整"):
        verify(path.parent, vault())
    path.write_bytes(head + b"\n" + body[528:1056] + body[:528] + body[1056:])
    with pytest.raises(Failure, match="被改动"):
        verify(path.parent, vault())


def test_other_keys_are_refused(saved: tuple[Path, Path], tmp_path: Path) -> None:
    other = base64.b64encode(bytes(range(32))).decode()
    held = (saved[1] / "secrets" / "proofless_master_keys").read_text()
    (saved[1] / "secrets" / "proofless_master_keys").write_text(json.dumps(dict.fromkeys(json.loads(held), other)))
    with pytest.raises(Failure, match="密钥不是同一套"):
        restore.into_folder(tmp_path / "var", *saved)
    (saved[1] / "secrets" / "proofless_master_keys").write_text(held)
    (saved[1] / "secrets" / "proofless_lookup_key").write_text(other)
    with pytest.raises(Failure, match="检索密钥"):
        restore.into_folder(tmp_path / "var", *saved)
    assert not (tmp_path / "var").exists() and not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "name", ["secrets/proofless_lookup_key", "secrets/proofless_master_keys", "seals/share.key.pem", "seals/ca.crt.pem"]
)
def test_what_is_missing_of_the_keys_is_named(saved: tuple[Path, Path], tmp_path: Path, elsewhere: Cluster, name: str) -> None:
    (saved[1] / name).unlink()
    with pytest.raises(Failure, match=Path(name).name):
        restore.into_folder(tmp_path / "var", *saved)
    with pytest.raises(Failure, match=Path(name).name):
        into(elsewhere, *saved)
    assert not (tmp_path / "var").exists() and _tables(elsewhere) == 0


def test_rows_that_are_fewer_than_the_ledger_said_are_refused(
    saved: tuple[Path, Path], elsewhere: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the file is whole: what came is counted in the database."""
    import ledger.copying as copying

    real = copying._rows
    monkeypatch.setattr(copying, "_rows", lambda source: iter(list(real(source))[1:]))
    monkeypatch.setattr(restore, "verify", lambda *_: {})
    with pytest.raises(Failure, match=r"应有 \d+ 行,实有 \d+ 行"):
        into(elsewhere, *saved)
    assert _tables(elsewhere) == 0


def test_a_restore_never_writes_over_anything(saved: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "something").write_text("here")
    with pytest.raises(Failure, match="已有数据"):
        restore.into_folder(tmp_path / "var", *saved)
    assert [path.name for path in (tmp_path / "var").rglob("*")] == ["something"]


def test_keys_inside_the_ledgers_folder_and_a_used_folder_are_refused(ledger: str, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="不能互相包含"):
        backup(tmp_path / "b", tmp_path / "b" / "keys")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").write_text("")
    with pytest.raises(Failure, match="不是空目录"):
        backup(tmp_path / "used", tmp_path / "keys")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "used"]


def test_the_command_saves_a_configured_server_keeps_some_and_makes_no_cluster(
    ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file()
    home = tmp_path / "nowhere"
    monkeypatch.setenv("PROOFLESS_HOME", str(home))
    kept = tmp_path / "kept"
    (kept / "before-upgrade-x").mkdir(parents=True)
    for day in ("20260101T000000Z", "20260102T000000Z", "20260103T000000Z"):
        (kept / day).mkdir()
        (kept / day / FILE).write_text("older")
    assert backup_commands.backup_command([str(kept), "--keep", "2"]) == 0
    newest = backup_commands.made(kept)
    assert len(newest) == 2 and newest[0] == "20260103T000000Z" and (kept / "before-upgrade-x").exists()
    assert verify(kept / newest[-1], open_vault(settings()))["counts"]["cases"] == 1
    assert not home.exists()


def test_the_command_says_that_there_is_nothing_to_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("PROOFLESS_DATABASE_HOST", raising=False)
    with pytest.raises(Failure, match="没有台账"):
        backup_commands.backup_command([str(tmp_path / "backup")])
    assert list(tmp_path.iterdir()) == []


def _tables(cluster: Cluster) -> int:
    with closing(cluster.connect("proofless")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        (count,) = cursor.fetchone() or (0,)
    return int(count)
