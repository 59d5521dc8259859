"""恢复: a backup becomes a ledger again, whole and with its own keys, or not at all.

The rows go into tables that the migrations of their version make; then the ledger is upgraded to this program's. All
of it happens in a database beside, which takes the ledger's name at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection
from sqlalchemy.engine import URL

from domain.seals import SealKind
from ledger import copying, key_checks
from ledger.migrate import CannotUpgrade, upgrade
from ledger.record import comparing
from ledger.record.comparing import Head
from ledger.vault import Vault
from runtime.failures import Failure
from runtime.services import keyfiles, postgres
from runtime.services.backup import keys_of, opened, verify
from runtime.services.context import LEDGER
from runtime.services.databases import create_databases, prepare

_BESIDE = f"{LEDGER}_restoring"
Connect = Callable[[str], connection]
Secret = Callable[[str], str]


def into_folder(place: Path, source: Path, keys: Path, *, as_it_was: bool = False, head: Head | None = None) -> dict[str, Any]:
    """Makes an installation at `place`, which must be empty or absent. Raises Failure, and then nothing was made.

    `as_it_was`: in the backup's own version, for the older program that is to go on with it. `head`: of the record, kept outside.
    """
    place = place.resolve()
    if place.exists() and any(place.iterdir()):
        remedy = "请先把它移走,或用 PROOFLESS_HOME 指定另一个目录。"
        raise Failure("恢复", f"{place} 里已有数据,恢复不会覆盖它", remedy)
    verify(source, keys_of(keys / "secrets"))
    draft = place.with_name(f".{place.name}.restoring")
    postgres.stop(draft)  # of a restore that was interrupted
    shutil.rmtree(draft, ignore_errors=True)
    try:
        keyfiles.private_folder(keyfiles.services_folder(draft))
        for path in (keys / "secrets").iterdir():
            if path.is_file():
                keyfiles.write_once(keyfiles.services_folder(draft) / path.name, path.read_text("utf-8"))
        if (keys / "seals").is_dir():
            shutil.copytree(keys / "seals", draft / "seals")
        with postgres.running(draft) as cluster:
            create_databases(cluster, draft)
            summary = into_server(
                cluster.connect,
                lambda name: keyfiles.read(draft, name),
                "127.0.0.1",
                cluster.port,
                source,
                draft / "seals",
                keys_of(keyfiles.services_folder(draft)),
                as_it_was=as_it_was,
                head=head,
            )
        draft.replace(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return summary


def into_server(
    connect: Connect,
    secret: Secret,
    host: str,
    port: int,
    source: Path,
    seals: Path,
    keys: Vault,
    *,
    as_it_was: bool = False,
    head: Head | None = None,
) -> dict[str, Any]:
    """Puts a backup into a PostgreSQL whose ledger is empty or absent. `connect` as for `databases.prepare`.

    Raises Failure, and then the server's ledger is as it was.
    """
    verify(source, keys)
    prepare(connect, secret)
    _refuse_filled(connect)
    outside = connect("postgres")
    owner = URL.create("postgresql+psycopg2", "proofless_owner", secret("owner_password"), host, port, _BESIDE)
    try:
        with outside.cursor() as statement:
            statement.execute(f"DROP DATABASE IF EXISTS {_BESIDE} WITH (FORCE)")
            statement.execute(f"CREATE DATABASE {_BESIDE} OWNER proofless_owner")
            statement.execute(f"REVOKE ALL ON DATABASE {_BESIDE} FROM PUBLIC")
            try:
                address = owner.render_as_string(hide_password=False)
                summary = _fill(connect, address, source, seals, keys)
                if not as_it_was:
                    _to_newest(address)
                    summary["recorded"] = _compare(connect, head)
                statement.execute(f"DROP DATABASE {LEDGER} WITH (FORCE)")
                statement.execute(f"ALTER DATABASE {_BESIDE} RENAME TO {LEDGER}")
            finally:
                statement.execute(f"DROP DATABASE IF EXISTS {_BESIDE} WITH (FORCE)")
    finally:
        outside.close()
    prepare(connect, secret)
    return summary


def _fill(connect: Connect, owner: str, source: Path, seals: Path, keys: Vault) -> dict[str, Any]:
    with opened(source, keys) as (header, rows):
        try:
            upgrade(owner, str(header["version"]))
        except CannotUpgrade:
            why = f"备份出自版本 {header['version']},本程序不认识"
            raise Failure("恢复", why, "没有恢复任何内容。请用与该备份相同或更新版本的程序恢复。") from None
        with closing(connect(_BESIDE)) as inside:
            inside.autocommit = False
            with inside:
                summary = copying.read(inside, rows)
                certificates = key_checks.certificates(seals)
                missing = _missing_seals(key_checks.recorded(inside), seals)
                if found := [*key_checks.faults(inside, keys, certificates), *missing]:
                    remedy = "没有恢复任何内容。密钥和印章必须与备份同一套,并且齐全。"
                    raise Failure("恢复", ";".join(found), remedy)
    return summary


def _to_newest(owner: str) -> None:
    try:
        upgrade(owner)
    except CannotUpgrade as error:
        raise Failure("恢复", error.why, error.remedy) from None


def _compare(connect: Connect, head: Head | None) -> tuple[datetime, int] | None:
    """When the last head that came back was signed, and how many events it binds, once they were found to be those. Raises Failure."""
    remedy = "没有恢复任何内容。请使用更晚、完整的备份;确须用这一份时,不写 --head,并告知持有存证的单位缺了哪些。"
    with closing(connect(_BESIDE)) as inside:
        inside.autocommit = False
        with inside:
            own = comparing.newest(inside)
            for against, what in ((own[1] if own else None, "备份自带的存证"), (head, "外存的存证")):
                if against and (wrong := comparing.fault(inside, against)):
                    raise Failure("恢复", f"与{what}核对:{wrong}", remedy)
    return (own[0], own[1].size) if own else None


def _missing_seals(recorded: Mapping[str, set[str]], seals: Path) -> list[str]:
    """The files of seals that this ledger was sealed with and that are not there."""
    wanted = ["ca.crt.pem"] if "seal:ca" in recorded else []
    for kind in SealKind:
        if f"seal:{kind}" in recorded:
            key = f"{kind}.key.uri"  # in a module, which no backup holds
            wanted += [f"{kind}.crt.pem", key if (seals / key).is_file() else f"{kind}.key.pem"]
    return [f"印章目录中没有 {name}" for name in wanted if not (seals / name).is_file()]


def _refuse_filled(connect: Connect) -> None:
    inside = connect(LEDGER)
    try:
        with inside.cursor() as statement:
            statement.execute("SELECT to_regclass('public.cases') IS NOT NULL")
            (made,) = statement.fetchone() or (False,)
            if made:
                statement.execute("SELECT EXISTS (SELECT FROM units) OR EXISTS (SELECT FROM events)")
                (filled,) = statement.fetchone() or (False,)
                if filled:
                    why = f"该 PostgreSQL 的台账({LEDGER})里已有数据,恢复不会覆盖它"
                    raise Failure("恢复", why, "请先另存并移走它,或把 PROOFLESS_DATABASE_HOST 指向另一个服务器。")
    except psycopg2.errors.UndefinedTable:
        raise Failure("恢复", f"数据库 {LEDGER} 里有不认识的表", "请先核对该数据库的用途。") from None
    finally:
        inside.close()
