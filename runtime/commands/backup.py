"""`./run backup` and `./run restore`: of the installation that `up` made here, or of the PostgreSQL that is configured.

Configured means that PROOFLESS_DATABASE_HOST is set, as in every container: then no cluster is ever started or made.
"""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.failures import Failure, explained
from runtime.progress import Progress
from runtime.services import environment, keyfiles, lock, ports, postgres
from runtime.services.context import home
from settings import LOCAL, settings

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_STAMP = "%Y%m%dT%H%M%SZ"


def backup_command(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run backup", description="备份台账(加密),密钥另存")
    parser.add_argument("target", type=Path, help="存放台账的新目录;用 --keep 或 --every 时,是存放各次备份的目录")
    parser.add_argument("--keys", type=Path, help="存放密钥的新目录(默认:TARGET-keys);请与台账分开保管")
    parser.add_argument(
        "--to", type=Path, action="append", default=[], metavar="证书", help="密钥只让这个证书的私钥持有人打开,与台账放在一起;可多次填写"
    )
    parser.add_argument("--keep", type=_positive, help="在 TARGET 下按时间另建目录,只留最近这么多份;密钥不另存(有 --to 时加密存入各份)")
    parser.add_argument("--every", type=_positive, metavar="HOURS", help="每隔这么多小时备份一次,直到被停止(须有 --keep)")
    options = parser.parse_args(arguments)
    if options.every and not options.keep:
        parser.error("--every 须与 --keep 同用")
    if options.keys and (options.to or options.keep):
        parser.error("--keys 不能与 --to、--keep 同用")
    from runtime.services import backup as saving
    from runtime.services import escrow

    progress, target = Progress(), options.target.resolve()
    to = escrow.recipients(options.to)
    with ExitStack() as ending:
        reach(ending)
        if options.keep:
            while True:
                kept = _kept_backup(target, options.keep, progress, to, go_on=bool(options.every))
                if not options.every:
                    return 0 if kept else 1
                threading.Event().wait(_until_next(target, options.every))
        keys = None if to else (options.keys or target.with_name(target.name + "-keys")).resolve()
        with progress.step("备份台账和密钥"):
            summary = saving.backup(target, keys, to)
    if to:
        progress.say(f"{_told(summary)}台账和密钥(均已加密)在 {target}。")
        progress.say("只有接收人的私钥打得开其中的密钥。私钥请不要放在本机,并按 docs/operations.md 每月核对一次(./run restore --check)。")
        return 0
    progress.say(f"{_told(summary)}台账(已加密)在 {target},密钥在 {keys}。")
    progress.say("两者请分开保管:缺了密钥,备份和台账中的个人信息都无法读出;有了密钥,谁都能读出备份。")
    return 0


def restore_command(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run restore", description="把备份恢复到空目录,或所配置的空数据库")
    parser.add_argument("source", type=Path, help="备份的台账目录")
    parser.add_argument("--keys", type=Path, help="备份的密钥目录(默认:SOURCE-keys);恢复到所配置的数据库时用已就位的密钥")
    parser.add_argument("--private-key", type=Path, metavar="私钥", help="打开用 --to 生成的备份;有口令的私钥,口令当场输入")
    parser.add_argument("--head", type=Path, metavar="存证", help="另存在外的一次存证(/record/head):核对恢复后的台账没有少、没有改")
    parser.add_argument("--as-it-was", action="store_true", help="保持备份时的版本,不升级:供退回旧版程序时用")
    parser.add_argument("--check", action="store_true", help="只核对备份是否完整可读,不恢复")
    options = parser.parse_args(arguments)
    if options.private_key and options.keys:
        parser.error("--private-key 不能与 --keys 同用")
    if options.head and (options.check or options.as_it_was):
        parser.error("--head 在恢复之后核对,不能与 --check、--as-it-was 同用")
    with ExitStack() as held:
        return _restore(options, held)


def _restore(options: argparse.Namespace, held: ExitStack) -> int:
    from runtime.services import backup as saving
    from runtime.services import escrow, restore

    source, progress, configured = options.source.resolve(), Progress(), _configured()
    keys = (options.keys or source.with_name(source.name + "-keys")).resolve()
    if options.private_key:
        phrase = getpass.getpass("接收人私钥的口令:").encode() if escrow.is_locked(options.private_key) else None
        keys = held.enter_context(escrow.opened(source, options.private_key, phrase))
    if options.check:
        with progress.step("核对备份"):
            own = options.keys is None and not (keys / "secrets").is_dir()
            summary = saving.verify(source, saving.keys_of(_secrets() if own else keys / "secrets"))
        progress.say(f"备份完整可读。{_told(summary)}")
        return 0
    head = _outside(options.head) if options.head else None
    if configured:
        from runtime.commands.setup_job import superuser
        from runtime.services.container import secret

        if options.private_key:
            remedy = "没有恢复任何内容。请按 docs/operations.md 先用私钥取出密钥、放到位,再运行一次,不写 --private-key。"
            raise Failure("恢复", "恢复到所配置的数据库时,密钥须先就位", remedy)
        at = settings()
        with progress.step(f"恢复到 {at.database_host}:{at.database_port}"):
            summary = restore.into_server(
                superuser,
                secret,
                at.database_host,
                at.database_port,
                source,
                at.seals_dir,
                saving.keys_of(_secrets()),
                as_it_was=options.as_it_was,
                head=head,
            )
        progress.say(f"已恢复并核对。{_told(summary)}")
        return 0
    if lock.holder(home() / "run") is not None:
        raise Failure("恢复", "./run up 正在运行", "请先运行 ./run down。")
    with progress.step("恢复台账和密钥"):
        summary = restore.into_folder(home(), source, keys, as_it_was=options.as_it_was, head=head)
    progress.say(f"已恢复到 {home()} 并核对。{_told(summary)}{'请用当时的程序' if options.as_it_was else ''}运行 ./run up 即可使用。")
    return 0


def _outside(file: Path) -> Any:
    from ledger.record import comparing

    try:
        return comparing.head_of(file.read_text("utf-8"))
    except (OSError, ValueError):
        remedy = "没有恢复任何内容。请写明用 /record/head 或 ./run audit head 另存的文件。"
        raise Failure("恢复", f"{file} 不是一次存证", remedy) from None


def _configured() -> bool:
    return bool(os.environ.get("PROOFLESS_DATABASE_HOST"))


def _of_up(place: Path) -> bool:
    """Whether the address is that of `up`'s own cluster: a command that got its environment has it too, though nothing may run there."""
    at = os.environ.get("PROOFLESS_DATABASE_HOST"), os.environ.get("PROOFLESS_DATABASE_PORT")
    made = (place / "postgres" / "data" / "PG_VERSION").exists()
    return made and at == ("127.0.0.1", str(ports.remembered(place).get("postgres")))


def _secrets() -> Path:
    return Path(os.environ.get("PROOFLESS_SECRETS_DIR") or keyfiles.services_folder(home()))


def reach(ending: ExitStack, *, lost: bool = False) -> None:
    """The ledger's settings are this process's, its cluster started for as long as needed where it is `up`'s. Raises Failure.

    `lost`: also where keys are missing without which nothing else may begin."""
    place = home()
    if _configured() and not _of_up(place):
        os.environ.setdefault("PROOFLESS_SECRETS_DIR", str(_secrets()))
        settings.cache_clear()
        return
    if not (place / "postgres" / "data" / "PG_VERSION").exists():
        why = f"{place} 里没有台账,也没有配置数据库(PROOFLESS_DATABASE_HOST)"
        raise Failure("备份", why, "没有建立任何内容。请用 PROOFLESS_HOME 指定安装目录,或配置数据库的地址。")
    if not lost:
        keyfiles.ensure(place)
    environment.enter()
    cluster = ending.enter_context(postgres.running(place, lost=lost))
    os.environ["PROOFLESS_DATABASE_PORT"] = str(cluster.port)
    os.environ.update(
        PROOFLESS_SECRETS_DIR=str(_secrets()), PROOFLESS_SEALS_DIR=os.environ.get("PROOFLESS_SEALS_DIR", str(place / "seals"))
    )
    settings.cache_clear()


def _kept_backup(target: Path, keep: int, progress: Progress, to: Sequence[Certificate], *, go_on: bool) -> bool:
    """One backup in a folder named by its instant; then the oldest ones go. `go_on`: a failure is told and not raised."""
    from runtime.services import backup as saving

    keyfiles.private_folder(target)
    try:
        with progress.step("备份台账"):
            summary = saving.backup(target / f"{datetime.now(UTC):{_STAMP}}", None, to)
    except Exception as error:
        failure = error if isinstance(error, Failure) else explained("备份", error)
        if failure is None or not go_on:
            raise
        progress.fail(failure)
        return False
    progress.say(f"已读回核对。{_told(summary)}")
    for old in made(target)[:-keep]:
        shutil.rmtree(target / old)
    return True


def made(target: Path) -> list[str]:
    """The backups of a folder, oldest first. Nothing else in it counts, and nothing else is ever deleted."""
    from runtime.services.backup import FILE

    found = []
    for path in target.iterdir() if target.is_dir() else []:
        try:
            datetime.strptime(path.name, _STAMP)  # noqa: DTZ007 - a name, compared as text
        except ValueError:
            continue
        if (path / FILE).is_file():
            found.append(path.name)
    return sorted(found)


def age(target: Path) -> timedelta | None:
    """How old the newest backup is; None: there is none."""
    names = made(target)
    return datetime.now(UTC) - datetime.strptime(names[-1], _STAMP).replace(tzinfo=UTC) if names else None


def _until_next(target: Path, hours: int) -> float:
    """Seconds until the next one is due; after a failure an attempt each quarter of an hour."""
    newest = age(target)
    due = (timedelta(hours=hours) - newest).total_seconds() if newest is not None else 0.0
    return due if due > 0 else 900.0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("应为正整数")
    return number


def _told(summary: dict[str, Any]) -> str:
    counts, last = summary["counts"], summary["last_event"]
    until = f",最后一个事件 {last[0]}({last[1]})" if last else ""
    if recorded := summary.get("recorded"):
        until += f";与 {recorded[0].astimezone(LOCAL):%Y-%m-%d %H:%M} 的存证核对相符({recorded[1]} 条)"
    return f"共 {len(counts)} 张表 {sum(counts.values())} 行,办件 {counts.get('cases', 0)}、核验 {counts.get('verifications', 0)}{until}。"
