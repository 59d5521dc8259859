"""索要, 督导检查 by a second, independent way: plain Python over the raw rows of registers, for a week, a quarter, a year.

obligation 7.5, obligation 17.4, obligation 17.5, obligation 19.1.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from domain.demands import DemandTold
from domain.lead_path import LeadStatus, LeadStep
from domain.leads import LeadRule
from ledger.registry import unit_changes
from ledger.tables.oversight import Lead, LeadStepRow, RegisterEntry
from ledger.tables.records import Demand
from reports.model import Period
from runtime.services.postgres import Cluster
from tests.conftest import fresh_ledger
from tests.ledger.acting import do
from tests.reports.figures import raw
from tests.reports.figures.clocked import AT, INTO, MERGED, MONTH, RENAMED
from tests.reports.figures.month import DAY, DAYS, LOCAL
from tests.reports.figures.raw import SECOND, Found, Row, assert_mixed, compare_all, compare_lists, over_every_span

KEYS = dict.fromkeys(("demands", "exempt_made_good", "exempt_relied_on", "inspections_made", "findings_closed", "findings_overdue"), True)
UNITS = (INTO, MERGED, RENAMED, "370402-PERMIT")


@pytest.fixture(scope="module", autouse=True)
def filled(installation: tuple[Path, Cluster], template_database: str) -> Iterator[None]:
    with fresh_ledger(installation, template_database):
        do(_fill)
        do(unit_changes.rename, RENAMED, "市中区住房保障局", at=AT + DAY, document="x", now=AT + DAY, actor="x")
        do(unit_changes.merge, MERGED, INTO, at=AT, document="x", now=AT, actor="x")
        yield


def _fill(session: Session) -> None:
    chance = random.Random(19)

    def instant() -> datetime:
        return MONTH.start + chance.random() * DAYS * DAY

    def day(at: datetime, most: int) -> str:
        return str(at.astimezone(LOCAL).date() + chance.randrange(most) * DAY)

    def enter(kind: str, unit: str, at: datetime, values: dict[str, str], replaces: int | None = None) -> int:
        row = RegisterEntry(register=kind, unit=unit, values=values, entered_at=at, entered_by="x", replaces=replaces)
        session.add(row)
        session.flush()
        return int(row.serial)

    for _ in range(90):
        told, at = chance.choice(list(DemandTold)), instant()
        listed = chance.random() < 0.8
        session.add(
            Demand(
                recorded_at=at,
                demanded_at=at,
                unit=chance.choice(UNITS),
                matter="DEMO-0001",
                proof="P-HOUSEHOLD",
                told_by=told,
                listed=listed,
                blocked=listed and told is DemandTold.UNIT,
                recorded_by="x",
            )
        )
    for number in range(60):
        at = instant()
        lead = Lead(
            id=uuid4(),
            number=f"XS{number}",
            rule=LeadRule.BY_HAND,
            rules_version="x",
            clause="16.8",
            unit=chance.choice(UNITS),
            subject=f"{number}",
            period_start=MONTH.start,
            period_end=at,
            found_at=MONTH.start,
            counts={},
            numbers=[],
            standing=LeadStatus.EXEMPTED,
        )
        session.add(lead)
        session.flush()
        clause = chance.choice(["17.3", "17.4", "17.5"])
        times = {"known_at": (at - 9 * DAY).isoformat(), "remedied_at": (at - 9 * DAY + chance.random() * 4 * DAY).isoformat()}
        record = {"exemption": clause, "document": "x"} | (times if clause != "17.3" else {})
        for step, given in ((LeadStep.ANSWER, {}), (LeadStep.EXEMPT, record)):
            session.add(LeadStepRow(id=uuid4(), lead=lead.id, step=step, at=at, person="x", unit=None, record=given))
            session.flush()
    for _ in range(60):
        at, unit = instant(), chance.choice(UNITS)
        plan = enter("inspection_plans", unit, at - 9 * DAY, {"计划日期": day(at, 9), "内容": "x"})
        if chance.random() < 0.4:  # an inspection names the plan as it stood or as it stands
            moved = enter("inspection_plans", unit, at, {"计划日期": day(at, 9), "内容": "改期"}, plan)
            plan = chance.choice([plan, moved])
        if chance.random() < 0.3:
            continue
        made = at + chance.random() * 12 * DAY
        values = {"检查日期": day(made, 2), "内容": "x", "发现问题": "x"}
        values |= {"计划序号": str(plan)} if chance.random() < 0.8 else {}
        term = date.fromisoformat(values["检查日期"]) + chance.choice([2, 5, 9]) * DAY
        values |= {"整改期限": str(term)} if chance.random() < 0.9 else {}
        first = enter("inspections", unit, made, values)
        if chance.random() < 0.7:
            closed = term + chance.choice([-2, 0, 1, 6]) * DAY
            enter("inspections", unit, made + chance.random() * 9 * DAY, {**values, "办结日期": str(closed)}, first)


class Raw(raw.Raw):
    tables = ("verifications", "requests", "demands", "register_entries", "leads", "lead_steps")

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

    def demands(self) -> Found:
        rows = [row for row in self.rows["demands"] if row["listed"] and self.within(row["recorded_at"])]
        return self._mine([(f"索要{row['serial']}", row["blocked"], None, self.stood(row["unit"], row["recorded_at"])) for row in rows])

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
    """Obligations 7.5, 17.4, 17.5, 19.1."""
    compare_all(Raw, KEYS, period, after, scope)


@pytest.mark.parametrize("key", KEYS)
def test_behind_each_figure_and_each_of_its_parts_stand_its_cases(key: str) -> None:
    compare_lists(Raw, key)


def test_something_of_each_figure_happened_and_something_of_it_did_not() -> None:
    assert_mixed(Raw, KEYS)
