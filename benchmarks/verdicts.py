"""What the record must say of one request, from its raw instants alone: misses, 督办, the report to the office.

Independent of the product's rules and of its rows: only the walk over the minutes (`tests.domain.walking`) is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.domain.walking import Ask, due, half_hour_from


@dataclass(frozen=True)
class History:
    """One request as it went. `sent`: the result reached the requesting unit. `left`: returned or withdrawn instead.

    `withdrawn`: the whole verification was, so that nothing is owed any more.
    """

    ask: Ask
    answered: datetime | None
    sent: datetime | None
    left: datetime | None
    withdrawn: datetime | None
    fed_back: datetime | None
    now: datetime


@dataclass(frozen=True)
class Verdict:
    """One limit: when it was due, and what became of it: met, missed, closed, running."""

    due: datetime
    outcome: str


@dataclass(frozen=True)
class Expected:
    limits: dict[str, Verdict]
    supervised: datetime | None  #: when 督办 began
    half_hour: Verdict | None  #: missed: the office was told


def expected(history: History) -> Expected:
    """Soft and hard limits, and the 督办 that the first miss opened while the unit had not acted."""
    ended = history.left or history.sent
    found = {kind: Verdict(at, _outcome(at, ended, history.left is None, history.now)) for kind, at in due(history.ask).items()}
    acted = history.left or history.answered
    for at in sorted(verdict.due for verdict in found.values() if verdict.outcome == "missed"):
        since = max([at, *(end for begin, end in history.ask.pauses if begin <= at < end)])
        if acted is None or since < acted:
            return Expected(found, since, _half_hour(history, half_hour_from(since, history.ask.desk)))
    return Expected(found, None, None)


def _outcome(at: datetime, ended: datetime | None, scored: bool, now: datetime) -> str:
    if at < (ended or now):
        return "missed"
    if ended is None:
        return "running"
    return "met" if scored else "closed"


def _half_hour(history: History, at: datetime) -> Verdict:
    handled = history.answered or (history.left if history.left != history.withdrawn else None)
    done = max(handled, history.fed_back) if handled and history.fed_back else None
    if done is not None and done <= at:
        return Verdict(at, "met")
    if history.withdrawn is not None and history.withdrawn <= at:
        return Verdict(at, "closed")
    return Verdict(at, "missed" if at < history.now else "running")
