"""登录: what a password must be, how long a link and a session last, which browser it was."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.instants import is_past

LINK_LASTS = timedelta(hours=24)
SHORTEST, LONGEST = 12, 200  #: characters of a password
_FEWEST_DIFFERENT = 5
_BROWSERS = (("Edg", "Edge"), ("MicroMessenger", "微信"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_ON_THE_MOVE = ("Mobile", "Android", "iPhone", "HarmonyOS")


class Method(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  #: 口令和动态口令
    LINK = "link"  #: a one-time link
    PROVIDER = "provider"  #: the district's identity provider (OpenID Connect)

    @property
    def label(self) -> str:
        return {"password": "口令", "link": "一次性链接", "provider": "统一身份认证"}[self.value]


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: without a click, and at the most."""

    idle: timedelta
    whole: timedelta

    def over(self, made_at: datetime, used_at: datetime, now: datetime) -> bool:
        """Whether such a session is over at `now`; at the very end of a limit it still lasts."""
        return is_past(used_at + self.idle, now) or is_past(made_at + self.whole, now)


def same_password(typed: str) -> str:
    """A password as it is kept and compared: however a keyboard composes its characters, it is the same one."""
    return unicodedata.normalize("NFKC", typed)


def password_fault(password: str, person: str) -> str | None:
    """Why this may not be the password of this person, in Chinese; None: it may. Length counts, composition does not."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"口令应为 {SHORTEST} 至 {LONGEST} 个字符,可以用一句好记的话"
    if len(set(password)) < _FEWEST_DIFFERENT:
        return "口令中不同的字符太少"
    if person.lower() in password.lower():
        return "口令不得含本人的人员编码"
    return None


def browser_of(agent: str) -> str:
    """The browser that names itself so, in one of a few words: enough to know one's own again."""
    name = next((label for sign, label in _BROWSERS if sign in agent), "其他浏览器")
    return f"{'手机' if any(sign in agent for sign in _ON_THE_MOVE) else '电脑'} {name}"
