"""What stands at the end of a span by a second way: lists, rosters, databases, adjustments, tasks, leads; and the places of units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from reports.model import Period
from tests.reports.figures import test_articles, test_checks, test_conduct
from tests.reports.figures.month import LOCAL
from tests.reports.figures.reference import Ledger, Reference, is_kept
from tests.reports.figures.rows import Row, read

#: Steps after which a lead is no longer open.
_DECIDED = {"dismiss", "accept", "transfer", "exempt"}
_Pair = tuple[int, int]


class Standing:
    """Plain Python over raw rows that are read once."""

    def __init__(self, rows: dict[str, list[Row]], period: Period, scope: str) -> None:
        now = period.end + timedelta(hours=8)
        read(rows, ("matters", "databases", "leads", "lead_steps", "voluntary_submissions", "complaints"))
        self.rows, self.scope = rows, scope
        self.duty = test_conduct.Raw(period, scope, now, rows)
        self.catalog = test_articles.Raw(period, scope, now, rows)
        self.checks = test_checks.Raw(period, scope, now, rows)

    def rosters(self) -> tuple[_Pair, set[str]]:
        """(complete, taking part), and who lacked somebody at some instant."""
        supervised, staffed = ({unit for unit, kept, _, _ in found if kept} for found in (self.duty.supervisors(), self.duty.agents()))
        wanted = set(self.duty._members())
        gaps = wanted - (supervised & staffed)
        return (len(wanted) - len(gaps), len(wanted)), gaps

    def lists(self) -> tuple[_Pair, set[str]]:
        """(with a list, owing one), and who has none."""
        having = {self.duty.stood(row["unit"], self.duty.cut) for row in self.catalog.list()}
        owing = having | {self.duty.stood(row["unit"], self.duty.cut) for row in self.rows["matters"] if row["active"]}
        wanted = owing & set(self.duty._members())
        return (len(wanted & having), len(wanted)), wanted - having

    def list_version(self) -> int:
        return max((row["number"] for row in self.rows["catalog_versions"] if row["published_at"] < self.duty.cut), default=0)

    def databases(self) -> _Pair:
        today = self.duty.cut.astimezone(LOCAL).date()
        ours = [
            row["connected_since"] for row in self.rows["databases"] if self.scope in ("", self.duty.stood(row["owner"], self.duty.cut))
        ]
        return sum(since is not None and since < today for since in ours), len(ours)

    def late_adjustments(self) -> _Pair:
        raw = self.catalog
        judged = [
            (due, first)
            for due, first, drafted in raw.adjustments()
            if due is not None and (first or raw.start < max(due, drafted) <= raw.cut)
        ]
        return sum(first is None or first > due for due, first in judged), len(judged)

    def tasks(self) -> _Pair:
        found = [*self.duty.process_tasks(), *self.duty.guide_tasks()]
        return sum(done for _, done, _, _ in found), len(found)

    def systems(self) -> _Pair:
        found = self.checks.systems_connected()
        return sum(connected for _, connected, _, _ in found), len(found)

    def leads(self) -> set[tuple[str, str, str]]:
        """(number, clause, whose)."""
        found, cut = set(), self.duty.cut
        for row in self.rows["leads"]:
            steps = self.duty.by("lead_steps", "lead_id").get(row["id"], [])
            decided = [step["at"] for step in steps if step["step"] in _DECIDED and step["at"] < cut]
            if row["period_start"] < cut and (row["period_end"] > self.duty.start or not decided):
                whose = self.duty.stood(row["unit"], min(decided, default=cut))
                if self.scope in ("", whose):
                    found.add((row["number"], row["clause"], whose))
        return found

    def voluntary(self) -> int:
        rows = self.rows["voluntary_submissions"]
        spared = [row for row in rows if "not_spared" not in row["marks"]]
        return sum(self.duty.within(row["at"]) and self.scope in ("", row["unit"]) for row in spared)

    def complained_of(self) -> Counter[str]:
        """Unit -> complaints received."""
        rows = [row for row in self.rows["complaints"] if row["unit"] and self.duty.within(row["received_at"])]
        found = Counter(self.duty.stood(row["unit"], row["received_at"]) for row in rows)
        return Counter({unit: count for unit, count in found.items() if self.scope in ("", unit)})


def places(ledger: Ledger, period: Period, units: Iterable[str]) -> dict[str, int | None]:
    """Unit -> its place by limits kept among all of the district; equal shares share one, and who had few has none."""
    wanted = Reference(ledger, period.start, period.end, "", period.end + timedelta(hours=8))
    kept: dict[str | None, list[bool]] = {}
    for limit in wanted.fell_due("soft", "hard"):
        kept.setdefault(wanted.unit_of(limit), []).append(is_kept(limit))
    shares = {unit: Fraction(sum(found), len(found)) for unit, found in kept.items() if unit is not None and len(found) >= 10}
    return {unit: 1 + sum(other > shares[unit] for other in shares.values()) if unit in shares else None for unit in units}
