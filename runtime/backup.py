"""备份与恢复: the ledger in one folder, its keys in another, because either alone tells nothing.

    TARGET/        ledger.dump (pg_dump, custom format), manifest.json (when, digest)
    TARGET-keys/   the master keys and other secrets, the seals

Prefect's database is left out: it shows and executes, and a worker starts what the ledger has open again. Passwords
between the processes of this machine are left out too: a restored installation makes its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from runtime import keyfiles, lock, postgres
from runtime.context import home
from runtime.databases import LEDGER, create_databases
from runtime.failures import Failure
from runtime.progress import Progress
from runtime.unprivileged import installed_binaries
from settings import settings

DUMP, MANIFEST = "ledger.dump", "manifest.json"


def backup(place: Path, target: Path, keys: Path, seals: Path) -> None:
    """Saves the ledger of the installation at `place`, running or not. Raises Failure and leaves nothing half done."""
    for folder in (target, keys):
        if folder.exists() and any(folder.iterdir()):
            raise Failure("备份", f"{folder} 不是空目录", "请换一个新的目录名。")
    if keys.is_relative_to(target) or target.is_relative_to(keys):
        raise Failure("备份", "密钥目录与数据目录不能互相包含", "请把密钥存到另一个目录,最好是另一处介质。")
    drafts = [folder.with_name(f".{folder.name}.{os.getpid()}") for folder in (target, keys)]
    try:
        for draft in drafts:
            keyfiles.private_folder(draft)
        with postgres.running(place) as cluster:
            _tool(cluster, "pg_dump", "--format=custom", f"--file={drafts[0] / DUMP}", LEDGER)
        manifest = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": LEDGER,
            "sha256": _digest(drafts[0] / DUMP),
        }
        (drafts[0] / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        # After the dump: a key that was added meanwhile may already be in use within it.
        _copy_keys(keyfiles.services_folder(place), drafts[1] / "secrets")
        if seals.is_dir():
            shutil.copytree(seals, drafts[1] / "seals")
        for draft, folder in zip(drafts, (target, keys), strict=True):
            draft.replace(folder)
    finally:
        for draft in drafts:
            shutil.rmtree(draft, ignore_errors=True)


def restore(place: Path, source: Path, keys: Path) -> None:
    """Makes an installation at `place`, which must be empty or absent, out of a backup. All or nothing.

    Raises Failure when the folder is in use, the dump was changed or a part is missing.
    """
    place = place.resolve()
    if place.exists() and any(place.iterdir()):
        remedy = "请先把它移走,或用 PROOFLESS_HOME 指定另一个目录。"
        raise Failure("恢复", f"{place} 里已有数据,恢复不会覆盖它", remedy)
    _check(source, keys)
    draft = place.with_name(f".{place.name}.restoring")
    postgres.stop(draft)  # of a restore that was interrupted
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _copy_keys(keys / "secrets", keyfiles.services_folder(draft))
        if (keys / "seals").is_dir():
            shutil.copytree(keys / "seals", draft / "seals")
        with postgres.running(draft) as cluster:
            create_databases(cluster, draft)
            whole = ("--exit-on-error", "--single-transaction")
            _tool(cluster, "pg_restore", *whole, f"--dbname={LEDGER}", str(source / DUMP))
        draft.replace(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def backup_command(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run backup", description="备份台账,密钥另存")
    parser.add_argument("target", type=Path, help="存放台账的新目录")
    parser.add_argument("--keys", type=Path, help="存放密钥的新目录(默认:TARGET-keys);请与台账分开保管")
    options = parser.parse_args(arguments)
    target = options.target.resolve()
    keys = (options.keys or target.with_name(target.name + "-keys")).resolve()
    progress = Progress()
    with progress.step("备份台账和密钥"):
        backup(home(), target, keys, settings().seals_dir)
    progress.say(f"台账在 {target},密钥在 {keys}。两者请分开保管:缺了密钥,台账中的个人信息无法读出。")
    return 0


def restore_command(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run restore", description="把备份恢复到空目录")
    parser.add_argument("source", type=Path, help="备份的台账目录")
    parser.add_argument("--keys", type=Path, help="备份的密钥目录(默认:SOURCE-keys)")
    options = parser.parse_args(arguments)
    source = options.source.resolve()
    keys = (options.keys or source.with_name(source.name + "-keys")).resolve()
    progress = Progress()
    if lock.holder(home() / "run") is not None:
        raise Failure("恢复", "./run up 正在运行", "请先运行 ./run down。")
    with progress.step("恢复台账和密钥"):
        restore(home(), source, keys)
    progress.say(f"已恢复到 {home()},运行 ./run up 即可使用。")
    return 0


def _tool(cluster: postgres.Cluster, program: str, *arguments: str) -> None:
    command = [str(installed_binaries() / program), "--host=127.0.0.1", f"--port={cluster.port}"]
    environment = {"PATH": os.defpath, "LC_ALL": "C", "PGUSER": "postgres", "PGPASSWORD": cluster.password()}
    done = subprocess.run(
        [*command, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True
    )
    if done.returncode:
        # What it said may quote rows, so it is not shown.
        raise Failure(program, f"退出码 {done.returncode}", "请检查磁盘空间和目录权限后重试。")


def _check(source: Path, keys: Path) -> None:
    try:
        manifest = json.loads((source / MANIFEST).read_text())
        same = manifest["sha256"] == _digest(source / DUMP)
    except (OSError, ValueError, KeyError):
        raise Failure("恢复", f"{source} 不是完整的备份", "请指定 ./run backup 生成的台账目录。") from None
    if not same:
        raise Failure("恢复", "台账备份与其校验值不符,文件已损坏或被改动", "请使用另一份备份。")
    if not (keys / "secrets" / "proofless_master_keys").is_file():
        raise Failure("恢复", f"{keys} 中没有密钥", "请用 --keys 指定同一次备份的密钥目录。")


def _copy_keys(source: Path, target: Path) -> None:
    keyfiles.private_folder(target)
    for path in source.iterdir():
        if path.is_file() and path.name not in keyfiles.LOCAL_ONLY and not path.name.startswith("."):
            keyfiles.write_once(target / path.name, path.read_text(encoding="utf-8"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
