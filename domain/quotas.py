"""限额: how much one key, unit, matter or case may do in a minute, an hour, a day. Above what honest work needs.

A window begins with the clock's minute, hour or day, so that one row counts it and everybody can say when it ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from domain.calendar import LOCAL

WRITTEN = r"^([1-9]\d{0,8}/(minute|hour|day)( [1-9]\d{0,8}/(minute|hour|day))*)?$"


class Deed(StrEnum):
    """What is counted, each for itself."""

    CASE = "case"
    VERIFICATION = "verification"
    READING = "reading"

    @property
    def label(self) -> str:
        return {"case": "登记办件", "verification": "发起核验", "reading": "查阅个人信息"}[self.value]


class QuotaOf(StrEnum):
    """Whose it is. Counted in this order everywhere: two that count at once never wait for each other in a ring."""

    CASE = "case"
    MATTER = "matter"
    PERSON = "person"  #: by the own key
    SYSTEM = "system"
    UNIT = "unit"

    @property
    def label(self) -> str:
        return {"case": "这个办件", "matter": "这个事项", "person": "这名人员", "system": "这个业务系统", "unit": "本单位"}[self.value]


class Window(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def label(self) -> str:
        return {"minute": "每分钟", "hour": "每小时", "day": "每天"}[self.value]

    def since(self, now: datetime) -> datetime:
        """When the one that runs at `now` began, by the clock in Beijing."""
        local = now.astimezone(LOCAL)
        if self is Window.DAY:
            return datetime.combine(local.date(), time(), LOCAL)
        return local.replace(second=0, microsecond=0, minute=0 if self is Window.HOUR else local.minute)

    def until(self, now: datetime) -> datetime:
        return self.since(now) + timedelta(**{f"{self.value}s": 1})


@dataclass(frozen=True)
class Quota:
    """`limit` within one window."""

    limit: int
    window: Window


@lru_cache(maxsize=64)
def quotas(written: str) -> tuple[Quota, ...]:
    """ "30/minute 600/day"; empty: no quota. Raises ValueError."""
    if not re.fullmatch(WRITTEN, written):
        raise ValueError(f"not of the form 30/minute 600/day: {written!r}")
    parts = (part.split("/") for part in written.split())
    found = tuple(Quota(int(limit), Window(window)) for limit, window in parts)
    if len({quota.window for quota in found}) < len(found):
        raise ValueError(f"two quotas for one window: {written!r}")
    return found
