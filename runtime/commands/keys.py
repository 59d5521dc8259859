"""`./run keys`: make, rotate, revoke and list interface keys. A key is shown once and stored nowhere."""

from __future__ import annotations

import argparse
from pathlib import Path

from domain.key_scopes import COUNTER, Scope
from runtime.commands.verifications import operator
from runtime.failures import told
from runtime.progress import console
from settings import LOCAL, settings

DEMONSTRATION = "demo-"  #: how the codes of the sandbox's persons begin
_OF_THE_LEDGER = {
    "rotate-master": ("轮换主密钥(保护个人信息的密钥)", "rotate_master"),
    "rewrap": ("把已有数据改由最新的主密钥保护", "rewrap"),
    "accept-seals": ("登记换发的印章证书", "accept_seals"),
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run keys", description="接口密钥:生成、轮换、吊销;主密钥:轮换、销毁、两人分持;印章证书:登记")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="列出有效密钥的持有者")
    for name, text in (
        ("make", "生成"),
        ("rotate", "轮换(旧密钥 24 小时后失效)"),
        ("revoke", "立即吊销:一人或一系统的全部密钥,或其中一个"),
    ):
        action = actions.add_parser(name, help=text)
        holder = action.add_mutually_exclusive_group(required=True)
        holder.add_argument("--person", help="人员编码")
        holder.add_argument("--system", help="系统编码")
        if name != "revoke":
            action.add_argument(
                "--scope",
                action="append",
                default=[],
                choices=[scope.value for scope in Scope],
                metavar="范围",
                help="业务系统密钥的权限范围,可多次填写:"
                + ";".join(f"{scope} {scope.label}" for scope in Scope)
                + f"。省略时为{'、'.join(scope.label for scope in sorted(COUNTER))}(轮换时沿用原范围)",
            )
        else:
            holder.add_argument("--key", help="只吊销这一个:keys list 中的编号")
    for name, text in (
        ("link", "一次性登录链接:本人据以设定口令和动态口令,24 小时内有效"),
        ("unlink", "收回:链接、口令、动态口令和全部登录随即失效"),
    ):
        actions.add_parser(name, help=text).add_argument("person", metavar="人员编码")
    for name, (text, _) in _OF_THE_LEDGER.items():
        actions.add_parser(name, help=text)
    actions.add_parser("destroy-master", help="销毁不再保护任何数据的主密钥(须先停止全部服务)").add_argument(
        "name", metavar="主密钥", help="如 k1:rewrap 结束时所说的那一个"
    )
    parted = actions.add_parser("split", help="把一个密钥文件分成两份,由两人分别保管;任何一份单独都读不出")
    parted.add_argument("file", type=Path, metavar="密钥文件")
    joined = actions.add_parser("join", help="两人各出一份,合成原来的密钥文件")
    for action in (parted, joined):
        action.add_argument("parts", type=Path, nargs=2, metavar="一份")
    joined.add_argument("file", type=Path, metavar="写到")
    options = parser.parse_args(arguments)
    if options.action in ("split", "join"):
        return _two_persons(options.action, options.file, tuple(options.parts))
    from ledger.actor import ACTOR

    ACTOR.set(operator())
    if options.action in _OF_THE_LEDGER:
        from runtime.commands import master_keys

        return int(getattr(master_keys, _OF_THE_LEDGER[options.action][1])())
    if options.action == "destroy-master":
        from runtime.commands import master_keys

        return master_keys.destroy_master(options.name)
    if options.action in ("link", "unlink"):
        return _link(options.person) if options.action == "link" else _unlink(options.person)
    if getattr(options, "key", None):
        return _revoke_one(options.key)
    if options.action == "list":
        return _list()
    return _act(options.action, options.person, options.system, frozenset(map(Scope, getattr(options, "scope", ()))))


def _two_persons(action: str, file: Path, parts: tuple[Path, Path]) -> int:
    from runtime.services import key_shares

    if action == "split":
        key_shares.split(file, parts)
        console.print(f"{file} 已分成两份:{parts[0]} 和 {parts[1]},已试合相符。请分交两人、存到两处介质;本机上的这两份随后删除。")
        console.print("少了任何一份都合不回来。原文件没有改动,仍由服务使用。")
    else:
        console.print(f"已合成 {key_shares.join(parts, file)},写到 {file}。")
    return 0


def _link(person: str) -> int:
    from ledger.database import transaction
    from ledger.registry import credentials

    with told("登录链接"), transaction() as session:
        # In a demonstration nobody has a telephone at hand for persons who do not exist.
        straight = credentials.is_demonstration() and person.startswith(DEMONSTRATION)
        token = credentials.make_link(session, person, straight=straight, now=settings().now(), actor=operator())
    console.print(f"{person} 的登录链接,24 小时内有效,只能使用一次,此前的链接已失效。请只交给本人:")
    console.print(address_of(token), soft_wrap=True)
    return 0


def _unlink(person: str) -> int:
    from ledger.database import transaction
    from ledger.registry import credentials

    with told("登录链接"), transaction() as session:
        count = credentials.take_back(session, person, now=settings().now())
    console.print(f"{person} 的登录链接、口令和动态口令已收回,{count} 个登录已结束。")
    return 0


def address_of(link: str) -> str:
    """Where a link's token leads."""
    return f"{settings().public_url.rstrip('/')}/counter/link/{link}"


def _revoke_one(key: str) -> int:
    from ledger.database import transaction
    from ledger.registry import keys

    with told("密钥"), transaction() as session:
        holder = keys.revoke_one(session, key, now=settings().now())
    console.print(f"已吊销 {holder} 的密钥 {key},其他密钥不受影响。")
    return 0


def _act(action: str, person: str | None, system: str | None, scopes: frozenset[Scope]) -> int:
    from ledger.database import transaction
    from ledger.registry import keys, sessions

    now, holder = settings().now(), person or system
    with told("密钥"), transaction() as session:
        if action == "revoke":
            count = keys.revoke(session, person=person, system=system, now=now)
            ended = sessions.end_all(session, person, now=now) if person else 0
            console.print(f"已吊销 {holder} 的 {count} 个密钥" + (f",结束 {ended} 个登录。" if ended else "。"))
            return 0
        make = keys.make if action == "make" else keys.rotate
        key = make(session, person=person, system=system, scopes=scopes, now=now, actor=operator())
    console.print(f"{holder} 的新密钥,只显示这一次,请立即保存:")
    console.print(key)
    return 0


def _list() -> int:
    from rich.table import Table
    from sqlalchemy import select

    from ledger.database import transaction
    from ledger.tables.registry import ApiKey

    table = Table(box=None)
    for title in ("编号", "持有者", "种类", "权限范围", "生成于", "生成人", "失效于"):
        table.add_column(title)
    with transaction() as session:
        query = select(ApiKey).where(ApiKey.revoked_at.is_(None)).order_by(ApiKey.made_at)
        for row in session.scalars(query):
            table.add_row(
                row.id.hex[:8],
                row.person or row.system,
                "人员" if row.person else "系统",
                "、".join(f"{scope} {scope.label}" for scope in map(Scope, row.scopes)),
                f"{row.made_at.astimezone(LOCAL):%Y-%m-%d %H:%M}",
                row.made_by,
                f"{row.expires_at.astimezone(LOCAL):%Y-%m-%d %H:%M}" if row.expires_at else "",
            )
    console.print(table)
    return 0
