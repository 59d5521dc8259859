"""`./run systems`: the departments' systems (obligations 8.1, 8.2): which should be connected, which are, when each last called;
one registered.

Registering gives no key: that is `./run keys make --system CODE --scope …`.
"""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from domain.key_scopes import Scope
from domain.register_changes import Register
from domain.systems import SystemLevel
from runtime.commands.arguments import longer, public
from runtime.commands.verifications import operator
from runtime.failures import told
from runtime.progress import console
from settings import LOCAL, settings

if TYPE_CHECKING:
    from ledger.registry.systems import Calls
    from ledger.tables.registry import System


def main(arguments: list[str]) -> int:
    """List, or register one. Listing: exit code 1 where one that should be connected is not."""
    parser = argparse.ArgumentParser(prog="./run systems", description="业务系统:哪些应对接、哪些已对接、最近一次调用;登记一个系统")
    put = parser.add_subparsers(dest="verb", metavar="put").add_parser("put", help="登记或更新一个系统(没有写的项恢复为默认值)")
    put.add_argument("code", help="系统编码")
    put.add_argument("--unit", required=True, help="使用单位编码")
    put.add_argument("--name", required=True, type=public, help="名称")
    put.add_argument(
        "--level",
        choices=list(SystemLevel),
        default=SystemLevel.DISTRICT,
        type=SystemLevel,
        help="建设层级:" + "、".join(f"{level} {level.label}" for level in SystemLevel),
    )
    put.add_argument("--exempt", metavar="原因", type=longer, help="不要求对接,写明原因(省级以上的默认不要求)")
    put.add_argument("--why-not", metavar="原因", type=longer, help="应对接而未对接的原因")
    put.add_argument("--inactive", action="store_true", help="停用:密钥随之失效")
    options = parser.parse_args(arguments)
    return _put(options) if options.verb else _list()


def _put(options: argparse.Namespace) -> int:
    from ledger.actor import ACTOR
    from ledger.database import transaction
    from ledger.registry import register_changes

    row = {
        "code": options.code,
        "unit": options.unit,
        "name": options.name,
        "level": options.level,
        "should_connect": options.exempt is None and not options.level.above,
        "why_not": options.exempt or options.why_not or "",
        "active": not options.inactive,
    }
    ACTOR.set(operator())
    with told("登记系统", "更正后再次执行;原登记未改动。"), transaction() as session:
        waits = register_changes.put(session, Register.SYSTEMS, [row], actor=operator(), now=settings().now())
    if waits:
        console.print("改属其他单位、重新启用待另一人确认后生效:./run traces --waiting 列出。")
    console.print(f"已登记 {options.code} {options.name}。密钥:./run keys make --system {options.code}")
    return 0


def _list() -> int:
    from sqlalchemy import select

    from ledger.database import transaction
    from ledger.registry import keys, registry, systems
    from ledger.tables.registry import System

    now = settings().now()
    with transaction() as session:
        rows = session.scalars(select(System).where(System.active).order_by(System.unit, System.code)).all()
        called, scopes, names = systems.calls(session), keys.scopes_of_systems(session, now=now), registry.unit_names(session)
    missing = 0
    for row in rows:
        found = called.get(row.code, systems.Calls())
        missing += row.should_connect and found.first is None
        console.print(f"{row.code}  {row.name}({row.level.label})  {names[row.unit]}")
        console.print(f"  {_standing(row, found)};{_opens(scopes.get(row.code, frozenset()))}")
    if not rows:
        console.print("没有登记业务系统。")
    else:
        console.print(f"应对接 {sum(row.should_connect for row in rows)} 个,其中尚未对接 {missing} 个。")
    return 1 if missing else 0


def _standing(row: System, found: Calls) -> str:
    why = f"(原因:{row.why_not})" if row.why_not else ""
    if found.first is None or found.last is None:
        return f"应对接,尚未对接{why}" if row.should_connect else f"不要求对接{why}"
    return f"已对接:首次调用 {_at(found.first)},最近一次 {_at(found.last)}"


def _opens(scopes: frozenset[Scope]) -> str:
    return "密钥可办理" + "、".join(scope.label for scope in sorted(scopes)) if scopes else "没有有效密钥"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(LOCAL):%Y-%m-%d %H:%M}"
