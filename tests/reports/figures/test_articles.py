"""附件 by a second, independent way: each figure counted in plain Python over the raw rows, for a week, a quarter, a year."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import is_workday

from domain.registers import DECISIONS
from reports import periods
from reports.figures import adjustments, catalog, duties
from reports.model import ArticleFigure, Period, Report
from runtime.services.postgres import Cluster
from tests.conftest import fresh_ledger
from tests.reports.figures import raw, year
from tests.reports.figures.asking import listed, report
from tests.reports.figures.rows import Row
from tests.reports.figures.year import INTO, MERGED, RENAMED

LOCAL = ZoneInfo("Asia/Shanghai")
TABLES = (
    "units",
    "people",
    "cases",
    "proof_kinds",
    "entries",
    "catalog_versions",
    "refusals",
    "proposals",
    "proposal_steps",
    "register_entries",
    "verifications",
    "requests",
    "proofs",
)
SPANS = [
    (periods.parse("2026-W10"), timedelta(hours=8)),
    (periods.parse("2026-W30"), timedelta(days=-3)),  # it still runs
    (periods.between(date(2026, 4, 1), date(2026, 6, 30)), timedelta(hours=8)),
    (periods.between(date(2026, 7, 1), date(2026, 9, 30)), timedelta(days=40)),
    (periods.between(date(2026, 1, 1), date(2026, 12, 31)), timedelta(hours=8)),
]
#: The chapters that are counted here; the others have a file of their own.
OWN = {figure.key for figure in (*adjustments.FIGURES, *catalog.FIGURES, *duties.FIGURES)}
SCOPES = ("", INTO, MERGED, RENAMED, "370402-PERMIT")


def own(found: Report) -> list[ArticleFigure]:
    return [one for one in found.articles if one.share.cases in OWN]


class Raw(raw.Raw):
    tables = TABLES

    def is_ours(self, unit: str | None, at: datetime) -> bool:
        return self.ours(self.stood(unit, at))

    # --- 清单

    def published(self, number: int | None) -> datetime | None:
        return next((row["published_at"] for row in self.rows["catalog_versions"] if row["number"] == number), None)

    def stands(self, entry: Row, at: datetime, *, before: bool) -> bool:
        """Whether an entry was in the list: at the end of the span it must have come before that instant."""
        since, until = self.published(entry["since_version"]), self.published(entry["until_version"])
        assert since is not None
        if before:
            return since < at and (until is None or until >= at)
        return since <= at and (until is None or until > at)

    def list(self) -> list[Row]:
        return [row for row in self.rows["entries"] if self.stands(row, self.cut, before=True)]

    def own_list(self) -> list[Row]:
        return [row for row in self.list() if self.is_ours(row["unit"], self.cut)]

    def kinds(self) -> list[Row]:
        return [row for row in self.rows["proof_kinds"] if self.is_ours(row["issuing_unit"], self.cut)]

    def baseless(self) -> list[Row]:
        based = {row["proof"] for row in self.list() if row["basis"]}
        return [row for row in self.kinds() if not row["basis"] and row["code"] not in based]

    def refused(self) -> list[Row]:
        return [row for row in self.rows["refusals"] if row["code"].startswith("excluded_") and self.within(row["at"])]

    def own_refused(self) -> list[Row]:
        return [row for row in self.refused() if self.is_ours(row["unit"], row["at"])]

    def category(self, refusal: Row) -> str | None:
        for entry in self.rows["entries"]:
            same = (entry["matter"], entry["proof"]) == (refusal["detail"]["matter"], refusal["detail"]["proof"])
            if same and self.stands(entry, refusal["at"], before=False):
                return str(entry["exclusion"]) if entry["exclusion"] else None
        return None

    def steps(self, proposal: Row) -> list[Row]:
        found = [row for row in self.rows["proposal_steps"] if row["proposal"] == proposal["id"] and row["at"] < self.cut]
        return sorted(found, key=lambda row: row["id"])

    def agreed(self) -> list[tuple[bool, float | None]]:
        found = []
        for proposal in self.rows["proposals"]:
            agreed: datetime | None = None
            published: datetime | None = None
            for step in self.steps(proposal):
                agreed = step["at"] if step["step"] in ("consent", "decide") else None if step["step"] == "return" else agreed
                published = step["at"] if step["step"] == "publish" else published
            if (
                agreed is not None
                and (published is None or published >= self.start)
                and self.is_ours(proposal["unit"], published or self.cut)
            ):
                found.append((published is not None, (published - agreed).total_seconds() if published else None))
        return found

    def lags(self) -> list[tuple[bool, float | None]]:
        found = []
        for proposal in self.rows["proposals"]:
            taken = {step["step"]: step["at"] for step in self.steps(proposal)}
            if proposal["kind"] != "adjustment" or "report" not in taken or {"reject", "withdraw"} & taken.keys():
                continue
            published = taken.get("publish")
            if (published is None or published >= self.start) and self.is_ours(proposal["unit"], published or self.cut):
                cause = datetime.combine(proposal["reason_date"], datetime.min.time(), LOCAL)
                found.append((published is not None, (published - cause).total_seconds() if published else None))
        return found

    def age(self) -> list[tuple[bool, float | None]]:
        versions = [row for row in self.rows["catalog_versions"] if row["published_at"] < self.cut]
        if self.scope:
            mine = [row for row in self.rows["entries"] if self.is_ours(row["unit"], self.cut)]
            touched = {number for row in mine for number in (row["since_version"], row["until_version"])}
            versions = [row for row in versions if row["number"] in touched]
        if not versions:
            return []
        return [(True, (self.cut - max(versions, key=lambda row: row["number"])["published_at"]).total_seconds())]

    # --- 工作专班、法规变动、投诉

    def own_standing(self, register: str) -> list[Row]:
        return [row for row in self.standing(register) if self.scope in ("", row["unit"])]

    def last_day(self) -> str:
        return (self.cut - timedelta(microseconds=1)).astimezone(LOCAL).date().isoformat()

    def decisions(self) -> list[str]:
        first = self.start.astimezone(LOCAL).date().isoformat()
        found = [row["values"]["种类"] for row in self.own_standing("decisions") if first <= row["values"]["日期"] <= self.last_day()]
        adjustments = {row["id"] for row in self.rows["proposals"] if row["kind"] == "adjustment"}
        studied = [row for row in self.rows["proposal_steps"] if row["proposal"] in adjustments and row["step"] in ("decide", "reject")]
        steps = [row for row in studied if self.within(row["at"])]
        return found + ["清单编制和调整" for row in steps if self.scope in ("", row["unit"])]

    def member_units(self) -> list[bool]:
        rows = self.standing("members")
        units = {row["unit"] for row in rows if next(one for one in self.rows["units"] if one["code"] == row["unit"])["active"]}
        held = {row["unit"] for row in rows if row["values"]["起始日期"] <= self.last_day() <= row["values"].get("截止日期", "9999-12-31")}
        return [unit in held for unit in units if self.scope in ("", unit)]

    def adjustments(self) -> list[tuple[datetime | None, datetime | None, datetime]]:
        """(until when it was to be reported, when it first was, when it was drafted), of what was not reported before, nor withdrawn."""
        found = []
        for row in self.rows["proposals"]:
            steps = [(one["step"], one["at"]) for one in self.by("proposal_steps", "proposal").get(row["id"], ()) if one["at"] < self.cut]
            first = min((at for step, at in steps if step == "report"), default=None)
            if row["reason_date"] is None or row["drafted_at"] >= self.cut or (first is not None and first < self.start):
                continue
            if row["kind"] == "adjustment" and "withdraw" not in dict(steps) and self.is_ours(row["unit"], first or self.cut):
                found.append((workdays_after(row["reason_date"]) if first is None else row["due_at"], first, row["drafted_at"]))
        return found

    def laws(self) -> list[tuple[datetime, datetime | None]]:
        """(when the three working days end, the first report) of each change of law of the span; weekdays of a quiet year."""
        found = []
        for row in self.standing("law_changes"):
            values, reports = row["values"], []
            if "无需调整的理由" in values:
                continue
            for proposal in self.rows["proposals"]:
                steps = {step["step"]: step["at"] for step in reversed(self.steps(proposal))}
                same = self.stood(proposal["unit"], self.cut) == self.stood(row["unit"], self.cut)
                if proposal["kind"] == "adjustment" and same and self.answers(proposal, row) and "withdraw" not in steps:
                    reports += [steps["report"]] if "report" in steps else []
            due = workdays_after(date.fromisoformat(values["施行日期"]))
            first = min(reports, default=None)
            if self.start < max(due, self.said_since(row)) <= self.cut and self.is_ours(row["unit"], first or self.cut):
                found.append((due, first))
        return found

    def said_since(self, row: Row) -> datetime:
        """Since when the office has said that something was to be adjusted by this day."""
        earlier = next((one for one in self.rows["register_entries"] if one["serial"] == row["replaces"]), None)
        same = earlier is not None and all(
            earlier["values"].get(name) == row["values"].get(name) for name in ("施行日期", "无需调整的理由")
        )
        return self.said_since(earlier) if earlier is not None and same else row["entered_at"]

    def answers(self, proposal: Row, row: Row) -> bool:
        """The change of law that it names; where it names none, the law in its document, or the day and one of the proofs."""
        if proposal["law_change"] is not None:
            named = next(one for one in self.rows["register_entries"] if one["serial"] == proposal["law_change"])
            return row["serial"] == named["serial"] or row["replaces"] == named["serial"]  # none is corrected twice here
        values = row["values"]
        if values["法规"].strip("《》") == proposal["document"].strip("《》"):
            return True
        entries = [change["after"] for change in proposal["changes"]]
        concerned = any(
            one["proof"] in values.get("涉及证明", "").replace(" ", "").split("、") or one["proof_name"] in values.get("涉及证明", "")
            for one in entries
        )
        return concerned and str(proposal["reason_date"]) in (values["施行日期"], values.get("公布日期"))

    def proofs(self) -> list[Row]:
        return [row for row in self.rows["proofs"] if self.within(row["made_at"]) and self.concerns(row["verification"], row["made_at"])]

    def exceptions(self) -> list[tuple[Row, Row]]:
        """Each asked-for exception: its first row, and the newest by the end of the span."""
        rows = [row for row in self.rows["register_entries"] if row["register"] == "collections" and row["entered_at"] < self.cut]
        after = {row["replaces"]: row for row in rows}
        found = []
        for first in (row for row in rows if row["replaces"] is None):
            newest = first
            while newest["serial"] in after:
                newest = after[newest["serial"]]
            found.append((first, newest))
        return found

    def added(self) -> list[tuple[str, str]]:
        """Matter and proof of what adjustments added, where the list still has it."""
        found = set()
        for entry in self.rows["entries"]:
            came = any(
                (row["version"], row["unit"], row["kind"]) == (entry["since_version"], entry["unit"], "adjustment")
                for row in self.rows["proposals"]
            )
            key = entry["matter"], entry["proof"]
            before = any(
                (row["matter"], row["proof"]) == key and row["until_version"] == entry["since_version"] for row in self.rows["entries"]
            )
            published = self.published(entry["since_version"])
            if came and not before and published is not None and published < self.cut:
                found.add(key)
        own = {(row["matter"], row["proof"]) for row in self.own_list()}
        return sorted(found & own)

    # --- 单位的责任

    def cases(self) -> list[Row]:
        rows = [row for row in self.rows["cases"] if self.within(row["registered_at"])]
        return [row for row in rows if self.is_ours(row["unit"], row["registered_at"])]

    def units(self) -> list[str]:
        """In use at the end of the span: the merged one until its merger."""
        later = {row["unit"] for row in self.rows["unit_changes"] if row["merged_into"] and row["at"] >= self.cut}
        codes = [row["code"] for row in self.rows["units"] if row["active"] or row["code"] in later]
        return [code for code in codes if self.scope in ("", code)]

    def standing(self, register: str) -> list[Row]:
        rows = [row for row in self.rows["register_entries"] if row["register"] == register and row["entered_at"] < self.cut]
        replaced = {row["replaces"] for row in rows}
        return [row for row in rows if row["serial"] not in replaced]

    def trained(self) -> set[str]:
        rows = [row["values"] for row in self.standing("training") if row["values"]["日期"] <= self.last_day()]
        return {code.strip() for values in rows for code in values["参训人员"].replace(",", "、").split("、")}

    def agents(self) -> list[str]:
        units = set(self.units())
        return [row["code"] for row in self.rows["people"] if row["active"] and "agent" in row["roles"] and row["unit"] in units]


def workdays_after(day: date) -> datetime:
    """24:00 of the third day after it that is worked in 2026 by the notice of the State Council."""
    left = 3
    while left:
        day += timedelta(days=1)
        left -= is_workday(day)
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), LOCAL)


Counted = tuple[int, int]


def of(rows: list[Row], part: Callable[[Row], bool]) -> Counted:
    return sum(map(part, rows)), len(rows)


def expected(rows: Raw, key: str) -> Counted:
    name, _, rest = key.partition("_")
    match name:
        case "no":
            kinds = rows.baseless()
            return (sum(row["cancelled"] for row in kinds), len(kinds)) if key.endswith("cancelled") else (len(kinds), len(rows.kinds()))
        case "refused" if rest in ("category", "outside", "review"):
            return of(rows.own_refused(), lambda row: row["code"] == f"excluded_{rest}")
        case "refused":
            return of(rows.own_refused(), lambda row: row["code"] == "excluded_category" and rows.category(row) == rest)
        case "entries":
            conditions: dict[str, Callable[[Row], bool]] = {
                "category": lambda row: row["exclusion"] is not None,
                "outside": lambda row: row["outside_region"] and not row["checkable_online"],
                "review": lambda row: row["reviewed_above"],
            }
            return of(rows.own_list(), conditions.get(rest, lambda row: row["exclusion"] == rest))
        case "adjustments":
            stood = rows.adjustments()
            if rest == "undetermined":
                return sum(due is None for due, *_ in stood), len(stood)
            fell = [(due, first, due and max(due, drafted)) for due, first, drafted in stood]
            known = [(due, first) for due, first, at in fell if due and at and (first is not None or rows.start < at <= rows.cut)]
            if rest == "unreported":
                return sum(first is None for _, first in known), len(known)
            return sum(first is None or first > due for due, first in known), len(known)
        case "decisions":
            kinds_decided = rows.decisions()
            return sum(kind == DECISIONS[int(rest) - 1] for kind in kinds_decided), len(kinds_decided)
        case "member":
            return sum(rows.member_units()), len(rows.member_units())
        case "law":
            laws = rows.laws()
            if rest == "adjusted":
                return sum(first is not None and first <= due for due, first in laws), len(laws)
            return sum(first is None for _, first in laws), len(laws)
        case "exceptions":
            asked = [(first, newest) for first, newest in rows.exceptions() if rows.start <= first["entered_at"]]
            ours = [newest for first, newest in asked if rows.is_ours(first["unit"], first["entered_at"])]
            return of(ours, lambda row: row["values"].get("批准") == "是")
        case "added":
            allowed = {(row["values"]["事项"], row["values"]["证明"]) for _, row in rows.exceptions() if row["values"].get("批准") == "是"}
            return sum(key in allowed for key in rows.added()), len(rows.added())
        case "otherwise" if rest == "kinds":
            return of([row for row in rows.kinds() if not row["cancelled"]], lambda row: row["otherwise"] != "")
        case "otherwise":
            return of(rows.proofs(), lambda row: row["otherwise"] != "")
        case "channel":
            wanted = {"ai_shandong", "ai_shandong_zaozhuang"} if rest == "apps" else {rest}
            return of(rows.cases(), lambda row: row["channel"] in wanted)
        case "agreed" | "list":
            timed = {"agreed_published": rows.agreed, "list_lag": rows.lags, "list_age": rows.age}[key]()
            return sum(part for part, _ in timed), len(timed)
        case "responsibility":
            there = {row["unit"] for row in rows.standing("responsibility")}
            units = [row["code"] for row in rows.rows["units"] if row["takes_part"] and row["code"] in rows.units()]
            return sum(unit in there for unit in units), len(units)
        case "training":
            return sum(code in rows.trained() for code in rows.agents()), len(rows.agents())
    raise AssertionError(f"no second way to {key}")


class District:
    """A year of one ledger in which nothing changes any more: each table is read once, each report of a span computed once."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._known: dict[tuple[Period, timedelta, str], tuple[Report, Raw]] = {}

    def both(self, period: Period, after: timedelta, scope: str = "") -> tuple[Report, Raw]:
        """The report, and the raw rows for the other way."""
        known, now = (period, after, scope), period.end + after
        if known not in self._known:
            self._known[known] = report(period, scope, now), Raw(period, scope, now, self._rows)
        return self._known[known]


