"""承继: a unit that was merged has a successor, which has at once everything that the unit had.

Nothing that happened is rewritten: a request stays the one that the merged unit received, its clocks run on by that
unit's hours, and the reports of its time name it. What falls to be answered for from the merger on is the successor's: a limit that ends
then, an answer that is given then (`Charges`). Who may act is asked through here instead: a unit acts on its own
and on what it inherited, and what is new goes to the successor.

事项换码: likewise a matter whose code changed is one matter under each code that it bore (`Matter.succeeded_by`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.tables.registry import Matter, Unit, UnitChange

#: In a query over `Unit`: the unit that answers today for what this one had.
HEIR = func.coalesce(Unit.merged_into, Unit.code)


def heir(session: Session, unit: str) -> str:
    """The unit that stands today where `unit` stood: itself, or the one that it was merged into, however often."""
    row = session.get(Unit, unit)
    return row.merged_into or unit if row is not None else unit


def estate(session: Session, unit: str) -> frozenset[str]:
    """The units on whose behalf `unit` acts: itself and all that were merged into it."""
    row = session.get(Unit, unit)
    return frozenset({unit, *(row.inherits if row is not None else ())})


def name_of(session: Session, unit: str) -> str:
    """How a merged unit is called on what is made now: 承继单位(原名称)."""
    row = session.get_one(Unit, unit)
    return f"{session.get_one(Unit, row.merged_into).name}(原{row.name})" if row.merged_into else row.name


def matter_codes(session: Session, code: str) -> list[str]:
    """Every code that this matter bears or bore, the one of today first; itself where nobody registered it."""
    today = select(func.coalesce(Matter.succeeded_by, Matter.code)).where(Matter.code == code).scalar_subquery()
    query = select(Matter.code).where((Matter.code == today) | (Matter.succeeded_by == today))
    return list(session.scalars(query.order_by(Matter.succeeded_by.is_not(None), Matter.code))) or [code]


def former_matter_codes(session: Session) -> dict[str, str]:
    """Every former code of a matter -> its code today."""
    query = select(Matter.code, Matter.succeeded_by).where(Matter.succeeded_by.is_not(None))
    return {code: str(today) for code, today in session.execute(query).tuples()}


def code_today(code: str) -> str:
    """Of a matter, both in SQL: what is counted by matter is counted under its code of today."""
    return f"(SELECT coalesce(max(today.succeeded_by), {code}) FROM matters today WHERE today.code = {code})"


def codes_of(code: str) -> str:
    """Every code of a matter, in SQL, by one of them in SQL."""
    others = f"SELECT former.code FROM matters former WHERE former.succeeded_by = {code_today(code)}"
    return f"ARRAY(SELECT {code} UNION ALL SELECT {code_today(code)} UNION ALL {others})"


@dataclass(frozen=True)
class Charges:
    """谁负责: the unit that answers for what happens at an instant, for whatever unit the record names.

    `steps`: (unit, since, who stands in its place), the newest first.
    """

    steps: tuple[tuple[str, datetime, str], ...] = ()

    @classmethod
    def until(cls, session: Session, cut: datetime | None = None) -> Charges:
        """All mergers, or those before an instant."""
        query = select(UnitChange.unit, UnitChange.at, UnitChange.merged_into).where(UnitChange.merged_into.is_not(None))
        if cut is not None:
            query = query.where(UnitChange.at < cut)
        return cls.of((unit, at, str(into)) for unit, at, into in session.execute(query.order_by(UnitChange.at, UnitChange.id)).tuples())

    @classmethod
    def of(cls, mergers: Iterable[tuple[str, datetime, str]]) -> Charges:
        """From mergers, the oldest first; a unit may be merged into one that is merged later."""
        steps: list[tuple[str, datetime, str]] = []
        now: dict[str, str] = {}
        for unit, at, into in mergers:
            for one in sorted({unit, *(code for code, heir in now.items() if heir == unit)}):
                steps.append((one, at, into))
                now[one] = into
        return cls(tuple(reversed(steps)))

    def at(self, unit: str, instant: datetime) -> str:
        """The unit that stands at `instant` where `unit` stood."""
        return next((heir for was, since, heir in self.steps if was == unit and since <= instant), unit)

    def sql(self, unit: str, at: str) -> str:
        """Both given as SQL. With `given` as parameters; of a district without mergers it is the unit itself."""
        if not self.steps:
            return unit
        whens = " ".join(f"WHEN {unit} = :was_{n} AND {at} >= :since_{n} THEN :now_{n}" for n in range(len(self.steps)))
        return f"(CASE {whens} ELSE {unit} END)"

    @property
    def given(self) -> dict[str, Any]:
        return {
            f"{name}_{n}": value for n, step in enumerate(self.steps) for name, value in zip(("was", "since", "now"), step, strict=True)
        }
