"""核验时限 (article 10): when a request must be answered, and why the limit falls on that minute.

Natural minutes for now; service hours, pauses and working days come behind these same functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

RULE_VERSION = "2022-06-28/natural"

IN_FORCE = datetime(2022, 6, 28, tzinfo=timezone(timedelta(hours=8)))  #: 20.1: earlier requests run under no clock
HALF_HOUR = timedelta(minutes=30)
ONE_DAY = timedelta(hours=24)
CHOICE_LIMIT = timedelta(minutes=30)  #: how long a requesting unit may think before the next method is taken


class HandlingType(StrEnum):
    """办件类型."""

    IMMEDIATE = "immediate"  #: 即办件
    PROMISED = "promised"  #: 承诺件
    OTHER = "other"  #: 上报件, 其他 (reading 19)

    @property
    def chinese(self) -> str:
        return {"immediate": "即办件", "promised": "承诺件", "other": "其他"}[self.value]


class LimitKind(StrEnum):
    """Which promise an instant belongs to."""

    SOFT = "soft"  #: 原则上
    HARD = "hard"
    SUPERVISION = "supervision"  #: 督办: half an hour from the instant the limit passed (10.12)
    CHOICE = "choice"  #: the requesting unit's pick among several licences


@dataclass(frozen=True)
class Limit:
    """One instant that binds, with the obligations it rests on."""

    kind: LimitKind
    due: datetime
    obligations: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Situation:
    """What decides the limits of one request: all instants aware, `received` on the server's clock (reading 6)."""

    handling: HandlingType
    received: datetime
    promise_end: datetime | None
    database_backed: bool = False
    share_failed: bool = False  #: a failing source counts like 尚未实现对接 (reading 22)


def limits(case: Situation) -> tuple[Limit, ...]:
    """The soft and hard limits of a request, at most one of each kind (general rule of reading 5).

    即办件: 30 minutes hard (10.6). 承诺件: 24 hours soft (10.7), the promised instant hard (10.8). A proof with a
    database behind it: 30 minutes soft whatever the handling type (10.5); after a failing source likewise, by
    analogy (reading 22). Other types: like 承诺件 (reading 19). A soft limit at or past the hard one vanishes
    (reading 3). Before the regulation was in force: none (20.1).
    """
    if aware(case.received) < IN_FORCE:
        return ()
    soft: list[Limit] = []
    hard: list[Limit] = []
    if case.handling is HandlingType.IMMEDIATE:
        hard.append(Limit(LimitKind.HARD, case.received + HALF_HOUR, ("10.6",)))
    else:
        basis = "10.7" if case.handling is HandlingType.PROMISED else "reading 19"
        soft.append(Limit(LimitKind.SOFT, case.received + ONE_DAY, (basis,)))
    if case.promise_end is not None:
        hard.append(Limit(LimitKind.HARD, aware(case.promise_end), ("10.8",)))
    if case.database_backed:
        soft.append(Limit(LimitKind.SOFT, case.received + HALF_HOUR, ("10.5",)))
    if case.share_failed:
        soft.append(Limit(LimitKind.SOFT, case.received + HALF_HOUR, ("10.5", "reading 22"), "类推"))
    first_hard = min(hard, key=lambda limit: limit.due, default=None)
    first_soft = min(soft, key=lambda limit: limit.due, default=None)
    if first_hard and first_soft and first_soft.due >= first_hard.due:
        first_soft = None
    return tuple(limit for limit in (first_soft, first_hard) if limit)


def supervision(missed: datetime) -> Limit:
    """督办 runs half an hour from the instant that was missed, not from its discovery (10.12, reading 11)."""
    return Limit(LimitKind.SUPERVISION, aware(missed) + HALF_HOUR, ("10.12",))


def next_reminder(now: datetime) -> datetime:
    """When the 专班 office is reminded again once every escalation is spent: never in the past."""
    return aware(now) + ONE_DAY


def promise_end(accepted: datetime, promised_days: int) -> datetime:
    """承诺时限 as an instant, where the requesting unit sent days only (reading 4: to be marked 推算)."""
    return aware(accepted) + timedelta(days=promised_days)


def aware(instant: datetime) -> datetime:
    """`instant`, or ValueError where it has no time zone: a naive time has silently shifted deadlines elsewhere."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"an aware datetime is needed, not {instant!r}")
    return instant
