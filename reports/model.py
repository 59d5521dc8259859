"""周报 as one typed object: what was counted, out of what, in which week, by which definitions. Layouts only print it.

Every rate carries its numerator and its denominator and the key under which its cases can be listed; every figure of last
week stands beside this week's. Nothing here computes from the ledger (`reports.figures`) or prints (`reports.layouts`).

Snapshots are kept for years and read by these types again: a field that is added has a default that says it was not
counted, and the changed shape another file in tests/reports/kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import TypeAdapter

from domain.leads import LeadLine
from reports.decisions import Ground, LateUnit, Outage, Shared, Workdays


@dataclass(frozen=True)
class Period:
    """[start, end), aware; `label` as people say it: 2026年第10周(3月2日至3月8日)."""

    start: datetime
    end: datetime
    label: str


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`. `cases`: the key under which both can be listed (`reports.cases`)."""

    part: int
    whole: int
    cases: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.whole:
            raise ValueError(f"分子须在 0 与分母之间:{self.part}/{self.whole}")

    @property
    def value(self) -> float | None:
        """The share, or None out of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> str:
        """To one decimal; all and nothing are said only where it is all or nothing."""
        if not self.whole:
            return "—"
        tenths = (2000 * self.part + self.whole) // (2 * self.whole)  # rounded half up, in whole numbers
        if tenths == 1000 and self.part < self.whole:
            tenths = 999
        if tenths == 0 and self.part:
            return "<0.1%"
        return f"{tenths // 10}.{tenths % 10}%"

    def __str__(self) -> str:
        return f"{self.percent}({self.part}/{self.whole})"


@dataclass(frozen=True)
class Count:
    """This week's number and last week's; `before` None where last week cannot be compared."""

    value: int
    before: int | None = None
    cases: str = ""

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.value - self.before

    @property
    def said(self) -> str:
        """The change in words."""
        if self.change is None:
            return "上周无可比数据"
        if self.change == 0:
            return "与上周持平"
        return f"比上周{'增加' if self.change > 0 else '减少'} {abs(self.change)}"


@dataclass(frozen=True)
class Spread:
    """用时 in seconds: the middle and the 95th of a hundred, over `count` cases; None where there are none."""

    count: int
    median: float | None = None
    p95: float | None = None


@dataclass(frozen=True)
class Limits:
    """时限 that fell due in the week, whatever became of them: on time out of all. Excused soft misses are missed all
    the same and counted apart (reading 8)."""

    soft: Rate
    hard: Rate
    supervision: Rate
    excused: int = 0
    undetermined: int = 0  #: 未定: a year without calendar


@dataclass(frozen=True)
class MethodShare:
    """How many were delivered by one method."""

    method: str
    name: str
    share: Rate


@dataclass(frozen=True)
class SourceRow:
    """One share source: how often it was asked, answered with a licence, answered at all, and how fast."""

    source: str
    asked: int
    found: Rate
    failed: Rate
    spread: Spread


@dataclass(frozen=True)
class UnitRow:
    """One unit: as an issuing unit what was asked of it and how it kept its limits; as a requesting unit what it filed."""

    code: str
    name: str
    received: int
    answered: int
    waiting: int
    limits: Limits
    spread: Spread
    returns: int
    returns_accepted: Rate
    supplements: int
    supervised: int
    supervision_missed: int
    filed: int
    handed_back_minutes: int
    voluntary: Rate
    rank: int | None = None  #: by limits kept; None where too few fell due to compare
    note: str = ""  #: an outlying voluntary share
    changed: str = ""  #: renamed or merged within the period
    returns_in_time: Rate = Rate(0, 0)  #: within the half hour (obligation 10.10); reports issued before it was counted have none


@dataclass(frozen=True)
class DayCell:
    """One unit's day: limits missed out of those that fell due."""

    unit: str
    day: date
    missed: Rate


@dataclass(frozen=True)
class WeekPoint:
    """One week of the trend."""

    label: str
    received: int
    kept: Rate  #: soft and hard limits together


