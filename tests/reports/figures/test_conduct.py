"""索要, 督导检查, 值守 by a second, independent way: plain Python over the raw rows of registers, for a week, a quarter, a year.

obligation 7.5, obligation 3.1, obligation 10.2, obligation 10.3, obligation 13.1, obligation 13.2, obligation 16.2, obligation 17.4,
obligation 17.5, obligation 19.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from domain.scoring import formula
from ledger.database import transaction
from reports.model import Period
from reports.scores import scores
from runtime.services.postgres import Cluster
from tests.conftest import fresh_ledger
from tests.ledger.acting import do
from tests.ledger.filing import file
from tests.reports.figures import raw
from tests.reports.figures.clocked import INTO, MERGED, MONTH, RENAMED
from tests.reports.figures.conducted import fill, hand_in
from tests.reports.figures.month import LOCAL
from tests.reports.figures.raw import NAMES, SECOND, SPANS, Found, Row, assert_mixed, compare_all, compare_lists, over_every_span

KEYS = (
    dict.fromkeys(("taking_part", "supervisors", "agents"), False)
    | dict.fromkeys(("process_tasks", "guide_tasks"), True)
    | dict.fromkeys(
        (
            *("demands", "unlisted_demands", "collected_again", "exempt_made_good", "exempt_relied_on"),
            *("inspections_made", "inspections_overdue", "findings_dated", "findings_closed", "findings_overdue"),
        ),
        True,
    )
)


@pytest.fixture(scope="module", autouse=True)
def filled(installation: tuple[Path, Cluster], template_database: str) -> Iterator[None]:
    with fresh_ledger(installation, template_database):
        do(fill, MONTH, (INTO, MERGED, RENAMED, "370402-PERMIT"))
        file()
        do(hand_in, MONTH, (INTO, MERGED, RENAMED, "370402-PERMIT"))
        MONTH.change_units()
        yield


class Raw(raw.Raw):
    tables = (
        *("verifications", "requests", "demands", "register_entries", "leads", "lead_steps"),
        *("units", "people", "appointments", "absences", "returns", "change_tasks", "catalog_versions"),
        *("voluntary_submissions", "cases", "entries"),
    )

    @property
    def last(self) -> date:
        """The last day that is over."""
        day = self.cut.astimezone(LOCAL).date()
        return day - timedelta(days=1)

    @property
    def first(self) -> date:
        return self.start.astimezone(LOCAL).date()

    def entries(self, kind: str) -> list[Row]:
        known = [row for row in self.rows["register_entries"] if row["register"] == kind and row["entered_at"] < self.cut]
        gone = {row["replaces"] for row in known}
        return [row for row in known if row["serial"] not in gone]

    def _mine(self, found: Found) -> Found:
        return [one for one in found if self.ours(one[3])]

    def on_duty(self, unit: str, at: datetime) -> tuple[str | None, set[str]]:
        """The 督办员 and the 代办员 of a unit at an instant."""
        away = {
            row["person"]
            for row in self.rows["absences"]
            if row["since"] <= at < row["until"] and not (row["cancelled_at"] and row["cancelled_at"] <= at)
        }
        here = {
            row["code"]: row["roles"] for row in self.rows["people"] if row["unit"] == unit and row["active"] and row["code"] not in away
        }
        held = [
            row for row in self.by("appointments", "unit").get(unit, ()) if row["since"] <= at and not (row["until"] and row["until"] <= at)
        ]
        held = [row for row in held if row["person"] in here]
        acting = [row for row in held if row["acting"]] or held
        chief = max(acting, key=lambda row: row["since"])["person"] if acting else None
        return chief, {code for code, roles in here.items() if "agent" in roles}

    def _members(self) -> list[str]:
        merged = {unit for unit, _, _ in self.mergers}
        return [row["code"] for row in self.rows["units"] if row["takes_part"] and row["code"] not in merged and self.ours(row["code"])]

    def taking_part(self) -> Found:
        def lately(at: datetime | None) -> bool:
            return at is not None and at < self.cut and at >= self.cut.replace(year=self.cut.year - 1)

        did = [row["unit"] for row in self.rows["verifications"] if lately(row["filed_at"])]
        did += [
            row["unit"]
            for row in self.rows["requests"]
            if lately(row["received_at"]) and row["answered_at"] and row["answered_at"] < self.cut
        ]
        did += [row["unit"] for row in self.rows["returns"] if lately(row["at"])]
        there = {self.stood(unit, self.cut) for unit in did}
        return [(unit, unit in there, None, "") for unit in self._members()]

    def _tasks(self, what: str) -> Found:
        published = {row["number"]: row["published_at"] for row in self.rows["catalog_versions"]}
        found: Found = []
        for row in self.rows["change_tasks"]:
            if row["what"] == what and row["made_at"] < self.cut and not (row["done_at"] and row["done_at"] < self.start):
                done = row["done_at"] is not None and row["done_at"] < self.cut
                until = row["done_at"] if what == "guide" else self.cut
                took = (until - published[row["version"]]) / SECOND if done == (what == "guide") else None
                unit = self.stood(row["unit"], row["done_at"] if done else self.cut)
                found.append((f"{row['version']}/{row['matter']}", done, took, unit))
        return self._mine(found)

    def process_tasks(self) -> Found:
        return self._tasks("process")

    def guide_tasks(self) -> Found:
        return self._tasks("guide")

    def _duty(self, is_kept: Callable[[str | None, set[str]], bool]) -> Found:
        """At every instant of the span at which something of it may have changed."""
        ends = [row[name] for table in ("appointments", "absences") for row in self.rows[table] for name in ("since", "until")]
        ends += [row["cancelled_at"] for row in self.rows["absences"]]
        instants = {self.start, *(at for at in ends if self.within(at))}
        return [(unit, all(is_kept(*self.on_duty(unit, at)) for at in instants), None, "") for unit in self._members()]

    def supervisors(self) -> Found:
        return self._duty(lambda chief, agents: chief is not None and agents != {chief})

    def agents(self) -> Found:
        return self._duty(lambda chief, agents: bool(agents))

    def demands(self) -> Found:
        return self._demands("listed")

    def unlisted_demands(self) -> Found:
        return self._demands("unlisted")

    def _demands(self, fact: str) -> Found:
        rows = [row for row in self.rows["demands"] if row[fact] and self.within(row["recorded_at"])]
        return self._mine([(f"索要{row['serial']}", row["blocked"], None, self.stood(row["unit"], row["recorded_at"])) for row in rows])

    def collected_again(self) -> Found:
        matters = {row["id"]: row["matter"] for row in self.rows["cases"]}
        first = min(row["published_at"] for row in self.rows["catalog_versions"])
        taken = [
            (f"索要{row['serial']}", row["unit"], row["matter"], row["proof"], row["recorded_at"], max(row["demanded_at"], first))
            for row in self.rows["demands"]
            if row["listed"] and not row["blocked"]
        ]
        taken += [
            (f"主动提供{row['serial']}", row["unit"], matters[row["case_id"]], row["proof"], row["at"], row["at"])
            for row in self.rows["voluntary_submissions"]
            if row["listed"] and row["case_id"] and "not_spared" not in row["marks"]
        ]
        return self._mine(
            [
                (name, self._shared(matter, proof, asked), None, self.stood(unit, at))
                for name, unit, matter, proof, at, asked in taken
                if self.within(at)
            ]
        )

    def _shared(self, matter: str, proof: str, at: datetime) -> bool:
        published = {row["number"]: row["published_at"] for row in self.rows["catalog_versions"]}
        then = [
            row
            for row in self.rows["entries"]
            if published[row["since_version"]] <= at and (row["until_version"] is None or published[row["until_version"]] > at)
        ]
        return any(row["matter"] == matter and row["proof"] == proof and "data_sharing" in row["methods"] for row in then)

    def _exempted(self, clause: str) -> Found:
        leads = {row["id"]: row for row in self.rows["leads"]}
        found: Found = []
        for row in self.rows["lead_steps"]:
            if row["step"] == "exempt" and self.within(row["at"]):
                lead, record = leads[row["lead_id"]], row["record"]
                part = record["exemption"] == clause
                took = (datetime.fromisoformat(record["remedied_at"]) - datetime.fromisoformat(record["known_at"])) if part else None
                found.append((lead["number"], part, took / SECOND if took is not None else None, self.stood(lead["unit"], row["at"])))
        return self._mine(found)

    def exempt_made_good(self) -> Found:
        return self._exempted("17.4")

    def exempt_relied_on(self) -> Found:
        return self._exempted("17.5")

    def inspections_made(self) -> Found:
        made = {
            row["values"].get("计划序号")
            for row in self.entries("inspections")
            if date.fromisoformat(row["values"]["检查日期"]) <= self.last
        }
        return self._mine(
            [
                (f"计划{row['serial']}", bool(made & {str(row["serial"]), str(row["replaces"])}), None, self.stood(row["unit"], self.cut))
                for row in self.entries("inspection_plans")
                if self.first <= date.fromisoformat(row["values"]["计划日期"]) <= self.last
            ]
        )

    def inspections_overdue(self) -> Found:
        found: Found = []
        for row in self.entries("inspection_plans"):
            names, before = {str(row["serial"])}, row["replaces"]
            while before is not None:
                names.add(str(before))
                before = next(one["replaces"] for one in self.rows["register_entries"] if one["serial"] == before)
            looked = [one["values"] for one in self.entries("inspections") if one["values"].get("计划序号") in names]
            days = [day for day in (date.fromisoformat(one["检查日期"]) for one in looked) if day <= self.last]
            due = date.fromisoformat(row["values"]["计划日期"])
            was_open = not any(day <= due or day < self.first for day in days)
            if due <= self.last and was_open:
                found.append((f"计划{row['serial']}", bool(days), None, self.stood(row["unit"], self.cut)))
        return self._mine(found)

    def findings_dated(self) -> Found:
        rows = [row for row in self.entries("inspections") if date.fromisoformat(row["values"]["检查日期"]) <= self.last]
        rows = [row for row in rows if row["values"]["发现问题"] not in ("无", "未发现问题。")]
        rows = [row for row in rows if date.fromisoformat(row["values"].get("办结日期", "9999-12-31")) >= self.first]
        return self._mine([(f"检查{row['serial']}", "整改期限" in row["values"], None, self.stood(row["unit"], self.cut)) for row in rows])

    def findings(self) -> Iterator[tuple[Row, date, date | None]]:
        for row in self.entries("inspections"):
            if term := row["values"].get("整改期限"):
                closed = row["values"].get("办结日期")
                yield row, date.fromisoformat(term), date.fromisoformat(closed) if closed else None

    def findings_closed(self) -> Found:
        return self._mine(
            [
                (f"检查{row['serial']}", closed is not None and closed <= term, None, self.stood(row["unit"], self.cut))
                for row, term, closed in self.findings()
                if self.first <= term <= self.last
            ]
        )

    def findings_overdue(self) -> Found:
        return self._mine(
            [
                (f"检查{row['serial']}", closed is not None and closed <= self.last, None, self.stood(row["unit"], self.cut))
                for row, term, closed in self.findings()
                if term <= self.last and (closed is None or (closed > term and closed >= self.first))
            ]
        )


@over_every_span
def test_each_figure_is_what_the_raw_rows_say_for_the_whole_and_for_each_part(period: Period, after: timedelta, scope: str) -> None:
    """Obligations 3.1, 7.5, 10.2, 10.3, 13.1, 13.2, 16.2, 17.4, 17.5, 19.1."""
    compare_all(Raw, KEYS, period, after, scope)


@pytest.mark.parametrize(("period", "after"), SPANS, ids=NAMES)
def test_the_score_has_of_each_unit_what_was_put_right_in_time(period: Period, after: timedelta) -> None:
    """Obligations 19.1, 19.2."""
    now = period.end + after
    with transaction() as session:
        versions = {version: scores(session, formula(version), period, now) for version in ("2026/2", "2027/1")}
    wanted: dict[str, list[int]] = {}
    for _, part, _, unit in Raw(period, "", now).findings_closed():
        pair = wanted.setdefault(unit, [0, 0])
        wanted[unit] = [pair[0] + part, pair[1] + 1]
    found = {one.unit: one.figures["inspections"] for one in versions["2027/1"]}
    assert {unit: list(pair) for unit, pair in found.items() if pair[1]} == wanted
    assert all("inspections" not in one.figures for one in versions["2026/2"])


@pytest.mark.parametrize("key", KEYS)
def test_behind_each_figure_and_each_of_its_parts_stand_its_cases(key: str) -> None:
    compare_lists(Raw, key)


def test_something_of_each_figure_happened_and_something_of_it_did_not() -> None:
    assert_mixed(Raw, KEYS)
