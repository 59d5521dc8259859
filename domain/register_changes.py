"""登记变更: what of a register waits for a second person (obligations 8.1, 9.1, 10.2), and what stands until then.

Who gives roles, brings a unit, a person or a system into force, or changes a name that proofs bear, does not do it alone. Taking
away works at once: whoever leaves loses her roles today. A new row stands from the first, so that others can refer to it, and
opens nothing: a person without roles, a unit that is not in use, a system without a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]


class Register(StrEnum):
    """登记库."""

    UNITS = "units"
    PEOPLE = "people"
    SYSTEMS = "systems"
    MATTERS = "matters"
    PROOFS = "proofs"
    DATABASES = "databases"

    @property
    def label(self) -> str:
        return {"units": "单位", "people": "人员", "systems": "业务系统", "matters": "事项", "proofs": "证明种类", "databases": "数据库"}[
            self.value
        ]


class RegisterChangeKind(StrEnum):
    """What was proposed: a row of the register, 更名, or 合并."""

    PUT = "put"
    RENAME = "rename"
    MERGE = "merge"

    @property
    def label(self) -> str:
        return {"put": "登记", "rename": "更名", "merge": "合并"}[self.value]


class RegisterChangeStatus(StrEnum):
    """Where a change stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REPLACED = "replaced"  #: a later proposal took its place
    INSTALLED = "installed"  #: 首次安装: there was nobody yet who could confirm

    @property
    def label(self) -> str:
        return {
            "waiting": "待确认",
            "confirmed": "已确认",
            "refused": "不予确认",
            "replaced": "已由后来的代替",
            "installed": "首次安装时登记",
        }[self.value]


#: Register -> what always waits when it becomes another one.
_ALWAYS: Mapping[Register, tuple[str, ...]] = {
    Register.UNITS: ("name",),
    Register.PEOPLE: ("name", "unit"),
    Register.SYSTEMS: ("unit",),
    Register.MATTERS: ("name", "unit"),
    Register.PROOFS: ("name",),
    Register.DATABASES: (),
}
_IN_FORCE = (Register.UNITS, Register.PEOPLE, Register.SYSTEMS)  #: back in use is a right given again


def parted(register: Register, before: Row | None, after: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what may stand at once, what waits). `before`: the row as registered; None: it is new."""
    now, waits = dict(after), {}
    if before is None:
        if register is Register.PEOPLE and after.get("roles"):
            waits["roles"], now["roles"] = after["roles"], []
        if register is Register.UNITS and after.get("active", True):  # a new system opens nothing: it has no key
            waits["active"], now["active"] = True, False
        return now, waits
    for name in _ALWAYS[register]:
        if name in after and after[name] != before[name]:
            waits[name], now[name] = after[name], before[name]
    if register in _IN_FORCE and after.get("active") and not before["active"]:
        waits["active"], now["active"] = True, False
    if register is Register.UNITS and before["takes_part"] and after.get("takes_part") is False:
        waits["takes_part"], now["takes_part"] = False, True  # obligation 16.1: its list is owed no more
    if register is Register.PEOPLE and set(after.get("roles", ())) - set(before["roles"]):
        waits["roles"] = after["roles"]
        now["roles"] = [role for role in before["roles"] if role in after["roles"]]
    return now, waits
