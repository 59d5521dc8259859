"""单位超时核验: by unit how many cases were late, where they stood, and which they were where they are few (obligations 10.12, 15.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from reports.decisions import LateUnit
from reports.figures.shared import NAMED, both
from reports.figures.sources import name_of
from reports.figures.span import Span
from reports.wording import LATE_AT, MISSED, NOBODY


def late_units(session: Session, span: Span, names: Mapping[str, str]) -> tuple[LateUnit, ...]:
    """In official order, what lay with no unit at the end; units without any late case have no row."""
    _, rows = both(session, span, NAMED)
    units = sorted({row.unit for row in rows}, key=lambda unit: (not unit, unit))
    return tuple(_of(unit, names.get(unit, NOBODY), [row for row in rows if row.unit == unit]) for unit in units)


def _of(unit: str, name: str, rows: Sequence[Row[Any]]) -> LateUnit:
    kinds, steps, sources = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        kinds[row.kind] += row.missed
        steps[row.step] += row.missed
        if row.source is not None:
            sources[name_of(row.source)] += row.missed
    numbers = sorted(number for row in rows for number in row.numbers) if kinds.total() <= NAMED else []
    return LateUnit(
        unit=unit,
        name=name,
        kinds=tuple((kind, kinds[kind]) for kind in MISSED if kinds[kind]),
        steps=_most(steps),
        sources=_most(sources),
        waiting=sum(row.waiting for row in rows),
        numbers=tuple(numbers),
        cases=f"{LATE_AT}/{unit}" if unit else "",
    )


def _most(found: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))
