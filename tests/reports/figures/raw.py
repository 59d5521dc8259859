"""What a report of a span sees of the raw rows, in plain Python: the ground of the second way to count the annex."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest

from reports import periods
from reports.model import ArticleFigure, Period, Report
from tests.reports.figures.asking import listed, report
from tests.reports.figures.clocked import INTO, MERGED, RENAMED
from tests.reports.figures.reference import quantiles
from tests.reports.figures.rows import Row, by, mergers, read, stood

W10 = periods.parse("2026-W10")
SPANS = [
    (W10, timedelta(hours=8)),
    (periods.parse("2026-W11"), timedelta(days=-3, hours=-5)),  # it still runs
    (periods.between(date(2026, 1, 1), date(2026, 3, 31)), timedelta(hours=8)),
    (periods.between(date(2026, 1, 1), date(2026, 12, 31)), timedelta(days=40)),
]
NAMES = ["week", "running", "quarter", "year"]
SCOPES = ("", INTO, MERGED, RENAMED, "370402-PERMIT")
SECOND = timedelta(seconds=1)
Found = list[tuple[str, bool, float | None, str]]  #: id, part, seconds, of whom


@dataclass
class Raw:
    """The rows, and what a report of [start, cut) of a scope sees of them."""

    period: Period
    scope: str
    now: datetime
    rows: dict[str, list[Row]] = field(default_factory=dict)  #: of a ledger that is asked often: each table is read once
    tables: ClassVar[tuple[str, ...]] = ("verifications", "requests")

    def __post_init__(self) -> None:
        self.start, self.cut = self.period.start, min(self.period.end, self.now)
        read(self.rows, ("unit_changes", *self.tables))
        self.mergers = mergers(self.rows["unit_changes"], self.cut)
        self._by: dict[tuple[str, str], dict[Any, list[Row]]] = {}
        self.verification = {row["number"]: row for row in self.rows["verifications"]}
        self.asked = self.by("requests", "verification")

    def by(self, table: str, column: str) -> dict[Any, list[Row]]:
        """The rows of a table by what stands in a column."""
        if (table, column) not in self._by:
            self._by[table, column] = by(self.rows[table], column)
        return self._by[table, column]

    def within(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.cut

    def is_due(self, at: datetime | None) -> bool:
        return at is not None and self.start < at <= self.cut and at < self.now

    def stood(self, unit: str, at: datetime) -> str:
        """Who stood where a unit stood, as far as the end of the span knows."""
        return stood(unit, at, self.mergers)

    def ours(self, unit: str) -> bool:
        return not self.scope or unit == self.scope

    def concerns(self, number: str, at: datetime) -> bool:
        row = self.verification[number]
        if not self.scope or self.stood(row["unit"], at) == self.scope:
            return True
        return any(
            self.stood(one["unit"], max(one["received_at"], at)) == self.scope
            for one in self.asked.get(number, [])
            if one["received_at"] < self.cut
        )

    def found(self, key: str) -> Found:
        """A figure by its key: the method of this name."""
        found: Found = getattr(self, key)()
        return found


def of(found: Report, key: str) -> dict[str, ArticleFigure]:
    """A figure by whose it is; '' is the whole."""
    return {
        one.share.cases.partition("/")[2]: one for one in found.articles if one.share.cases == key or one.share.cases.startswith(f"{key}/")
    }


def compare(raw: Raw, found: Report, key: str, *, parts: bool) -> None:
    """The figure and, where it has `parts`, each of them, with how long it took."""
    wanted = raw.found(key)
    figures = of(found, key)
    assert set(figures) == {"", *({one[3] for one in wanted if one[3]} if parts else ())}, key
    for about, figure in figures.items():
        own = [one for one in wanted if not about or one[3] == about]
        assert (figure.share.part, figure.share.whole) == (sum(one[1] for one in own), len(own)), (key, about)
        if figure.elapsed is not None:
            took = sorted(one[2] for one in own if one[2] is not None)
            assert figure.elapsed.count == len(took)
            for known, expected in zip((figure.elapsed.median, figure.elapsed.p95), quantiles(took), strict=True):
                assert (known is None) == (expected is None) and (known is None or abs(known - (expected or 0)) < 1e-3), key


def over_every_span(test: Callable[..., None]) -> Callable[..., None]:
    """For a week, a week that still runs, a quarter, a year; of the district and of units."""
    spans = pytest.mark.parametrize(("period", "after"), SPANS, ids=NAMES)
    return pytest.mark.parametrize("scope", SCOPES)(spans(test))


def compare_all(way: type[Raw], keys: Mapping[str, bool], period: Period, after: timedelta, scope: str) -> None:
    """Every figure of `keys`; with parts by unit or source, or without."""
    now = period.end + after
    found, rows = report(period, scope, now), way(period, scope, now)
    for key, parts in keys.items():
        compare(rows, found, key, parts=parts)


def compare_lists(way: type[Raw], key: str) -> None:
    """Behind the figure and each of its parts stand its cases."""
    period, after = SPANS[0]
    raw = way(period, "", period.end + after)
    wanted = raw.found(key)
    for about, figure in of(report(raw.period, raw.scope, raw.now), key).items():
        cases = listed(figure.share.cases, raw.period, raw.scope, raw.now)
        assert (cases.part, cases.whole) == (figure.share.part, figure.share.whole)
        lines = sorted((line.number, line.counted) for line in cases.lines)
        assert lines == sorted((one[0], one[1]) for one in wanted if not about or one[3] == about)


def assert_mixed(way: type[Raw], keys: Iterable[str]) -> None:
    """Something of each figure happened and something of it did not, else to compare them would say nothing."""
    rows = [way(period, "", period.end + after) for period, after in SPANS]
    for key in keys:
        parts = [one[1] for each in rows for one in each.found(key)]
        assert any(parts) and not all(parts), key