@pytest.fixture(scope="module", params=[20260101, 77])
def district(request: pytest.FixtureRequest, installation: tuple[Path, Cluster], template_database: str) -> Iterator[District]:
    with fresh_ledger(installation, template_database):
        year.write(request.param)
        yield District()


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("period", "after"), SPANS)
def test_every_figure_is_what_the_raw_rows_say(district: District, period: Period, after: timedelta, scope: str) -> None:
    """Obligations 2.1, 2.3, 2.4, 2.5, 4.1, 4.2, 5.2, 5.3, 5.5, 5.8, 6.2, 11.1, 15.1, 15.3, 16.4."""
    found, rows = district.both(period, after, scope)
    assert {one.share.cases for one in own(found)} == OWN
    late = found.coverage.late_adjustments
    assert (late.part, late.whole) == expected(rows, "adjustments_late")
    for one in own(found):
        assert (one.share.part, one.share.whole) == expected(rows, one.share.cases), (one.obligation, one.name)


@pytest.mark.parametrize("scope", ["", INTO])
def test_how_long_it_took_is_what_the_raw_rows_say(district: District, scope: str) -> None:
    """Obligations 5.2, 5.3."""
    for period, after in SPANS:
        made, rows = district.both(period, after, scope)
        found = {one.share.cases: one.elapsed for one in own(made) if one.elapsed is not None}
        for key, timed in (("agreed_published", rows.agreed()), ("list_lag", rows.lags()), ("list_age", rows.age())):
            seconds = sorted(took for _, took in timed if took is not None)
            spread = found[key]
            assert spread is not None and spread.count == len(seconds)
            if seconds:
                assert spread.median == pytest.approx(statistics.median(seconds), abs=1e-3)
                assert spread.p95 == pytest.approx(seconds[math.ceil(0.95 * len(seconds)) - 1], abs=1e-3)


