"""How a rule's query becomes signs: it gives `unit`, `subject`, `numbers` and how many it counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule

MOST_NUMBERS = 1000  #: on a lead: whole but for a flood, and then it says how many there are
#: A million whole numbers are sorted in a third of a second; as a hash table they take three times as long, as texts five times.
_OFTEN = "SELECT slot FROM (SELECT CAST({slot} AS bigint) AS slot {rows} ORDER BY 1) sorted GROUP BY slot HAVING count(*) >= :often"


def found(session: Session, rule: LeadRule, counted: str, query: str, start: datetime, end: datetime, **more: Any) -> list[Indication]:
    """The signs of one rule in [start, end). The query knows :start, :end and :least."""
    rows = session.execute(text(query), {"start": start, "end": end, "least": rule.about.least, **more})
    return [
        Indication(rule, unit, subject, *listing(sorted(filter(None, numbers or ())), {counted: count}))
        for unit, subject, numbers, count in rows
    ]


def listing(numbers: Sequence[str], counts: Mapping[str, int | str]) -> tuple[tuple[str, ...], Mapping[str, int | str]]:
    """The numbers that a lead names, and its counts; where it does not name all, how many there are."""
    cut = {f"编号共(只列前 {MOST_NUMBERS} 个)": len(numbers)} if len(numbers) > MOST_NUMBERS else {}
    return tuple(numbers[:MOST_NUMBERS]), {**counts, **cut}


def often(session: Session, slot: str, rows: str, least: int, **given: Any) -> list[int]:
    """The values of `slot` (SQL, a whole number) that at least so many of the `rows` (SQL, from FROM on) have. A sieve: a
    slot is made of hashes, so that what comes through is looked at by its own columns."""
    return list(session.scalars(text(_OFTEN.format(slot=slot, rows=rows)), {**given, "often": least}))


def half(least: int) -> int:
    """Of so many within any span, one of the clock's two spans that it lies in holds at least these."""
    return (least + 1) // 2


def beside(slots: Iterable[int]) -> list[int]:
    """They and their neighbours."""
    return sorted({slot + step for slot in slots for step in (-1, 0, 1)})
