"""`./run keys rotate-master`, `rewrap`, `accept-seals`: the keys of the ledger itself, beside those of people and systems."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import create_engine

from ledger import key_checks, rewrapping
from ledger.database import engine, transaction
from ledger.key_checks import WrongKeys
from ledger.vault import vault
from runtime.commands.verifications import operator
from runtime.failures import Failure
from runtime.progress import Progress
from runtime.services import keyfiles
from runtime.services.context import home
from settings import settings


def rotate_master() -> int:
    """A new master key, which wraps what is new from each process's next start."""
    with transaction():  # the keys of today are the ledger's own
        pass
    folder = Path(os.environ.get("PROOFLESS_SECRETS_DIR") or keyfiles.services_folder(home()))
    try:
        name = keyfiles.add_master(folder)
    except OSError as error:
        why = f"{folder} 不能写入({error.strerror})"
        raise Failure("轮换主密钥", why, "没有改动任何内容。容器部署请在主机的安装目录运行 ./run keyfiles --rotate-master。") from None
    settings.cache_clear()
    vault.cache_clear()
    with engine().begin() as connection:
        key_checks.ensure(connection.connection)
    progress = Progress()
    progress.say(f"已加入主密钥 {name},原有主密钥保留。请依次:")
    progress.say("1. 把密钥目录另存一份:此后的数据和备份要用新的主密钥才能读出。")
    progress.say("2. 重新启动全部服务(./run down 后 ./run up;容器部署 docker compose up -d --force-recreate)。")
    progress.say("3. 运行 ./run keys rewrap,把已有数据的密钥改由新的主密钥保护;可随时中断、再次运行。")
    return 0


def rewrap() -> int:
    progress = Progress()
    with progress.step(f"改由主密钥 {vault().current} 保护"):
        done = rewrapping.rewrap()
    progress.say(f"已改 {done} 项。")
    left = rewrapping.left()
    for name, count in left.items():
        progress.say(f"主密钥 {name} 仍保护 {count} 项:还有进程用它写入。请重新启动全部服务,再运行一次。")
    if not left:
        progress.say("原有主密钥不再保护任何数据;此前的备份仍要用它读出,请留在密钥文件中。")
    return 0


def accept_seals() -> int:
    """A renewed certificate of a seal goes on record. The one way in that does not compare it first."""
    found = key_checks.certificates(settings().seals_dir)
    bare = create_engine(settings().database_url(), hide_parameters=True)
    try:
        with bare.begin() as connection:
            if wrong := key_checks.faults(connection.connection, vault(), {}):
                raise WrongKeys(wrong)
            new = key_checks.accept(connection.connection, found, now=settings().now(), by=operator())
    finally:
        bare.dispose()
    names = "、".join(name.partition(":")[2] for name in new)
    Progress().say(f"已登记新的印章证书:{names}。" if new else "印章证书都已登记,没有改动。")
    return 0
