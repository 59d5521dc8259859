"""姓名与号码不符的比率 (obligations 15.4, 16.7): from which share on nobody asks about persons whom he knows.

Whoever has the person before him misreads a number now and then; whoever tries numbers, or names for a number, does so
often. What counts is a key's newest answers, not those of some hours: a burst does not vanish in a busy hall's traffic,
and a try an hour is seen as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: What is older says nothing of who uses the key now.
LOOKED_BACK = timedelta(days=7)
STEPS = r"^([1-9]\d{0,2}/[1-9]\d{0,3}( [1-9]\d{0,2}/[1-9]\d{0,3})*)?$"


class Asker(StrEnum):
    """Of whom the answers are counted, and who is stopped: whoever holds a key, and the unit by all its keys."""

    PERSON = "person"
    SYSTEM = "system"
    UNIT = "unit"

    @property
    def label(self) -> str:
        return {"person": "人员", "system": "业务系统", "unit": "单位"}[self.value]


@dataclass(frozen=True)
class Step:
    """`differing` mismatches among the newest `among` answers."""

    differing: int
    among: int


@dataclass(frozen=True)
class Compared:
    """A name was compared with a number. `person`: who was meant, as a keyed hash."""

    at: datetime
    person: str
    differs: bool


@dataclass(frozen=True)
class Excess:
    """How many mismatches, beside how many persons whose names were right."""

    differing: int
    right: int


def steps(written: str) -> tuple[Step, ...]:
    """ "7/10 12/40": seven of the newest ten, or twelve of the newest forty. Raises ValueError."""
    if not re.fullmatch(STEPS, written):
        raise ValueError(f"not of the form 7/10 12/40: {written!r}")
    found = tuple(Step(*map(int, part.split("/"))) for part in written.split())
    if any(not 0 < step.differing <= step.among for step in found):
        raise ValueError(f"more mismatches than answers: {written!r}")
    return found


def excess(answers: Iterable[Compared], limits: Iterable[Step], *, now: datetime) -> Excess | None:
    """The first step that is reached, by the answers of one asker, newest first; None where none is.

    Each mismatch counts; a name that was right counts once for each person, so that nobody dilutes the share by asking
    about himself again and again.
    """
    wanted = sorted(limits, key=lambda step: step.among)
    differing, right = 0, set[str]()
    for answer in answers:
        if answer.at <= now - LOOKED_BACK:
            break
        if answer.differs:
            differing += 1
        else:
            right.add(answer.person)
        counted = differing + len(right)
        if any(differing >= step.differing and counted <= step.among for step in wanted):
            return Excess(differing, len(right))
        if not any(counted < step.among for step in wanted):
            break
    return None
