"""到期的一刻: up to which instant a limit is kept, and how it is written. Everything that compares or prints one asks here.

以内 includes the number itself (民法典 §1259): what happens at the very instant is in time. A period of days ends at 24:00
of its last day (§203); written as 00:00 of the next one, it would be read as a day more.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from domain.calendar import LOCAL

_Verdict_co = TypeVar("_Verdict_co", covariant=True)
_WEEKDAYS = "一二三四五六日"


class _Instant(Protocol[_Verdict_co]):
    """A datetime, whose verdict is a bool; or a column of them, whose verdict is a condition of a query."""

    def __lt__(self, other: Any, /) -> _Verdict_co: ...


def is_past(due: _Instant[_Verdict_co], at: Any) -> _Verdict_co:
    """Whether a limit that ends at `due` has passed at `at`: only after that instant, not at it."""
    verdict: _Verdict_co = due < at
    return verdict


def last_day(due: datetime) -> date:
    """The day on which a limit ends, Beijing time: of 24:00, the day that it closes."""
    local = due.astimezone(LOCAL)
    return local.date() - timedelta(days=1) if _is_midnight(local) else local.date()


def written(due: datetime, otherwise: str = "") -> str:
    """The end of a period in Chinese: 2026年12月31日24时, or 2026年3月9日(周一)09:30 (`otherwise`: that format instead).

    Never for what happened at midnight.
    """
    local = due.astimezone(LOCAL)
    if _is_midnight(local):
        day = last_day(due)
        return f"{day.year}年{day.month}月{day.day}日24时"
    return local.strftime(otherwise) if otherwise else happened(due)


def happened(at: datetime) -> str:
    """An instant at which something happened or begins, in Chinese."""
    local = at.astimezone(LOCAL)
    seconds = f":{local.second:02d}" if local.second else ""
    return f"{local.year}年{local.month}月{local.day}日(周{_WEEKDAYS[local.weekday()]}){local:%H:%M}{seconds}"


def _is_midnight(local: datetime) -> bool:
    return local.hour == local.minute == local.second == local.microsecond == 0
