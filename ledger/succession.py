"""承继: a unit that was merged has a successor, which has at once everything that the unit had.

Nothing that happened is rewritten: a request stays the one that the merged unit received, its clocks run on by that
unit's hours, and the reports of its time name it. Who may act is asked through here instead: a unit acts on its own
and on what it inherited, and what is new goes to the successor.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from ledger.tables.registry import Unit


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
