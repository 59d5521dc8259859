"""由谁办理: the person of the register who decides what a command does, by the same rules as the API (--by)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from domain.roles import Role
from gateway.edge.permissions import RULES
from runtime.commands.verifications import operator
from runtime.failures import Failure

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ledger.tables.registry import Person


def add_by(parser: argparse.ArgumentParser, endpoint: str, *, required: bool = True) -> None:
    """`--by`: who decides. `endpoint`: the API's, whose roles it takes."""
    parser.add_argument("--by", required=required, metavar="人员编码", help=f"由谁决定:名录中的在岗人员,岗位为{_who(endpoint)}")


def actor_of(session: Session, by: str, endpoint: str, what: str) -> str:
    """The actor for the record: that person, with who typed it beside. Raises Failure."""
    return f"person:{_allowed(session, by, endpoint, what).code} via {operator()}"


def unit_of(session: Session, by: str, endpoint: str, what: str) -> str:
    """The unit of that person, who may do it. Raises Failure."""
    return _allowed(session, by, endpoint, what).unit


def _allowed(session: Session, by: str, endpoint: str, what: str) -> Person:
    from ledger.tables.registry import Person

    person = session.get(Person, by)
    if person is None or not person.active:
        raise Failure(what, f"名录中没有在岗人员 {by}", "请核对人员编码;人员名册用 ./run import people 导入。")
    if not RULES[endpoint].roles & set(map(Role, person.roles)):
        raise Failure(what, f"{by} 的岗位不能{what}", f"请由{_who(endpoint)}的人员决定。")
    return person


def _who(endpoint: str) -> str:
    return "或".join(_ROLE_NAMES[role] for role in sorted(RULES[endpoint].roles) if role in _ROLE_NAMES)


_ROLE_NAMES = {Role.OPERATOR: "运维", Role.OFFICE: "工作专班办公室", Role.ADMINISTRATOR: "管理员", Role.PUBLISHER: "公布员"}
