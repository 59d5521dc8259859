"""密钥文件: every secret of an installation, made on the first `up`, never overwritten, and never made anew when lost.

Two folders, because not everybody needs everything:

    var/secrets    given to the services (PROOFLESS_SECRETS_DIR), one file a field of settings.py, and the secrets
                   with which the share sources of the sandbox know us
    var/owner      for migrations and PostgreSQL alone: who holds these may change the ledger's history

Folders are 0700 and files 0600. A file appears complete or not at all.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.failures import Failure

SOURCE_SECRETS = (
    "proofless_licence_library_access_id",
    "proofless_licence_library_access_token",
    "proofless_province_gateway_rid",
    "proofless_province_gateway_app_key",
)
"""What the sandbox's share sources and `connectors/sources` agree on. In production the operators give these files."""


def _password() -> str:
    return secrets.token_urlsafe(24)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


_SERVICES: dict[str, Callable[[], str]] = {
    # First, so that where any other file is there, these were there too.
    "proofless_master_keys": lambda: json.dumps({"k1": _key()}),
    "proofless_lookup_key": _key,
    "proofless_database_password": _password,
    "proofless_prefect_password": _password,
    **dict.fromkeys(SOURCE_SECRETS, _password),
    "proofless_smtp_password": str,  # empty: the mail server's operators give it
    "proofless_oidc_client_secret": str,  # empty: the identity provider's operators give it
}
_OWNER: dict[str, Callable[[], str]] = {"owner_password": _password, "postgres_password": _password, "prefect_database_password": _password}

LOCAL_ONLY = ("proofless_database_password", "proofless_prefect_password")
"""Passwords between the processes of one machine: a backup leaves them out, a restored machine makes its own."""

DATA_KEYS = ("proofless_master_keys", "proofless_lookup_key")
"""Without these the ledger's personal data are gone: made on the first start and never again."""

SERVICE_SECRETS = tuple(_SERVICES)


def services_folder(home: Path) -> Path:
    """What PROOFLESS_SECRETS_DIR names."""
    return home / "secrets"


def owner_folder(home: Path) -> Path:
    """Never named to a service."""
    return home / "owner"


def ensure(home: Path) -> list[str]:
    """Makes what is missing, tightens what is open; gives back the names of the files made now.

    Raises Failure, and makes nothing, where a key is missing that data were written with.
    """
    if lost := _lost(home):
        why = f"本安装已有数据,却没有密钥文件 {'、'.join(map(str, lost))}"
        remedy = (
            "没有启动、没有生成任何内容。请把原来的密钥文件放回(./run backup 的密钥目录,或另存的介质),再次运行;"
            "用另行生成的密钥,已有数据都无法读出。"
        )
        raise Failure("核对密钥", why, remedy)
    return [*_ensure(services_folder(home), _SERVICES), *_ensure(owner_folder(home), _OWNER)]


def _lost(home: Path) -> list[Path]:
    """Keys that are missing although there is something that was written with them."""
    services, owner = services_folder(home), owner_folder(home)
    cluster = (home / "postgres" / "data" / "PG_VERSION").exists()
    begun = cluster or any((services / name).exists() for name in _SERVICES if name not in DATA_KEYS)
    wanted = [services / name for name in DATA_KEYS] if begun else []
    wanted += [owner / "postgres_password"] if cluster else []
    return [path for path in wanted if not path.exists()]


def read(home: Path, name: str) -> str:
    """One secret, from whichever folder holds it. Raises Failure when it is not there."""
    folder = owner_folder(home) if name in _OWNER else services_folder(home)
    try:
        return (folder / name).read_text(encoding="utf-8").strip()
    except OSError:
        remedy = "请从备份恢复该文件;全新安装请运行 ./run up。"
        raise Failure("读取密钥", f"没有密钥文件 {folder / name}", remedy) from None


def write_once(path: Path, text: str) -> bool:
    """Writes a file that nobody else may read. False, and nothing changed, if it is there already."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename a link never replaces: with a lost key the ledger cannot be read.
        os.link(draft, path)
        return True
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)


def add_master(folder: Path) -> str:
    """One more master key, the last and so the one that wraps from now on; the earlier ones stay. Gives its id."""
    with _masters(folder) as keys:
        name = f"k{1 + max((int(key[1:]) for key in keys if key[:1] == 'k' and key[1:].isdigit()), default=0)}"
        keys[name] = _key()
    return name


def drop_master(folder: Path, name: str) -> None:
    """A master key on which nothing rests any more leaves the file."""
    with _masters(folder) as keys:
        keys.pop(name, None)


@contextmanager
def _masters(folder: Path) -> Iterator[dict[str, str]]:
    """The keys, to be changed. The file is the old one or the new one, whatever happens: a rename, after the new one is on the disk."""
    path = folder / DATA_KEYS[0]
    with open(folder / ".rotating", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        yield keys
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(keys))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def private_folder(folder: Path) -> Path:
    """The folder, made if needed, closed to other users."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _ensure(folder: Path, makers: dict[str, Callable[[], str]]) -> list[str]:
    private_folder(folder)
    made = []
    for name, make in makers.items():
        path = folder / name
        if path.exists():
            path.chmod(0o600)
        elif write_once(path, make()):
            made.append(name)
    return made
