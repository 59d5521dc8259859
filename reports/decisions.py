"""What page one decides by: 依据 of each step, and 工作日 of the week. Part of the snapshot (`reports.model`), kept as long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Ground:
    """依据 of a step that missed limits ask for: (name, count) by unit, by matter and proof, by where the case stood; most first."""

    kind: str  #: of the limits, as a deadline's; of what else is asked for the key of its figure (`wording.ASKED`)
    units: tuple[tuple[str, int], ...]
    causes: tuple[tuple[str, int], ...]
    steps: tuple[tuple[str, int], ...]
    waiting: int  #: still unanswered at the end of the period
    since: datetime | None  #: the earliest instant that those missed
    cases: str  #: the key of its list; of limits what is not counted there was missed


@dataclass(frozen=True)
class Shared:
    """共同原因 of most cases that are late: one decision in place of one by each kind of limit."""

    cause: str  #: where they stood, or the name of the source
    failed: bool  #: a source that lost their look-ups
    part: int  #: so many have it
    ground: Ground  #: of all that are late, each once

    @property
    def whole(self) -> int:
        return sum(count for _, count in self.ground.units)


@dataclass(frozen=True)
class LateUnit:
    """超时核验 of one unit ('' where the case lay in no inbox), each case once: by what was missed, where it stood, which source had lost
    its look-up; most first. Few are named."""

    unit: str
    name: str
    kinds: tuple[tuple[str, int], ...]  #: by the key of `wording.MISSED`, the gravest first
    steps: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    waiting: int  #: still open at the end of the period
    numbers: tuple[str, ...]  #: of its verifications, where they are few
    cases: str = ""

    @property
    def whole(self) -> int:
        return sum(count for _, count in self.kinds)


@dataclass(frozen=True)
class Outage:
    """平台故障: how often, how many minutes of the period in all, and how many missed limits met one, also of before it; None: it was
    taken out of them."""

    count: int
    minutes: int
    met: int | None


@dataclass(frozen=True)
class Workdays:
    """工作日: how many there were, and in the period before; the days off by notice, the weekends that were worked (调休)."""

    count: int
    before: int | None
    off: tuple[date, ...]
    worked: tuple[date, ...]