@dataclass(frozen=True)
class Bin:
    """How many answers took up to so long."""

    label: str
    count: int


@dataclass(frozen=True)
class CoverageFigures:
    """清单、值守、数据库 (article 5; obligations 10.2, 10.3, 6.4)."""

    lists: Rate
    without_list: tuple[str, ...]
    rosters: Rate
    roster_gaps: tuple[str, ...]
    databases: Rate
    late_adjustments: Rate
    list_version: int
    open_tasks: Rate  #: follow-up tasks (obligations 13.1, 13.2) done out of those that were set and are due
    systems: Rate = Rate(0, 0)  #: 自建系统 connected out of those that should be (obligation 8.1); reports from before have none


@dataclass(frozen=True)
class SystemRow:
    """业务系统 (obligations 8.1, 8.2): connected since its first call; `obtained`: verifications of the period for its business."""

    code: str
    name: str
    unit: str
    unit_name: str
    level: str
    should_connect: bool
    why_not: str
    first_call: datetime | None
    last_call: datetime | None
    obtained: int
    above: bool  #: 省级以上


@dataclass(frozen=True)
class ComplaintFigures:
    """投诉举报 (obligation 18.1): received by channel, handled in time."""

    received: Count
    by_channel: tuple[tuple[str, int], ...]
    handled: Rate
    by_unit: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ArticleFigure:
    """条文指标: one figure of the annex, by the obligation that asks for it; what it means goes with it."""

    obligation: str  #: as docs/rules/obligations.md numbers it
    name: str
    meaning: str
    share: Rate
    elapsed: Spread | None = None  #: how long it took, where the figure is about time
    lacking: tuple[str, ...] = ()  #: the units that do not count yet, by name
    detail: bool = False  #: one part of the figure before it: printed where it counts anything
    of: str = ""  #: of this unit or source alone, by its name
    of_unit: bool = False  #: of one unit: in the workbook alone


@dataclass(frozen=True)
class Report:
    """周报 of the district, or of one unit (`scope` its code)."""

    period: Period
    scope: str
    scope_name: str
    issue: str  #: 期号
    issuer: str
    definitions: str  #: the version of what the figures mean
    rules: tuple[str, ...]  #: the versions of the rules by which the limits of the week were set
    cut_off: datetime  #: the instant at which the ledger was read
    received: Count
    finished: Count
    withdrawn: int
    open: int
    free_of_paper: Count
    limits: Limits
    limits_before: Limits | None
    spread: Spread
    methods: tuple[MethodShare, ...]
    sources: tuple[SourceRow, ...]
    units: tuple[UnitRow, ...]
    heat: tuple[DayCell, ...]
    trend: tuple[WeekPoint, ...]
    distribution: tuple[Bin, ...]
    coverage: CoverageFigures
    voluntary: Count
    complaints: ComplaintFigures
    leads: tuple[LeadLine, ...]
    next_steps: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())
    systems: tuple[SystemRow, ...] = ()
    articles: tuple[ArticleFigure, ...] = ()
    record: str = ""  #: 台账存证, in words
    grounds: tuple[Ground, ...] = ()
    answer_by: date | None = None  #: until when units answer what the report asks of them
    copies: str = ""  #: 抄送
    asked: tuple[Ground, ...] = ()  #: of the steps that follow those of `grounds`, in their order; reports from before have none
    contact: str = ""  #: 联系人和电话
    shared: Shared | None = None  #: the first step, in place of those of `grounds`
    workdays: Workdays | None = None  #: None: not counted, or a year without calendar
    late: tuple[LateUnit, ...] | None = None  #: units with 超时核验, in official order; None: not counted
    outage: Outage | None = None  #: None: none, or a report from before, whose notes tell of it

    def as_json(self) -> str:
        """The snapshot that is kept: the same report, the same text."""
        return _ADAPTER.dump_json(self, indent=1).decode()


_ADAPTER: TypeAdapter[Report] = TypeAdapter(Report)


def from_json(text: str) -> Report:
    """A report from its snapshot."""
    return _ADAPTER.validate_json(text)
