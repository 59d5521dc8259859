"""备份: the ledger in one folder, its keys in another, because either alone tells nothing.

    TARGET/        ledger.backup: every row, encrypted and authenticated under the master key (runtime.services.sealed_stream)
    TARGET-keys/   the master keys and other secrets, the seals; or, closed for the holders of a private key, TARGET/keys.p7m

It holds rows and no statement (ledger.copying). Prefect's database is left out: it shows and executes, and a worker
starts what the ledger has open again. Passwords between the processes of this machine are left out too: a restored
installation makes its own.
"""

from __future__ import annotations

import gzip
import io
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from cryptography.x509 import Certificate

from ledger import copying, key_checks, opening
from ledger.copying import NotTheSame
from ledger.key_checks import REMEDY
from ledger.vault import Vault, VaultError, open_vault, vault
from runtime.failures import Failure
from runtime.services import escrow, keyfiles
from runtime.services.context import home
from runtime.services.sealed_stream import Damaged, SealedReader, SealedWriter, parse_header
from settings import load, settings

FILE = "ledger.backup"
_FORM = "proofless-backup-1"
_KEPT_BESIDE_UPGRADES = 3


def backup(target: Path, keys_target: Path | None, to: Sequence[Certificate] = ()) -> dict[str, Any]:
    """Saves the ledger that the settings name, running or not; its keys too where `keys_target` is given, or closed for `to`.

    Gives what the ledger says of itself. Raises Failure and leaves nothing half done.
    """
    folders = [folder for folder in (target, keys_target) if folder is not None]
    for folder in folders:
        if folder.exists() and any(folder.iterdir()):
            raise Failure("备份", f"{folder} 不是空目录", "请换一个新的目录名。")
    if keys_target and (keys_target.is_relative_to(target) or target.is_relative_to(keys_target)):
        raise Failure("备份", "密钥目录与数据目录不能互相包含", "请把密钥存到另一个目录,最好是另一处介质。")
    drafts = [folder.with_name(f".{folder.name}.{os.getpid()}") for folder in folders]
    try:
        for draft in drafts:
            keyfiles.private_folder(draft)
        try:
            summary = _write(drafts[0] / FILE, vault())
        except VaultError as error:
            raise Failure("备份", str(error), REMEDY) from None
        except OSError as error:
            raise Failure("备份", f"写不下备份({error.strerror})", "请检查磁盘空间和目录权限后重试。") from None
        if keys_target is not None:
            # After the rows: a key that was added meanwhile may already be in use within them.
            _copy_secrets(drafts[1] / "secrets")
            if settings().seals_dir.is_dir():
                shutil.copytree(settings().seals_dir, drafts[1] / "seals")
        if to:
            seals = {"seals": settings().seals_dir} if settings().seals_dir.is_dir() else {}
            escrow.close({f"secrets/{path.name}": path for path in _saved_secrets()} | seals, drafts[0], to)
        for draft, folder in zip(drafts, folders, strict=True):
            draft.replace(folder)
    finally:
        for draft in drafts:
            shutil.rmtree(draft, ignore_errors=True)
    return summary


def before_upgrade(version: str) -> None:
    """What `up`, `migrate` and the set-up job save before they change tables: the way back. Old ones make room."""
    place = home() / "backups"
    target = place / f"before-upgrade-{version}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    keyfiles.private_folder(place)
    backup(target, None)
    for old in sorted(place.glob("before-upgrade-*"))[:-_KEPT_BESIDE_UPGRADES]:
        shutil.rmtree(old)


@contextmanager
def opened(source: Path, keys: Vault) -> Iterator[tuple[dict[str, Any], IO[bytes]]]:
    """The header and the rows of a backup. Raises Failure where it was changed, cut off or is of other keys."""

    def key_of(header: dict[str, Any]) -> bytes:
        if header.get("form") != _FORM:
            raise Damaged
        return keys.backup_key(str(header["master"]), bytes.fromhex(str(header["salt"])))

    try:
        with (source / FILE).open("rb") as file:
            reader = SealedReader(file, key_of)
            with gzip.GzipFile(fileobj=io.BufferedReader(reader)) as rows:
                yield reader.header, io.BufferedReader(rows)  # type: ignore[arg-type]
    except FileNotFoundError:
        raise Failure("恢复", f"{source} 不是完整的备份", "请指定 ./run backup 生成的台账目录。") from None
    except VaultError as error:
        raise Failure("恢复", str(error), "请指定与该备份同一套的密钥。") from None
    except (Damaged, NotTheSame, EOFError, gzip.BadGzipFile, ValueError, KeyError) as error:
        why = f"{source / FILE} 不完整、被改动,或密钥不是同一套" + (f"({error})" if isinstance(error, NotTheSame) else "")
        raise Failure("恢复", why, "没有恢复任何内容。请核对密钥目录,或使用另一份备份。") from None


def verify(source: Path, keys: Vault) -> dict[str, Any]:
    """Reads a backup to its end; gives what the ledger said of itself. Raises Failure."""
    with opened(source, keys) as (_, rows):
        return copying.check(rows)


def stated(source: Path) -> dict[str, Any]:
    """What the head of a backup says, unproved: it takes no key to read."""
    try:
        with (source / FILE).open("rb") as file:
            return parse_header(file.readline(4096))
    except (OSError, Damaged):
        return {}


def keys_of(folder: Path) -> Vault:
    """The vault of a folder of secrets. Raises Failure naming what is missing."""
    if missing := [name for name in keyfiles.DATA_KEYS if not (folder / name).is_file()]:
        why = f"{folder} 中没有密钥 {'、'.join(missing)}"
        raise Failure("恢复", why, "没有恢复任何内容。请指定同一次备份的密钥目录,密钥必须齐全。")
    try:
        return open_vault(load(folder))
    except VaultError as error:
        raise Failure("恢复", str(error), "没有恢复任何内容。请指定同一次备份的密钥目录。") from None


def _write(path: Path, keys: Vault) -> dict[str, Any]:
    with closing(opening.connect()) as connection:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection:
            seals = key_checks.certificates(settings().seals_dir)
            if found := key_checks.faults(connection, keys, seals):
                raise Failure("备份", ";".join(found), REMEDY)
            salt = secrets.token_bytes(32)
            header = {
                "form": _FORM,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "version": opening.rows(connection, "SELECT version_num FROM alembic_version")[0][0],
                "last_event": opening.rows(connection, "SELECT max(id) FROM events")[0][0],
                "master": keys.current,
                "salt": salt.hex(),
            }
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                sealed = SealedWriter(file, header, keys.backup_key(keys.current, salt))
                with gzip.GzipFile(fileobj=sealed, mode="wb", compresslevel=6, mtime=0) as rows:  # type: ignore[arg-type]
                    copying.write(connection, rows)
                sealed.finish()
                file.flush()
                os.fsync(file.fileno())
    return verify(path.parent, keys)  # read back: what cannot be read is no backup


def _copy_secrets(target: Path) -> None:
    keyfiles.private_folder(target)
    for path in _saved_secrets():
        keyfiles.write_once(target / path.name, path.read_text(encoding="utf-8"))


def _saved_secrets() -> list[Path]:
    source = Path(os.environ["PROOFLESS_SECRETS_DIR"])
    return [path for path in source.iterdir() if path.is_file() and path.name not in keyfiles.LOCAL_ONLY and not path.name.startswith(".")]
