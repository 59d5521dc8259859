"""权限范围: what a system's key opens (obligations 8.1, 8.2). It acts for a named person with that person's rights, never beyond these."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from domain.roles import Role


class Scope(StrEnum):
    """Given with the key by whoever makes it; what is in none of them takes a person's own key."""

    CASES = "cases"  #: 办件: registered, corrected, closed; 主动提供, 系统外查询
    VERIFICATIONS = "verifications"  #: 核验: filed, followed, 告知承诺, 不符, the proof
    INBOX = "inbox"  #: 收件箱: what the unit is asked, answered; 督办
    DUTY = "duty"  #: 请假、销假
    LISTS = "lists"  #: 清单: handed in, read; never agreed or published
    REGISTERS = "registers"  #: 台账
    REPORTS = "reports"  #: 周报
    OVERSIGHT = "oversight"  #: 投诉、问题线索: the unit's own, read and answered
    DISTRICT = "district"  #: 全区: the other scopes with the eyes of the 专班 office, where the person works there

    @property
    def label(self) -> str:
        return _WORDS[self]


_WORDS = {
    Scope.CASES: "办件",
    Scope.VERIFICATIONS: "核验",
    Scope.INBOX: "收件箱",
    Scope.DUTY: "请销假",
    Scope.LISTS: "清单报送",
    Scope.REGISTERS: "台账",
    Scope.REPORTS: "周报",
    Scope.OVERSIGHT: "投诉和线索",
    Scope.DISTRICT: "全区查看",
}

#: 窗口业务: what a key opens where nothing else was said, and what keys from before scopes opened rightly.
COUNTER = frozenset({Scope.CASES, Scope.VERIFICATIONS, Scope.INBOX})


def roles_through(roles: Collection[Role], scopes: Collection[Scope]) -> frozenset[Role]:
    """A person's roles as far as they count through a system: nobody administers, repairs or publishes through one."""
    reach = {Role.AGENT, Role.SUPERVISOR} | ({Role.OFFICE} if Scope.DISTRICT in scopes else set())
    return frozenset(roles) & frozenset(reach)
