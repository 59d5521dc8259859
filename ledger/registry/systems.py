"""业务系统 (obligations 8.1, 8.2): when each called, and which one a case came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.limits import aware
from domain.spelling import words
from ledger.tables.registry import System, SystemCall


def note_call(session: Session, system: str, *, now: datetime) -> None:
    """A call with a key of this system: the first and the last of each day are kept."""
    day = aware(now).astimezone(LOCAL).date()
    row = insert(SystemCall).values(system=system, day=day, first_at=now, last_at=now)
    later = func.greatest(SystemCall.last_at, row.excluded.last_at)
    session.execute(row.on_conflict_do_update(index_elements=["system", "day"], set_={"last_at": later}))


@dataclass(frozen=True)
class Calls:
    """When a system first and last called; None: never."""

    first: datetime | None = None
    last: datetime | None = None


def calls(session: Session, before: datetime | None = None) -> dict[str, Calls]:
    """Of every system that called, before an instant where one is given: the days that began before it."""
    query = select(SystemCall.system, func.min(SystemCall.first_at), func.max(SystemCall.last_at)).group_by(SystemCall.system)
    if before is not None:
        query = query.where(SystemCall.first_at < before)
    return {system: Calls(first, last) for system, first, last in session.execute(query).tuples()}


class Origins:
    """Which registered system a case's 来源系统 means: its code, or its name as somebody wrote it."""

    def __init__(self, systems: Iterable[System]) -> None:
        self._own: dict[tuple[str, str], str] = {}
        self._any: dict[str, str] = {}
        for system in systems:
            for text in (system.code, system.name):
                self._own.setdefault((system.unit, words(text)), system.code)
                self._any.setdefault(words(text), system.code)

    def of(self, unit: str, text: str) -> str | None:
        """The unit's own one first: several units may use one provincial system, each under its own code."""
        plain = words(text)
        return self._own.get((unit, plain)) or self._any.get(plain)