@pytest.mark.parametrize("scope", ["", INTO])
def test_behind_every_figure_stands_the_list_that_it_counts(district: District, scope: str) -> None:
    period, after = SPANS[-2]
    for one in own(district.both(period, after, scope)[0]):
        lines = listed(one.share.cases, period, scope, period.end + after).lines
        assert (sum(line.counted for line in lines), len(lines)) == (one.share.part, one.share.whole), one.name
        assert len({line.number for line in lines}) == len(lines), "each case once"


def test_units_that_do_not_count_yet_are_named_as_they_are_called_then(district: District) -> None:
    """Obligation 15.1."""

    def lacking(period: Period) -> tuple[str, ...]:
        made, _ = district.both(period, timedelta(days=9))
        return next(one for one in made.articles if one.share.cases == "responsibility").lacking

    first, last = periods.parse("2026-W02"), periods.between(date(2026, 12, 1), date(2026, 12, 31))
    assert "市中区光明路街道办事处" in lacking(first) and "市中区光明路街道办事处" not in lacking(last), "merged meanwhile"
    assert "市中区住房保障局" not in lacking(first)


def test_something_of_every_figure_happens_in_the_year_that_is_tested(district: District) -> None:
    found = own(district.both(*SPANS[-1])[0])
    assert [one.name for one in found if not 0 < one.share.part <= one.share.whole] == []
