"""`./run keys rotate-master`, `rewrap`, `destroy-master`, `accept-seals`: the ledger's own keys, beside those of people and systems."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import create_engine, text

from ledger import key_checks, rewrapping
from ledger.database import engine, transaction
from ledger.key_checks import WrongKeys
from ledger.vault import vault
from runtime.commands.backup import reach
from runtime.commands.verifications import operator
from runtime.failures import Failure
from runtime.progress import Progress
from runtime.services import keyfiles
from runtime.services.context import home
from settings import settings

_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
    "AND pid <> pg_backend_pid()"
)


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


def destroy_master(name: str) -> int:
    """Nothing rests on it and nobody has it in memory: only then it goes. Raises Failure, and then nothing was destroyed."""
    progress = Progress()
    with ExitStack() as ending:
        reach(ending)
        folder = Path(os.environ["PROOFLESS_SECRETS_DIR"])
        keys, what = vault(), "销毁主密钥"
        if f"master:{name}" not in keys.check_values():
            raise Failure(what, f"密钥文件中没有主密钥 {name}", "没有销毁任何密钥。请核对 rewrap 结束时所说的名称。")
        if name == keys.current:
            raise Failure(what, f"{name} 是当前的主密钥", "没有销毁任何密钥。请先 ./run keys rotate-master,再 rewrap。")
        with progress.step("核对没有服务在运行,没有数据由它保护"):
            with transaction() as session:
                # A process that began before the rotation still wraps with the earlier key, and what it writes would be lost.
                others = session.scalar(text(_OTHERS))
            if others:
                why = f"还有 {others} 个连接在用台账,其中可能有进程仍用 {name} 写入"
                raise Failure(what, why, "没有销毁任何密钥。请先停止全部服务(./run down;容器部署停止 gateway 和 worker),再运行一次。")
            if count := rewrapping.left().get(name):
                raise Failure(what, f"{name} 仍保护 {count} 项数据", "没有销毁任何密钥。请先运行 ./run keys rewrap。")
        with engine().begin() as connection:
            value = keys.check_values()[f"master:{name}"]
            key_checks.destroyed(connection.connection, name, value, now=settings().now(), by=operator())
        try:
            keyfiles.drop_master(folder, name)
        except OSError as error:
            why = f"{folder} 不能写入({error.strerror})"
            raise Failure(what, why, f"台账已不再需要 {name}。请在主机上从密钥文件中删去它,或改好权限后再运行一次。") from None
    progress.say(f"主密钥 {name} 已从密钥文件中删去,台账今后不需要它。")
    progress.say(f"此前的备份仍要用 {name} 读出:需要保留这些备份时,另存的 {name} 也要保留;否则一并销毁,并把现在的密钥目录另存一份。")
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
